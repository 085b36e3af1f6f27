#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

const Selector kNets = selector("10.1.0.0/24", "10.2.0.0/24");

std::optional<PolicyState> listed(Kernel& kernel, const PolicyId& id) {
    const auto policies = kernel.list_policies();
    REQUIRE(policies);
    for (const PolicyState& state : *policies) {
        if (state.policy.id == id) return state;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("a policy that was added is listed with what it was given", "[netlink][rfc4301-4.4.1]") {
    const auto kernel = make_kernel();
    PolicySpec spec = policy(Direction::out, kNets);
    spec.templates[0].spi = Spi{0xc0000001};
    REQUIRE(make(*kernel, add(spec)));
    const auto state = listed(*kernel, spec.id);
    REQUIRE(state);
    CHECK(state->policy.priority == 375423);
    CHECK(state->policy.templates == spec.templates);
    CHECK(difference(spec, *state).empty());
    CHECK_FALSE(state->used);
}

TEST_CASE("direction and selector are what tells policies apart", "[netlink][rfc4301-4.4.1]") {
    const auto kernel = make_kernel();
    Selector tcp = kNets;
    tcp.protocol = 6;
    Selector https = tcp;
    https.destination_port = {443, 0xffff};
    Selector ping = kNets;
    ping.protocol = 1;
    ping.source_port = {8, 0xffff};
    ping.destination_port = {0, 0xffff};
    for (const Selector& which : {kNets, tcp, https, ping, selector("10.1.0.0/25", "10.2.0.0/24"),
                                  selector("fd01::/64", "fd02::/64"), selector("0.0.0.0/0", "0.0.0.0/0")}) {
        for (const Direction direction : {Direction::in, Direction::forward, Direction::out}) {
            PolicySpec spec = policy(direction, which);
            CHECK(make(*kernel, add(spec)));
            spec.templates[0].reqid = Reqid{8};
            spec.priority = 1;
            CHECK(errno_of(make(*kernel, add(spec))) == EEXIST);
            CHECK(reqid_of(listed(*kernel, spec.id)->policy) == Reqid{7});
        }
    }
    CHECK(kernel->list_policies()->size() == 21);
}

TEST_CASE("bits that a prefix or a mask leaves out do not count", "[netlink]") {
    const auto kernel = make_kernel();
    Selector written_oddly = kNets;
    written_oddly.source.network = address("10.1.0.77");
    written_oddly.source_port.value = 99;
    REQUIRE(make(*kernel, add(policy(Direction::out, written_oddly))));
    CHECK(errno_of(make(*kernel, add(policy(Direction::out, kNets)))) == EEXIST);
    CHECK(listed(*kernel, {Direction::out, kNets}));
    CHECK(make(*kernel, DeletePolicy{{Direction::out, written_oddly}}));
    CHECK(kernel->list_policies()->empty());
}

TEST_CASE("updating a policy replaces it, or adds it", "[netlink]") {
    const auto kernel = make_kernel();
    PolicySpec spec = policy(Direction::in, kNets);
    CHECK(make(*kernel, UpdatePolicy{spec}));
    spec.templates[0].reqid = Reqid{8};
    spec.priority = 12;
    spec.templates[0].source = address("198.51.100.1");
    CHECK(make(*kernel, UpdatePolicy{spec}));
    const auto state = listed(*kernel, spec.id);
    REQUIRE(state);
    CHECK(difference(spec, *state).empty());
    CHECK(kernel->list_policies()->size() == 1);
}

TEST_CASE("a policy is deleted once", "[netlink]") {
    const auto kernel = make_kernel();
    const PolicySpec spec = policy(Direction::forward, kNets);
    CHECK(errno_of(make(*kernel, DeletePolicy{spec.id})) == ENOENT);
    REQUIRE(make(*kernel, add(spec)));
    CHECK(errno_of(make(*kernel, DeletePolicy{{Direction::in, kNets}})) == ENOENT);
    CHECK(make(*kernel, DeletePolicy{spec.id}));
    CHECK(errno_of(make(*kernel, DeletePolicy{spec.id})) == ENOENT);
}

TEST_CASE("a policy for IPv4 may lead into IPv6 and the reverse, but not in transport mode", "[netlink][rfc4301-5]") {
    const auto kernel = make_kernel();
    PolicySpec mixed = policy(Direction::out, kNets);
    mixed.templates[0].source = address("2001:db8::1");
    mixed.templates[0].destination = address("2001:db8::2");
    CHECK(make(*kernel, add(mixed)));
    CHECK(listed(*kernel, mixed.id)->policy.templates.at(0).destination == address("2001:db8::2"));
    CHECK(make(*kernel, add(policy(Direction::out, selector("fd01::/64", "fd02::/64")))));
    mixed.id.direction = Direction::in;
    mixed.templates[0].mode = Mode::transport;
    CHECK(errno_of(make(*kernel, add(mixed))) == EINVAL);
}

TEST_CASE("a policy that contradicts itself is refused", "[netlink]") {
    const auto kernel = make_kernel();
    PolicySpec spec = policy(Direction::out, kNets);
    spec.id.selector.destination = prefix("fd02::/64");
    CHECK(errno_of(make(*kernel, add(spec))) == EINVAL);
    CHECK(errno_of(make(*kernel, DeletePolicy{spec.id})) == EINVAL);
    spec = policy(Direction::out, kNets);
    spec.id.selector.source.length = 33;
    CHECK(errno_of(make(*kernel, add(spec))) == EINVAL);
    spec = policy(Direction::out, kNets);
    spec.templates[0].destination = address("2001:db8::2");
    CHECK(errno_of(make(*kernel, UpdatePolicy{spec})) == EINVAL);
    CHECK(kernel->list_policies()->empty());
}

}  // namespace xfrmd::netlink::test
