#include <catch2/catch_test_macros.hpp>

#include "netlink/algorithms.h"
#include "netlink/features.h"
#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

TEST_CASE("what every kernel of these days has is found, and nothing is left behind", "[netlink][hostile-g6]") {
    const auto kernel = make_kernel();
    for (int i = 0; i < 2; ++i) {
        const auto features = find_features(*kernel);
        REQUIRE(features);
        CHECK(features->esp);
        CHECK(features->ah);
        CHECK(features->ipcomp);
        CHECK(features->beet);
        CHECK(features->esn);
        CHECK(features->if_id);
        CHECK(features->output_mark_mask);
        CHECK(features->algorithms.size() == kKernelAlgorithms.size());
        CHECK(kernel->list_sas()->empty());
    }
}

}  // namespace xfrmd::netlink::test
