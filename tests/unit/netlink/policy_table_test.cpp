#include "netlink/policy_table.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

constexpr Claimant kSomebody{7};

PolicySpec policy_to(const char* destination) { return policy(Direction::out, selector("10.1.0.0/24", destination)); }

}  // namespace

TEST_CASE("when our indexes have run out, the kernel chooses", "[netlink][hostile-g12]") {
    PolicyTable table({}, 3);  // two: 0 is none
    for (const char* destination : {"10.2.0.0/24", "10.3.0.0/24", "10.4.0.0/24"}) {
        table.claim(kSomebody, Rank::tunnel, policy_to(destination));
    }
    CHECK(is_our_index(table.wanted(policy_to("10.2.0.0/24").id)->index));
    CHECK(is_our_index(table.wanted(policy_to("10.3.0.0/24").id)->index));
    CHECK(table.wanted(policy_to("10.4.0.0/24").id)->index == 0);

    table.release(kSomebody, policy_to("10.2.0.0/24").id);
    table.claim(kSomebody, Rank::tunnel, policy_to("10.5.0.0/24"));
    CHECK(is_our_index(table.wanted(policy_to("10.5.0.0/24").id)->index));
}

TEST_CASE("what the kernel chose an index for is deleted by its selector", "[netlink][hostile-g12]") {
    PolicyTable table({}, 2);
    const PolicySpec first = policy_to("10.2.0.0/24");
    const PolicySpec second = policy_to("10.3.0.0/24");
    table.claim(kSomebody, Rank::tunnel, first);
    table.claim(kSomebody, Rank::tunnel, second);
    table.done(*table.change_for(second.id), {});
    // One is free again, but the kernel's choice stands.
    table.release(kSomebody, first.id);
    table.claim(kSomebody, Rank::trap, second);
    table.release(kSomebody, second.id);
    const auto change = table.change_for(second.id);
    REQUIRE(change);
    CHECK(std::get<DeletePolicy>(*change).index == 0);
}

}  // namespace xfrmd::netlink::test
