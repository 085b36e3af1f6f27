#include <catch2/catch_test_macros.hpp>

#include "netlink/events.h"
#include "tests/unit/netlink/layout.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

// linux/xfrm.h, by number
constexpr unsigned kNewSa = 0x10, kDelSa = 0x11, kNewPolicy = 0x13, kDelPolicy = 0x14, kAcquire = 0x17, kExpire = 0x18;
constexpr unsigned kUpdPolicy = 0x19, kUpdSa = 0x1a, kPolicyExpire = 0x1b, kFlushSa = 0x1c, kFlushPolicy = 0x1d;
constexpr unsigned kMapping = 0x26;
constexpr unsigned kTemplate = 5, kPolicy = 7, kMark = 21, kIfId = 31, kCpu = 35;
constexpr unsigned kInet = 2, kInet6 = 10;

Message as_message(unsigned type, const Layout& payload) {
    return {static_cast<std::uint16_t>(type), 0, 1, payload.view()};
}

base::Bytes octets(const char* text) { return base::to_bytes(address(text).bytes()); }

// struct xfrm_selector
Layout& put_selector(Layout& out, const char* source, const char* destination, unsigned length) {
    out.address(octets(destination)).address(octets(source)).net16(443).net16(0xffff).net16(1024).net16(0xffff);
    return out.native16(kInet).u8(length).u8(length).u8(6).zeros(3).native32(0).native32(0);
}

// struct xfrm_usersa_info
Layout& put_sa(Layout& out, unsigned protocol = 50) {
    out.zeros(56).address(octets("192.0.2.2")).net32(0xc1234567).u8(protocol).zeros(3);
    out.address(octets("192.0.2.1")).zeros(64).zeros(32).zeros(12).native32(0).native32(7);
    return out.native16(kInet).u8(1).u8(32).u8(32).zeros(7);
}

// struct xfrm_userpolicy_info
Layout& put_policy(Layout& out, unsigned direction = 1) {
    put_selector(out, "10.1.0.0", "10.2.0.0", 24).zeros(64).zeros(32).native32(375423).native32(0x80000001);
    return out.u8(direction).u8(0).u8(0).u8(0).zeros(4);
}

Layout& put_mark(Layout& out) { return out.native16(12).native16(kMark).native32(1).native32(0xff); }

Layout acquire() {
    Layout out;
    out.address(octets("2001:db8::2")).net32(0).u8(50).zeros(3).address(octets("2001:db8::1"));
    put_policy(put_selector(out, "10.1.0.5", "10.2.0.7", 32)).zeros(12).native32(4711);
    out.native16(4 + 64).native16(kTemplate).address(octets("2001:db8::2")).net32(0).u8(50).zeros(3);
    out.native16(kInet6).zeros(2).address(octets("2001:db8::1")).native32(7).u8(1).zeros(3).zeros(12);
    put_mark(out).native16(8).native16(kIfId).native32(42);
    return out.native16(8).native16(kCpu).native32(3);
}

Layout mapping() {
    Layout out;
    out.address(octets("192.0.2.2")).net32(0xc1234567).native16(kInet).u8(50).zeros(1).native32(7);
    return out.address(octets("192.0.2.1")).address(octets("198.51.100.1")).net16(4500).net16(61234);
}

Layout sa_deletion() {
    Layout out;
    out.address(octets("192.0.2.2")).net32(0xc1234567).native16(kInet).u8(50).zeros(1);
    return put_mark(out);
}

Layout policy_deletion() {
    Layout out;
    out.zeros(64).native16(4 + 168).native16(kPolicy);
    return put_mark(put_policy(out));
}

template <typename T>
T decoded(unsigned type, const Layout& payload) {
    const auto event = decode_event(as_message(type, payload));
    REQUIRE(event);
    REQUIRE(std::holds_alternative<T>(*event));
    return std::get<T>(*event);
}

}  // namespace

TEST_CASE("an acquire tells the packet, the policy and the sequence number", "[netlink][rfc4301-4.4.1]") {
    const auto event = decoded<AcquireEvent>(kAcquire, acquire());
    CHECK(event.sequence == 4711);
    CHECK(event.policy.direction == Direction::out);
    CHECK(event.policy.selector.source == prefix("10.1.0.0/24"));
    CHECK(event.policy.mark == Mark{1, 0xff});
    CHECK(event.policy.if_id == 42);
    CHECK(event.policy_index == 0x80000001);
    CHECK(event.packet == Selector{prefix("10.1.0.5/32"), prefix("10.2.0.7/32"), 6, {1024, 0xffff}, {443, 0xffff}, 0});
    CHECK(event.source == address("2001:db8::1"));
    CHECK(event.destination == address("2001:db8::2"));
    REQUIRE(event.templates.size() == 1);
    CHECK(event.templates[0].reqid == Reqid{7});
    CHECK(event.cpu == 3);
}

TEST_CASE("an expiry tells which SA and which limit", "[netlink][rfc4301-4.4.2]") {
    for (const bool hard : {true, false}) {
        Layout payload;
        put_sa(payload).u8(hard ? 1 : 0).zeros(7);
        const auto event = decoded<ExpireEvent>(kExpire, put_mark(payload));
        SaId expected = sa(0xc1234567).id;
        expected.mark = {1, 0xff};
        CHECK(event.sa == expected);
        CHECK(event.reqid == Reqid{7});
        CHECK(event.hard == hard);
    }
}

TEST_CASE("a mapping tells where packets come from now", "[netlink][rfc7296-2.23]") {
    const auto event = decoded<MappingEvent>(kMapping, mapping());
    CHECK(event.sa == sa(0xc1234567).id);
    CHECK(event.reqid == Reqid{7});
    CHECK(event.source == address("198.51.100.1"));
    CHECK(event.source_port == 61234);
}

TEST_CASE("changes tell what was changed", "[netlink][hostile-g5]") {
    Layout state;
    put_sa(state);
    CHECK(decoded<SaChangeEvent>(kNewSa, state).sa == sa(0xc1234567).id);
    CHECK(decoded<SaChangeEvent>(kNewSa, state).change == ChangeOfEntry::added);
    CHECK(decoded<SaChangeEvent>(kUpdSa, state).change == ChangeOfEntry::updated);
    const auto gone = decoded<SaChangeEvent>(kDelSa, sa_deletion());
    CHECK(gone.change == ChangeOfEntry::deleted);
    CHECK(gone.sa.spi == Spi{0xc1234567});
    CHECK(gone.sa.mark == Mark{1, 0xff});
    CHECK(decoded<SaFlushEvent>(kFlushSa, Layout().u8(50).zeros(3)).protocol == 50);

    Layout policy;
    put_policy(policy);
    CHECK(decoded<PolicyChangeEvent>(kNewPolicy, policy).index == 0x80000001);
    CHECK(decoded<PolicyChangeEvent>(kNewPolicy, policy).change == ChangeOfEntry::added);
    CHECK(decoded<PolicyChangeEvent>(kUpdPolicy, policy).change == ChangeOfEntry::updated);
    const auto gone_policy = decoded<PolicyChangeEvent>(kDelPolicy, policy_deletion());
    CHECK(gone_policy.change == ChangeOfEntry::deleted);
    CHECK(gone_policy.policy.selector.destination == prefix("10.2.0.0/24"));
    CHECK(gone_policy.policy.mark == Mark{1, 0xff});
    CHECK(decode_event(as_message(kFlushPolicy, Layout()))->index() == Event(PolicyFlushEvent{}).index());
}

TEST_CASE("what is for others is passed over", "[netlink][hostile-g3]") {
    Layout other;
    CHECK_FALSE(decode_event(as_message(kNewSa, put_sa(other, 4))));
    Layout of_a_socket;
    CHECK_FALSE(decode_event(as_message(kNewPolicy, put_policy(of_a_socket, 3))));
    CHECK_FALSE(decode_event(as_message(kPolicyExpire, Layout().zeros(300))));
    CHECK_FALSE(decode_event(as_message(0xffff, Layout())));
    CHECK_FALSE(decode_event(as_message(kDelPolicy, Layout().zeros(64))));
}

TEST_CASE("an event that is cut off counts as lost", "[netlink][hostile-g3]") {
    Layout expiry;
    put_sa(expiry).u8(1).zeros(7);
    for (const auto& [type, payload] : {std::pair{kAcquire, acquire()},
                                        {kExpire, expiry},
                                        {kMapping, mapping()},
                                        {kDelSa, sa_deletion()},
                                        {kDelPolicy, policy_deletion()}}) {
        std::size_t lost = 0;
        for (std::size_t size = 0; size < payload.size(); ++size) {
            const Message cut{static_cast<std::uint16_t>(type), 0, 1, base::ByteView(payload.view()).first(size)};
            const auto event = decode_event(cut);
            lost += event && std::holds_alternative<OverrunEvent>(*event) ? 1U : 0U;
        }
        INFO(type);
        CHECK(lost >= payload.size() - 8);  // but for the ends of attributes
    }
}

TEST_CASE("no bytes are too strange to be decoded", "[netlink][hostile-g3]") {
    std::uint32_t random = 1;
    for (int round = 0; round < 20000; ++round) {
        Layout noise;
        for (std::uint32_t i = 0; i < 400; ++i) {
            random = random * 1664525 + 1013904223;
            // Small numbers are likelier to pass for lengths and types.
            noise.u8((random >> 31) != 0 ? random >> 24 & 0x0f : 0);
        }
        const unsigned type = kNewSa + static_cast<unsigned>(round) % 0x18;
        (void)decode_event(as_message(type, noise));
    }
    SUCCEED();
}

}  // namespace xfrmd::netlink::test
