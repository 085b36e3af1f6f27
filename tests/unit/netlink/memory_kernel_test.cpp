#include "netlink/memory_kernel.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

std::unique_ptr<Kernel> make_kernel() { return std::make_unique<MemoryKernel>(); }

TEST_CASE("the memory kernel shows what it was given, keys included", "[netlink]") {
    MemoryKernel kernel;
    kernel.set_time(std::chrono::sys_seconds(std::chrono::seconds(1234)));
    REQUIRE(make(kernel, add(sa(0xc0000001))));
    REQUIRE(make(kernel, add(policy(Direction::out, selector("10.1.0.0/24", "10.2.0.0/24")))));
    const SaSpec* kept = kernel.sa(sa(0xc0000001).id);
    REQUIRE(kept != nullptr);
    CHECK(std::get<Aead>(kept->algorithms).key == key(20));
    CHECK(kernel.find_sa(kept->id)->added.time_since_epoch().count() == 1234);
    CHECK(kernel.sa(sa(0xc0000002).id) == nullptr);
    CHECK(kernel.policy({Direction::out, selector("10.1.0.9/24", "10.2.0.0/24")}) != nullptr);
    CHECK(kernel.policy({Direction::in, selector("10.1.0.0/24", "10.2.0.0/24")}) == nullptr);
    CHECK(kernel.sa_count() == 1);
    CHECK(kernel.policy_count() == 1);
    CHECK_FALSE(kernel.empty());
}

TEST_CASE("the memory kernel keeps everything but the encapsulation's ports when an SA is updated", "[netlink]") {
    MemoryKernel kernel;
    SaSpec spec = sa(0xc0000001);
    spec.encapsulation = UdpEncapsulation{4500, 4500};
    REQUIRE(make(kernel, add(clone(spec))));
    spec.encapsulation = UdpEncapsulation{61234, 4500};
    spec.reqid = Reqid{99};
    spec.algorithms = cbc_sha256();
    REQUIRE(make(kernel, UpdateSa{clone(spec)}));
    const SaSpec* kept = kernel.sa(spec.id);
    CHECK(kept->encapsulation == UdpEncapsulation{61234, 4500});
    CHECK(kept->reqid == Reqid{7});
    CHECK(std::holds_alternative<Aead>(kept->algorithms));
}

}  // namespace xfrmd::netlink::test
