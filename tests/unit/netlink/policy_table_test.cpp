#include "netlink/policy_table.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

constexpr Claimant kSomebody{7};

Claim tunnels_claim() { return {kSomebody, 0, Rank::tunnel}; }
PolicySpec policy_to(const char* destination) { return policy(Direction::out, selector("10.1.0.0/24", destination)); }

}  // namespace

TEST_CASE("when our indexes have run out, the kernel chooses", "[netlink][hostile-g12]") {
    PolicyTable table({}, 3);  // two: 0 is none
    for (const char* destination : {"10.2.0.0/24", "10.3.0.0/24", "10.4.0.0/24"}) {
        table.claim(table.enter(policy_to(destination).id), tunnels_claim());
    }
    CHECK(is_our_index(table.find(policy_to("10.2.0.0/24").id)->index));
    CHECK(is_our_index(table.find(policy_to("10.3.0.0/24").id)->index));
    CHECK(table.find(policy_to("10.4.0.0/24").id)->index == 0);

    table.release(kSomebody, policy_to("10.2.0.0/24").id);
    table.claim(table.enter(policy_to("10.5.0.0/24").id), tunnels_claim());
    CHECK(is_our_index(table.find(policy_to("10.5.0.0/24").id)->index));
}

TEST_CASE("what the kernel chose an index for is deleted by its selector", "[netlink][hostile-g12]") {
    PolicyTable table({}, 2);
    const PolicySpec first = policy_to("10.2.0.0/24");
    const PolicySpec second = policy_to("10.3.0.0/24");
    table.claim(table.enter(first.id), tunnels_claim());
    table.claim(table.enter(second.id), tunnels_claim());
    table.done(AddPolicy{second}, {});
    // One is free again, but the kernel's choice stands.
    table.release(kSomebody, first.id);
    table.claim(table.enter(second.id), {kSomebody, 0, Rank::trap});
    table.release(kSomebody, second.id);
    CHECK(table.deletion(*table.find(second.id)).index == 0);
}

}  // namespace xfrmd::netlink::test
