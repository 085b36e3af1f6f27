#include "daemon/manual_specs.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/daemon/manual_samples.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::test;
using netlink::Direction;
using policy::ManualDirection;

namespace {

ManualSpecs specs_of(const policy::ManualSa& sa, std::uint32_t interface = 0) {
    INFO(sa.name);
    CHECK(policy::faults_of(sa).empty());
    const auto selectors = manual_selectors(sa, interface);
    REQUIRE(selectors);
    auto specs = manual_specs(sa, *selectors, netlink::Reqid{7});
    REQUIRE(specs);
    return std::move(*specs);
}

std::vector<Direction> directions(const ManualSpecs& specs) {
    std::vector<Direction> found;
    for (const auto& policy : specs.policies) found.push_back(policy.id.direction);
    return found;
}

netlink::SaId id(const char* destination, std::uint32_t spi, std::uint8_t protocol = netlink::kEsp) {
    return {address(destination), netlink::Spi{spi}, protocol};
}

const netlink::CipherAndMac& pair_of(const netlink::SaSpec& sa) {
    return std::get<netlink::CipherAndMac>(sa.algorithms);
}

}  // namespace

TEST_CASE("a bidirectional manual SA is one SPI and one set of keys both ways", "[daemon][rfc4301-4.5.1]") {
    const ManualSpecs specs = specs_of(manual_esp());
    REQUIRE(specs.sas.size() == 2);
    const auto& [in, out] = std::tie(specs.sas[0], specs.sas[1]);
    CHECK(in.inbound);
    CHECK(in.id == id("192.0.2.1", 256));
    CHECK(in.source == address("192.0.2.2"));
    CHECK_FALSE(out.inbound);
    CHECK(out.id == id("192.0.2.2", 256));
    CHECK(out.source == address("192.0.2.1"));
    for (const auto& sa : specs.sas) {
        CHECK(sa.mode == netlink::Mode::tunnel);
        CHECK(sa.reqid == netlink::Reqid{7});
        CHECK_FALSE(sa.selector);
        CHECK(pair_of(sa).cipher == "cbc(aes)");
        CHECK(pair_of(sa).cipher_key == key(kAesKey));
        CHECK(pair_of(sa).mac == "hmac(sha1)");
        CHECK(pair_of(sa).mac_key == key(kShaKey));
        CHECK(pair_of(sa).icv_bits == 96);
    }
    CHECK(directions(specs) == std::vector{Direction::in, Direction::forward, Direction::out});
    CHECK(specs.policies[0].templates[0].spi == netlink::Spi{0});
    CHECK(specs.policies[2].templates[0].spi == netlink::Spi{256});
    CHECK(specs.policies[2].priority == netlink::policy_priority(specs.policies[2].id.selector));
}

TEST_CASE("there is no anti-replay, and the number of the last packet is not the end", "[daemon][rfc4303-3.3.3]") {
    for (const auto& sa : specs_of(manual_esp()).sas) {
        CHECK(sa.replay_window == 0);
        CHECK(sa.flags.sequence_may_wrap);
        CHECK_FALSE(sa.esn);
        CHECK(sa.lifetime == netlink::Lifetime{});
    }
}

TEST_CASE("one direction has one SA and the policies of that direction alone", "[daemon][rfc4301-4.1]") {
    policy::ManualSa sa = manual_esp();
    sa.direction = ManualDirection::inbound;
    const ManualSpecs in = specs_of(sa);
    REQUIRE(in.sas.size() == 1);
    CHECK(in.sas[0].inbound);
    CHECK(directions(in) == std::vector{Direction::in, Direction::forward});
    sa.direction = ManualDirection::outbound;
    const ManualSpecs out = specs_of(sa);
    REQUIRE(out.sas.size() == 1);
    CHECK_FALSE(out.sas[0].inbound);
    CHECK(directions(out) == std::vector{Direction::out});
}

TEST_CASE("transport mode has no forward policy, and its SAs the selector", "[daemon][rfc4301-4.1]") {
    const ManualSpecs specs = specs_of(in_transport_mode(manual_esp(), "dynamic[ospf]"), 3);
    CHECK(directions(specs) == std::vector{Direction::in, Direction::out});
    REQUIRE(specs.sas[1].selector);
    CHECK(specs.sas[1].selector->protocol == 89);
    CHECK(specs.sas[1].selector->source.to_string() == "192.0.2.1/32");
    CHECK(specs.sas[0].selector->source.to_string() == "192.0.2.2/32");
    // Policies are bound to the interface, SAs are not.
    CHECK(specs.sas[1].selector->interface == 0);
    CHECK(specs.policies[1].id.selector.interface == 3);
}

TEST_CASE("several selectors leave the SAs without one", "[daemon]") {
    policy::ManualSa sa = in_transport_mode(manual_esp(), "dynamic[tcp]");
    sa.local_ts.push_back(*policy::parse_selector("dynamic[udp]"));
    sa.remote_ts = selectors("dynamic");
    const ManualSpecs specs = specs_of(sa);
    CHECK(specs.policies.size() == 4);
    CHECK_FALSE(specs.sas[0].selector);
}

TEST_CASE("without encryption ESP has the NULL cipher", "[daemon][rfc2410-3]") {
    policy::ManualSa sa = manual_esp();
    sa.encryption.reset();
    const ManualSpecs specs = specs_of(sa);
    CHECK(pair_of(specs.sas[0]).cipher == "ecb(cipher_null)");
    CHECK(pair_of(specs.sas[0]).cipher_key.empty());
    CHECK(pair_of(specs.sas[0]).mac == "hmac(sha1)");
}

TEST_CASE("AH authenticates with the same algorithms", "[daemon][rfc4302-2.6]") {
    const ManualSpecs specs = specs_of(manual_ah());
    REQUIRE(specs.sas.size() == 2);
    CHECK(specs.sas[0].id == id("192.0.2.1", 256, netlink::kAh));
    const auto& mac = std::get<netlink::Mac>(specs.sas[0].algorithms);
    CHECK(mac.name == "hmac(sha1)");
    CHECK(mac.icv_bits == 96);
    CHECK(mac.key == key(kShaKey));
    CHECK(specs.policies[2].templates[0].protocol == netlink::kAh);
}

TEST_CASE("a bundle is ESP that only encrypts, in AH that authenticates", "[daemon][rfc4301-4.3]") {
    const ManualSpecs specs = specs_of(manual_bundle());
    REQUIRE(specs.sas.size() == 4);
    CHECK(specs.sas[0].id == id("192.0.2.1", 257));
    CHECK(pair_of(specs.sas[0]).mac.empty());
    CHECK(specs.sas[0].mode == netlink::Mode::tunnel);
    CHECK(specs.sas[1].id == id("192.0.2.1", 256, netlink::kAh));
    CHECK(specs.sas[1].mode == netlink::Mode::transport);
    const auto& templates = specs.policies[2].templates;
    REQUIRE(templates.size() == 2);
    CHECK(templates[0].protocol == netlink::kEsp);
    CHECK(templates[0].spi == netlink::Spi{257});
    CHECK(templates[1].protocol == netlink::kAh);
    CHECK(templates[1].mode == netlink::Mode::transport);
    CHECK(templates[1].spi == netlink::Spi{256});
    CHECK(counted_sa(manual_bundle(), true) == specs.sas[0].id);
}

TEST_CASE("what Linux cannot express is refused", "[daemon]") {
    policy::ManualSa sa = manual_bundle();
    sa.local_ts = selectors("fd01::/64");
    sa.remote_ts = selectors("fd02::/64");
    CHECK_FALSE(manual_selectors(sa, 0));
    sa.protocol = policy::ManualProtocol::ah;
    CHECK(manual_selectors(sa, 0));
    sa.remote_ts = selectors("10.0.0.0/8");
    CHECK_FALSE(manual_selectors(sa, 0));
}

TEST_CASE("marks and interface ids are of states and policies, both ways", "[daemon]") {
    policy::ManualSa sa = manual_esp();
    sa.mark = {policy::NumberKind::given, 0x10, 0xff};
    sa.if_id = 42;
    const ManualSpecs specs = specs_of(sa);
    for (const auto& one : specs.sas) {
        CHECK(one.id.mark == netlink::Mark{0x10, 0xff});
        CHECK(one.if_id == 42);
    }
    for (const auto& one : specs.policies) {
        CHECK(one.id.mark == netlink::Mark{0x10, 0xff});
        CHECK(one.id.if_id == 42);
    }
}

TEST_CASE("what comes from anybody to a multicast group is let in from anybody", "[daemon][rfc4552-3]") {
    policy::ManualSa sa = in_transport_mode(manual_esp(), "dynamic[ospf]");
    sa.direction = ManualDirection::inbound;
    sa.local_addrs = address("ff02::5");
    sa.remote_addrs = base::Address::any(base::Family::ipv6);
    const ManualSpecs specs = specs_of(sa);
    CHECK(specs.sas[0].id == id("ff02::5", 256));
    CHECK(specs.sas[0].source.is_any());
    CHECK(specs.policies[0].id.selector.source.to_string() == "::/0");
    CHECK(specs.policies[0].id.selector.destination.to_string() == "ff02::5/128");
}
