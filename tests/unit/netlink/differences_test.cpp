#include <catch2/catch_test_macros.hpp>

#include <functional>

#include "netlink/memory_kernel.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

TEST_CASE("an SA that is not as it was asked for is told so in a word", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    const SaSpec wanted = sa(0xc0000001);
    REQUIRE(make(kernel, add(clone(wanted))));
    const SaState had = *kernel.find_sa(wanted.id);
    CHECK(difference(wanted, had).empty());
    using Spoil = std::function<void(SaState&)>;
    const std::vector<std::pair<std::string, Spoil>> cases{
        {"identity", [](SaState& state) { state.id.mark = {1, 1}; }},
        {"source", [](SaState& state) { state.source = address("192.0.2.9"); }},
        {"reqid", [](SaState& state) { state.reqid = Reqid{8}; }},
        {"mode", [](SaState& state) { state.mode = Mode::beet; }},
        {"if_id", [](SaState& state) { state.if_id = 1; }},
        {"encapsulation", [](SaState& state) { state.encapsulation = UdpEncapsulation{}; }},
        {"selector", [](SaState& state) { state.selector = selector("10.0.0.0/8", "10.0.0.0/8"); }},
        {"replay window", [](SaState& state) { state.replay_window = 64; }},
        {"extended sequence numbers", [](SaState& state) { state.esn = true; }},
        {"flags", [](SaState& state) { state.flags.copy_ecn = false; }},
        {"output mark", [](SaState& state) { state.output_mark = {1, 1}; }},
        {"tfc padding", [](SaState& state) { state.tfc_bytes = 1; }},
        {"lifetime", [](SaState& state) { state.lifetime.soft.bytes = 1; }},
        {"cpu", [](SaState& state) { state.cpu = 0; }},
        {"algorithms", [](SaState& state) { state.algorithms.icv_bits = 64; }},
    };
    for (const auto& [word, spoil] : cases) {
        SaState spoiled = had;
        spoil(spoiled);
        CHECK(difference(wanted, spoiled) == word);
    }
    SaState fell_back = had;
    fell_back.offload = Offload{1, OffloadKind::crypto};
    CHECK(difference(wanted, fell_back).empty());
}

TEST_CASE("a policy that is not as it was asked for is told so in a word", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    PolicySpec wanted = policy(Direction::out, selector("10.1.0.9/24", "10.2.0.0/24"));
    REQUIRE(make(kernel, add(wanted)));
    const PolicyState had = *kernel.find_policy(wanted.id);
    CHECK(difference(wanted, had).empty());
    using Spoil = std::function<void(PolicySpec&)>;
    const std::vector<std::pair<std::string, Spoil>> cases{
        {"selector", [](PolicySpec& spec) { spec.id.direction = Direction::in; }},
        {"selector", [](PolicySpec& spec) { spec.id.selector.interface = 1; }},
        {"mark", [](PolicySpec& spec) { spec.id.mark = {1, 1}; }},
        {"if_id", [](PolicySpec& spec) { spec.id.if_id = 1; }},
        {"priority", [](PolicySpec& spec) { spec.priority = 1; }},
        {"action", [](PolicySpec& spec) { spec.action = PolicyAction::block; }},
        {"templates", [](PolicySpec& spec) { spec.templates[0].optional = true; }},
        {"templates", [](PolicySpec& spec) { spec.templates.clear(); }},
        {"icmp", [](PolicySpec& spec) { spec.icmp = true; }},
        {"acquires", [](PolicySpec& spec) { spec.asks_for_cpus = true; }},
        {"offload", [](PolicySpec& spec) { spec.offload_interface = 1; }},
    };
    for (const auto& [word, spoil] : cases) {
        PolicyState spoiled = had;
        spoil(spoiled.policy);
        CHECK(difference(wanted, spoiled) == word);
    }
    wanted.index = had.policy.index;
    CHECK(difference(wanted, had).empty());
    wanted.index += 8;
    CHECK(difference(wanted, had) == "index");
}

TEST_CASE("what counts in the other direction is left out", "[netlink]") {
    SaSpec spec = sa(0xc0000001);
    spec.flags = {false, true, true, false, true, true};
    spec.tfc_bytes = 100;
    spec.selector = selector("0.0.0.0/0", "0.0.0.0/0");
    spec.inbound = true;
    CHECK(effective(spec).flags == SaFlags{true, true, true, true, true, false});
    CHECK(effective(spec).tfc_bytes == 0);
    CHECK(effective(spec).replay_window == 32);
    CHECK_FALSE(effective(spec).selector);
    spec.inbound = false;
    CHECK(effective(spec).flags == SaFlags{false, true, false, false, false, true});
    CHECK(effective(spec).tfc_bytes == 100);
    CHECK(effective(spec).replay_window == 0);
    CHECK_FALSE(tells_direction(spec));
    spec.esn = true;
    CHECK(effective(spec).replay_window == 1);
    spec.cpu = 1;
    CHECK(tells_direction(spec));
    CHECK(effective(spec).replay_window == 0);
}

TEST_CASE("identities are told in full", "[netlink]") {
    SaId id = sa(0xc1234567).id;
    id.mark = {0x1, 0xff};
    id.protocol = kAh;
    CHECK(to_string(id) == "192.0.2.2 ah spi 0xc1234567 mark 0x1/0xff");
    id.protocol = kIpComp;
    CHECK(to_string(id) == "192.0.2.2 ipcomp spi 0xc1234567 mark 0x1/0xff");
    PolicyId policy{Direction::out, selector("10.1.0.0/24", "10.2.0.0/24"), {0x1, 0xff}, 42};
    policy.selector.interface = 7;
    CHECK(to_string(policy) == "the out policy 10.1.0.0/24 === 10.2.0.0/24 on interface 7 mark 0x1/0xff if_id 42");
    CHECK(policy_priority(policy.selector) == 375421);
    CHECK(policy_index(1, Direction::in) == 8);
    CHECK(policy_index(1, Direction::out) == 9);
    CHECK(policy_index(1, Direction::forward) == 10);
}

}  // namespace xfrmd::netlink::test
