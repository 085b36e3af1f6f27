#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/xfrm_messages.h"
#include "tests/unit/netlink/layout.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

constexpr unsigned kNewSa = 0x10, kNewPolicy = 0x13;
constexpr unsigned kInet = 2, kInet6 = 10;
constexpr unsigned kTemplate = 5, kLastUsed = 15, kPolicyType = 16, kAead = 18;

Message as_message(unsigned type, const Layout& payload) {
    return {static_cast<std::uint16_t>(type), 0, 1, payload.view()};
}

Layout sa_payload(std::uint64_t used, unsigned family = kInet, unsigned mode = 1) {
    Layout out;
    out.zeros(56);
    out.address(address("192.0.2.2").bytes()).net32(0xc1234567).u8(50).zeros(3);
    out.address(address("192.0.2.1").bytes()).zeros(64);
    out.native64(5000).native64(50).native64(1700000000).native64(used);
    out.zeros(12).native32(0).native32(7);
    return out.native16(family).u8(mode).u8(32).u8(32).zeros(7);
}

Layout policy_payload(unsigned direction, unsigned family = kInet, unsigned length = 24) {
    Layout out;
    out.address(address("10.2.0.0").bytes()).address(address("10.1.0.0").bytes());
    out.net16(443).net16(0xffff).net16(1024).net16(0xfc00);
    out.native16(family).u8(length).u8(24).u8(6).zeros(3).zeros(8);
    out.zeros(64).zeros(32).native32(375423).native32(12345);
    return out.u8(direction).u8(0).u8(0).u8(0).zeros(4);
}

Layout& put_template(Layout& out, unsigned family) {
    out.native16(4 + 64).native16(kTemplate);
    out.address(address("2001:db8::2").bytes()).net32(0xc1234567).u8(50).zeros(3);
    out.native16(family).zeros(2).address(address("2001:db8::1").bytes()).native32(7);
    return out.u8(1).u8(0).u8(0).zeros(1).zeros(12);
}

std::int64_t seconds_of(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

}  // namespace

TEST_CASE("an SA is told with counters and times", "[netlink]") {
    Layout payload = sa_payload(1700000005);
    payload.native16(4 + 72 + 4).native16(kAead);
    payload.text("rfc4106(gcm(aes))", 64).native32(160).native32(128).text("key", 4);
    const auto state = decode_sa(as_message(kNewSa, payload));
    REQUIRE((state && *state));
    CHECK((*state)->id == sa(0xc1234567).id);
    CHECK((*state)->source == address("192.0.2.1"));
    CHECK((*state)->reqid == Reqid{7});
    CHECK((*state)->mode == Mode::tunnel);
    CHECK((*state)->algorithms == AlgorithmNames{"rfc4106(gcm(aes))", 160, "", 0, 128, ""});
    CHECK((*state)->bytes == 5000);
    CHECK((*state)->packets == 50);
    CHECK(seconds_of((*state)->added) == 1700000000);
    CHECK(seconds_of((*state)->used.value()) == 1700000005);

    payload.native16(12).native16(kLastUsed).native64(1700000099);
    CHECK(seconds_of((**decode_sa(as_message(kNewSa, payload))).used.value()) == 1700000099);
    CHECK_FALSE((**decode_sa(as_message(kNewSa, sa_payload(0)))).used);
    CHECK((**decode_sa(as_message(kNewSa, sa_payload(0, kInet, 0)))).mode == Mode::transport);
}

TEST_CASE("an SA whose keys are hidden, or cut off, is not one to go on from", "[netlink][hostile-g3]") {
    const auto told = [](const std::string& key, std::size_t bytes) {
        Layout payload = sa_payload(1700000005);
        payload.native16(static_cast<unsigned>(4 + 72 + bytes)).native16(kAead);
        payload.text("rfc4106(gcm(aes))", 64).native32(160).native32(128).text(key, bytes);
        return decode_whole_sa(as_message(kNewSa, payload));
    };
    const auto whole = told("a key of 20 octets..", 20);
    REQUIRE((whole && *whole));
    CHECK(std::get<Aead>((*whole)->algorithms).key.size() == 20);
    CHECK((*whole)->progress->bytes == 5000);
    CHECK((*whole)->progress->first_used.has_value());
    // As with lockdown.
    CHECK(errno_of(told("", 20)) == EACCES);
    CHECK(errno_of(told("short", 16)) == EPROTO);
    CHECK(errno_of(decode_whole_sa(as_message(kNewSa, sa_payload(0)))) == EPROTO);
    CHECK_FALSE(*decode_whole_sa(as_message(kNewPolicy, sa_payload(0))));
}

TEST_CASE("what an SA was asked for is told", "[netlink]") {
    Layout payload = sa_payload(0, kInet, 5);
    // XFRMA_ALG_CRYPT, _ALG_AUTH_TRUNC, _ENCAP, _REPLAY_ESN_VAL, _MARK, _SET_MARK and mask, _IF_ID, _TFCPAD
    payload.native16(4 + 68).native16(2).text("cbc(aes)", 64).native32(128);
    payload.native16(4 + 72).native16(20).text("hmac(sha256)", 64).native32(256).native32(128);
    payload.native16(4 + 24).native16(4).native16(2).net16(61234).net16(4500).zeros(18);
    payload.native16(4 + 28).native16(23).native32(1).zeros(16).native32(20).zeros(4);
    payload.native16(12).native16(21).native32(1).native32(0xff);
    payload.native16(8).native16(29).native32(0x100).native16(8).native16(30).native32(0xf00);
    payload.native16(8).native16(31).native32(42).native16(8).native16(22).native32(1400);
    // XFRMA_SA_EXTRA_FLAGS, _OFFLOAD_DEV, _NAT_KEEPALIVE_INTERVAL, _SA_PCPU, _SA_DIR
    payload.native16(8).native16(24).native32(3).native16(12).native16(28).native32(9).u8(4).zeros(3);
    payload.native16(8).native16(34).native32(20).native16(8).native16(35).native32(3);
    payload.native16(5).native16(33).u8(2).zeros(3);
    const auto state = decode_sa(as_message(kNewSa, payload));
    REQUIRE((state && *state));
    CHECK((*state)->mode == Mode::iptfs);
    CHECK((*state)->algorithms == AlgorithmNames{"cbc(aes)", 128, "hmac(sha256)", 256, 128, ""});
    CHECK((*state)->encapsulation == UdpEncapsulation{61234, 4500});
    CHECK((*state)->replay_window == 20);
    CHECK((*state)->id.mark == Mark{1, 0xff});
    CHECK((*state)->output_mark == Mark{0x100, 0xf00});
    CHECK((*state)->if_id == 42);
    CHECK((*state)->tfc_bytes == 1400);
    CHECK((*state)->flags == SaFlags{true, true, false, false, false, true});
    CHECK((*state)->offload == Offload{9, OffloadKind::packet});
    CHECK((*state)->nat_keepalive.count() == 20);
    CHECK((*state)->cpu == 3);
    CHECK((*state)->inbound == false);
}

TEST_CASE("no bytes are too strange to be an SA's or a policy's", "[netlink][hostile-g3]") {
    std::uint32_t random = 7;
    for (int round = 0; round < 20000; ++round) {
        Layout sa_noise = sa_payload(1);
        Layout policy_noise = policy_payload(1);
        for (int i = 0; i < 200; ++i) {
            random = random * 1664525 + 1013904223;
            // Small numbers are likelier to pass for lengths and types.
            const unsigned octet = (random >> 31) != 0 ? random >> 24 & 0x1f : 0;
            sa_noise.u8(octet);
            policy_noise.u8(octet);
        }
        (void)decode_sa(as_message(kNewSa, sa_noise));
        (void)decode_policy(as_message(kNewPolicy, policy_noise));
    }
    SUCCEED();
}

TEST_CASE("what is no SA of IP is passed over", "[netlink][hostile-g3]") {
    CHECK_FALSE(decode_sa(as_message(kNewPolicy, sa_payload(0))).value());
    CHECK_FALSE(decode_sa(as_message(kNewSa, sa_payload(0, 0))).value());
    CHECK_FALSE(decode_sa(as_message(kNewSa, sa_payload(0, 17))).value());
}

TEST_CASE("a policy is told with selector and first template", "[netlink]") {
    Layout payload = policy_payload(1);
    put_template(payload, kInet6);
    const auto state = decode_policy(as_message(kNewPolicy, payload));
    REQUIRE((state && *state));
    CHECK((*state)->policy.id.direction == Direction::out);
    CHECK((*state)->policy.id.selector ==
          Selector{prefix("10.1.0.0/24"), prefix("10.2.0.0/24"), 6, {1024, 0xfc00}, {443, 0xffff}});
    CHECK((*state)->policy.priority == 375423);
    CHECK((*state)->policy.index == 12345);
    Template expected;
    expected.reqid = Reqid{7};
    expected.spi = Spi{0xc1234567};
    expected.source = address("2001:db8::1");
    expected.destination = address("2001:db8::2");
    CHECK((*state)->policy.templates == std::vector{expected});

    const auto bypass = decode_policy(as_message(kNewPolicy, policy_payload(0)));
    REQUIRE((bypass && *bypass));
    CHECK((*bypass)->policy.id.direction == Direction::in);
    CHECK((*bypass)->policy.templates.empty());
    CHECK(reqid_of((*bypass)->policy) == Reqid{0});
    Layout odd_template = policy_payload(2);
    CHECK((**decode_policy(as_message(kNewPolicy, put_template(odd_template, 99)))).policy.templates.at(0).source ==
          base::Address());
}

TEST_CASE("policies of sockets, of the second set and of no IP family are passed over", "[netlink][hostile-g3]") {
    CHECK_FALSE(decode_policy(as_message(kNewSa, policy_payload(1))).value());
    for (const unsigned direction : {3U, 4U, 5U, 255U}) {
        CHECK_FALSE(decode_policy(as_message(kNewPolicy, policy_payload(direction))).value());
    }
    Layout second = policy_payload(1);
    second.native16(4 + 6).native16(kPolicyType).u8(1).zeros(7);
    CHECK_FALSE(decode_policy(as_message(kNewPolicy, second)).value());
    Layout first = policy_payload(1);
    first.native16(4 + 6).native16(kPolicyType).u8(0).zeros(7);
    CHECK(decode_policy(as_message(kNewPolicy, first)).value());
    CHECK_FALSE(decode_policy(as_message(kNewPolicy, policy_payload(1, 0))).value());
    CHECK_FALSE(decode_policy(as_message(kNewPolicy, policy_payload(1, kInet, 33))).value());
}

TEST_CASE("every truncation is an error or has lost attributes only", "[netlink][hostile-g3]") {
    Layout sa_whole = sa_payload(1);
    sa_whole.native16(12).native16(kLastUsed).native64(2);
    for (std::size_t size = 0; size < sa_whole.size(); ++size) {
        const Message cut{kNewSa, 0, 1, base::ByteView(sa_whole.view()).first(size)};
        INFO(size);
        CHECK(decode_sa(cut).has_value() == (size == 224));
        if (size != 224) CHECK(decode_sa(cut).error().errno_value == EPROTO);
    }
    Layout policy_whole = policy_payload(1);
    put_template(policy_whole, kInet);
    for (std::size_t size = 0; size < policy_whole.size(); ++size) {
        const Message cut{kNewPolicy, 0, 1, base::ByteView(policy_whole.view()).first(size)};
        INFO(size);
        CHECK(decode_policy(cut).has_value() == (size == 168));
    }
    Layout short_template = policy_payload(1);
    short_template.native16(4 + 60).native16(kTemplate).zeros(60);
    CHECK(decode_policy(as_message(kNewPolicy, short_template)).error().errno_value == EPROTO);
}

}  // namespace xfrmd::netlink::test
