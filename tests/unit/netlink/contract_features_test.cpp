#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

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
        CHECK(kernel->list_sas()->empty());
    }
}

namespace {

// One that ESP takes, or AH, or IPComp.
Algorithms algorithms_with(const KernelAlgorithm& algorithm) {
    const std::string name(algorithm.name);
    const std::size_t key_bytes = algorithm.key_bits.front() / 8U;
    const auto longest = std::max_element(algorithm.icv_bits.begin(), algorithm.icv_bits.end());
    switch (algorithm.kind) {
        case AlgorithmKind::aead:
            return Aead{name, base::SecretBytes(key_bytes), *longest};
        case AlgorithmKind::cipher:
            return CipherAndMac{name, base::SecretBytes(key_bytes), {}, {}, 0};
        case AlgorithmKind::compression:
            return Compression{name};
        case AlgorithmKind::mac:
            break;
    }
    return Mac{name, base::SecretBytes(key_bytes), algorithm.icv_bits.front()};
}

}  // namespace

TEST_CASE("every algorithm that has a name here is one of the kernel's", "[netlink][hostile-g6]") {
    const auto kernel = make_kernel();
    std::vector<Algorithms> all;
    for (const KernelAlgorithm& algorithm : kKernelAlgorithms) all.push_back(algorithms_with(algorithm));
    const auto results = warm_up(*kernel, std::move(all));
    REQUIRE(results.size() == kKernelAlgorithms.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        INFO(kKernelAlgorithms[i].name);
        CHECK(errno_of(results[i]) == 0);
    }
    CHECK(kernel->list_sas()->empty());
}

}  // namespace xfrmd::netlink::test
