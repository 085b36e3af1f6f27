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

TEST_CASE("mark, if_id and interface tell policies apart as well", "[netlink]") {
    const auto kernel = make_kernel();
    std::vector<PolicySpec> specs(5, policy(Direction::out, kNets));
    specs[1].id.mark = {1, 0xff};
    specs[2].id.mark = {2, 0xff};
    specs[3].id.if_id = 7;
    specs[4].id.selector.interface = 1;
    for (const PolicySpec& spec : specs) {
        INFO(to_string(spec.id));
        CHECK(make(*kernel, add(spec)));
        CHECK(errno_of(make(*kernel, add(spec))) == EEXIST);
        const auto found = kernel->find_policy(spec.id);
        REQUIRE(found);
        CHECK(difference(spec, *found).empty());
    }
    CHECK(kernel->list_policies()->size() == 5);
    CHECK(make(*kernel, DeletePolicy{specs[1].id}));
    CHECK(errno_of(kernel->find_policy(specs[1].id)) == ENOENT);
    CHECK(errno_of(make(*kernel, DeletePolicy{specs[1].id})) == ENOENT);
    CHECK(kernel->list_policies()->size() == 4);
}

TEST_CASE("policies block, let pass, and lead into bundles", "[netlink][rfc4301-4.4.1]") {
    const auto kernel = make_kernel();
    PolicySpec block = policy(Direction::out, kNets);
    block.action = PolicyAction::block;
    block.templates.clear();
    PolicySpec pass = block;
    pass.action = PolicyAction::allow;
    pass.id.selector.protocol = 6;
    PolicySpec bundle = policy(Direction::in, kNets);
    bundle.icmp = true;
    Template esp = bundle.templates.front();
    esp.mode = Mode::transport;
    bundle.templates = {bundle.templates.front(), esp, esp};
    bundle.templates[0].protocol = kIpComp;
    bundle.templates[0].optional = true;
    bundle.templates[2].protocol = kAh;
    PolicySpec beet = policy(Direction::forward, kNets);
    beet.templates[0].mode = Mode::beet;
    for (const PolicySpec& spec : {block, pass, bundle, beet}) {
        INFO(to_string(spec.id));
        CHECK(make(*kernel, add(spec)));
        const auto found = kernel->find_policy(spec.id);
        REQUIRE(found);
        CHECK(difference(spec, *found).empty());
    }
    PolicySpec optional_out = bundle;
    optional_out.id.direction = Direction::out;
    CHECK(errno_of(make(*kernel, add(optional_out))) == EINVAL);
}

TEST_CASE("a policy has the index it was asked for, or another one where that is taken", "[netlink]") {
    const auto kernel = make_kernel();
    PolicySpec first = policy(Direction::out, kNets);
    first.index = policy_index(0x10000001, Direction::out);
    REQUIRE(make(*kernel, add(first)));
    CHECK(kernel->find_policy(first.id)->policy.index == first.index);

    PolicySpec second = policy(Direction::out, selector("10.3.0.0/24", "10.4.0.0/24"));
    second.index = first.index;
    REQUIRE(make(*kernel, add(second)));
    const std::uint32_t obtained = kernel->find_policy(second.id)->policy.index;
    CHECK(obtained != first.index);
    CHECK(obtained == policy_index(obtained >> 3, Direction::out));
    CHECK(difference(second, *kernel->find_policy(second.id)) == "index");

    // One that replaces another keeps its index.
    PolicySpec again = first;
    again.index = policy_index(0x10000002, Direction::out);
    again.priority = 1;
    REQUIRE(make(*kernel, UpdatePolicy{again}));
    CHECK(kernel->find_policy(first.id)->policy.index == first.index);
    PolicySpec wrong = policy(Direction::in, kNets);
    wrong.index = first.index;
    CHECK(errno_of(make(*kernel, add(wrong))) == EINVAL);
}

TEST_CASE("a policy is deleted by its index, whatever the selector says", "[netlink]") {
    const auto kernel = make_kernel();
    PolicySpec spec = policy(Direction::out, kNets);
    spec.index = policy_index(0x10000001, Direction::out);
    spec.id.mark = {1, 0xff};
    spec.id.if_id = 7;
    REQUIRE(make(*kernel, add(spec)));
    PolicyId other = spec.id;
    other.selector = selector("0.0.0.0/0", "0.0.0.0/0");
    PolicyId unmarked = spec.id;
    unmarked.mark = {};
    CHECK(errno_of(make(*kernel, DeletePolicy{unmarked, spec.index})) == ENOENT);
    PolicyId elsewhere = spec.id;
    elsewhere.if_id = 8;
    CHECK(errno_of(make(*kernel, DeletePolicy{elsewhere, spec.index})) == ENOENT);
    CHECK(errno_of(make(*kernel, DeletePolicy{spec.id, spec.index + 8})) == ENOENT);
    CHECK(errno_of(make(*kernel, DeletePolicy{spec.id, spec.index + 1})) == EINVAL);
    CHECK(make(*kernel, DeletePolicy{other, spec.index}));
    CHECK(kernel->list_policies()->empty());
    CHECK(errno_of(make(*kernel, DeletePolicy{other, spec.index})) == ENOENT);
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
    spec = policy(Direction::out, kNets);
    spec.id.mark = {2, 1};
    CHECK(errno_of(make(*kernel, add(spec))) == EINVAL);
    CHECK(errno_of(make(*kernel, DeletePolicy{spec.id})) == EINVAL);
    spec = policy(Direction::out, kNets);
    spec.templates.resize(kMostTemplates + 1, spec.templates.front());
    CHECK(errno_of(make(*kernel, add(spec))) == EINVAL);
    spec = policy(Direction::out, kNets);
    spec.action = PolicyAction::block;
    CHECK(errno_of(make(*kernel, add(spec))) == EINVAL);
    spec = policy(Direction::out, kNets);
    spec.templates[0].protocol = 43;
    CHECK(errno_of(make(*kernel, add(spec))) == EINVAL);
    CHECK(kernel->list_policies()->empty());
}

}  // namespace xfrmd::netlink::test
