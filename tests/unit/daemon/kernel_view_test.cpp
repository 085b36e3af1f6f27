#include "daemon/kernel_view.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace xfrmd;

TEST_CASE("features are shown by name, those that are missing as well", "[daemon]") {
    netlink::KernelFeatures features;
    features.esn = true;
    const auto shown = daemon::view_of(features);
    CHECK(shown.size() == 11);
    CHECK(std::count_if(shown.begin(), shown.end(),
                        [](const auto& feature) { return feature.there && feature.name == "esn"; }) == 1);
    CHECK(std::count_if(shown.begin(), shown.end(), [](const auto& feature) { return feature.there; }) == 1);
    const auto algorithms = daemon::view_of(std::map<std::string, bool>{{"cbc(aes)", true}, {"ctr(aes)", false}});
    REQUIRE(algorithms.size() == 2);
    CHECK(algorithms[0].there);
    CHECK(algorithms[1].name == "ctr(aes)");
    CHECK_FALSE(algorithms[1].there);
}

TEST_CASE("a device that has gone is shown by its number", "[daemon][hostile-g11]") {
    const auto view = daemon::view_of(netlink::Offload{0x7fffffff, netlink::OffloadKind::packet});
    CHECK(view.mode == daemon::api::OffloadMode::packet);
    CHECK(view.interface == "2147483647");
    CHECK(daemon::view_of(netlink::Offload{1, netlink::OffloadKind::crypto}).interface == "lo");
}
