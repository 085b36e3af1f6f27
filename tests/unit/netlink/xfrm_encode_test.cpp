#include <catch2/catch_test_macros.hpp>

#include "netlink/xfrm_messages.h"
#include "tests/unit/netlink/layout.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

// linux/xfrm.h, linux/netlink.h and bits/socket.h, by number
constexpr unsigned kNewSa = 0x10, kDelSa = 0x11, kGetSa = 0x12, kNewPolicy = 0x13, kDelPolicy = 0x14, kGetPolicy = 0x15;
constexpr unsigned kUpdPolicy = 0x19, kUpdSa = 0x1a;
constexpr unsigned kCryptAttribute = 2, kEncapAttribute = 4, kTemplateAttribute = 5, kAeadAttribute = 18;
constexpr unsigned kAuthTruncAttribute = 20, kReplayEsnAttribute = 23;
constexpr unsigned kAdd = 0x0605, kReplaceOnly = 0x0105, kAddOrReplace = 0x0505, kPlain = 0x0005, kDump = 0x0305;
constexpr unsigned kInet = 2, kInet6 = 10;
constexpr unsigned kAfUnspecFlag = 32, kEsnFlag = 128;
constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

// In hexadecimal, to be read where they differ.
std::string sealed(MessageBatch& batch) {
    batch.seal(9);
    REQUIRE(batch.ok());
    return base::to_hex(batch.view());
}

std::string encoded(const Change& change) {
    MessageBatch batch(1, kLongestMessage);
    encode(change, batch);
    return sealed(batch);
}

std::string expected_message(unsigned type, unsigned flags, const Layout& payload) {
    return base::to_hex(message(type, flags, 9, payload));
}

base::Bytes octets(const char* text) { return base::to_bytes(address(text).bytes()); }

// struct xfrm_selector
struct SelectorFields {
    const char* source;
    const char* destination;
    unsigned source_length, destination_length, family;
    unsigned protocol = 0, source_port = 0, source_mask = 0, destination_port = 0, destination_mask = 0;
};
Layout& put(Layout& out, const SelectorFields& in) {
    out.address(octets(in.destination)).address(octets(in.source));
    out.net16(in.destination_port).net16(in.destination_mask).net16(in.source_port).net16(in.source_mask);
    out.native16(in.family).u8(in.destination_length).u8(in.source_length).u8(in.protocol).zeros(3);
    return out.native32(0).native32(0);  // interface, user
}

constexpr SelectorFields kNetToNet{"10.1.0.0", "10.2.0.0", 24, 24, kInet};

// struct xfrm_lifetime_cfg without limits, struct xfrm_lifetime_cur
Layout& put_lifetimes(Layout& out) {
    for (int i = 0; i < 4; ++i) out.native64(kUnlimited);
    return out.zeros(4 * 8).zeros(4 * 8);
}

struct SaFields {
    const char* source = "192.0.2.1";
    const char* destination = "192.0.2.2";
    unsigned family = kInet, mode = 1, window = 32, flags = kAfUnspecFlag;
};

// struct xfrm_usersa_info, all but the selector in front
Layout& put(Layout& out, const SaFields& in) {
    out.address(octets(in.destination)).net32(0xc1234567).u8(50).zeros(3);
    put_lifetimes(out.address(octets(in.source)));
    out.zeros(12).native32(0).native32(7);  // statistics, sequence, reqid
    return out.native16(in.family).u8(in.mode).u8(in.window).u8(in.flags).zeros(7);
}

Layout& put_gcm(Layout& out) {
    out.native16(4 + 72 + 20).native16(kAeadAttribute);
    return out.text("rfc4106(gcm(aes))", 64).native32(160).native32(128).bytes(key(20).view());
}

}  // namespace

TEST_CASE("NEWSA: an AEAD in tunnel mode", "[netlink][rfc4301-4.4.2]") {
    Layout payload;
    payload.zeros(56);  // an unset selector, which XFRM_STATE_AF_UNSPEC leaves unset
    put_gcm(put(payload, SaFields{}));
    CHECK(encoded(AddSa{sa(0xc1234567)}) == expected_message(kNewSa, kAdd, payload));
}

TEST_CASE("NEWSA: cipher and truncated MAC in transport mode, with selector and UDP encapsulation",
          "[netlink][rfc3948]") {
    SaSpec spec = sa(0xc1234567, cbc_sha256());
    spec.mode = Mode::transport;
    spec.selector = Selector{prefix("192.0.2.1/32"), prefix("192.0.2.2/32"), 6, {443, 0xffff}, {1024, 0xfc00}};
    spec.encapsulation = UdpEncapsulation{61234, 4500};
    Layout payload;
    put(payload, SelectorFields{"192.0.2.1", "192.0.2.2", 32, 32, kInet, 6, 443, 0xffff, 1024, 0xfc00});
    put(payload, SaFields{.mode = 0, .flags = 0});
    payload.native16(4 + 68 + 16).native16(kCryptAttribute);
    payload.text("cbc(aes)", 64).native32(128).bytes(key(16).view());
    payload.native16(4 + 72 + 32).native16(kAuthTruncAttribute);
    payload.text("hmac(sha256)", 64).native32(256).native32(128).bytes(key(32).view());
    payload.native16(4 + 24).native16(kEncapAttribute);
    payload.native16(2).net16(61234).net16(4500).zeros(2).zeros(16);  // UDP_ENCAP_ESPINUDP
    CHECK(encoded(AddSa{std::move(spec)}) == expected_message(kNewSa, kAdd, payload));
}

TEST_CASE("NEWSA: IPv6, a large window with extended sequence numbers", "[netlink][rfc4303-3.4.3]") {
    SaSpec spec = sa(0xc1234567);
    spec.source = address("2001:db8::1");
    spec.id.destination = address("2001:db8::2");
    spec.replay_window = 100;
    spec.esn = true;
    Layout payload;
    payload.zeros(56);
    put(payload, SaFields{"2001:db8::1", "2001:db8::2", kInet6, 1, 0, kAfUnspecFlag | kEsnFlag});
    put_gcm(payload);
    payload.native16(4 + 24 + 16).native16(kReplayEsnAttribute);
    payload.native32(4).zeros(16).native32(100).zeros(16);  // bitmap words, counters, window, bitmap
    CHECK(encoded(AddSa{std::move(spec)}) == expected_message(kNewSa, kAdd, payload));
}

TEST_CASE("NEWSA: the window is the receiver's, and goes where it has room", "[netlink][rfc4303-3.4.3]") {
    struct Case {
        std::uint32_t window;
        bool esn, inbound;
        unsigned legacy;
        std::uint32_t attribute;  // 0: none
    };
    for (const Case& one : {Case{32, false, true, 32, 0}, Case{33, false, true, 0, 33}, Case{0, false, true, 0, 0},
                            Case{32, true, true, 0, 32}, Case{32, false, false, 0, 0}, Case{4096, false, false, 0, 0},
                            Case{4096, true, false, 0, 1}, Case{4096, false, true, 0, 4096}}) {
        SaSpec spec = sa(0xc1234567);
        spec.replay_window = one.window;
        spec.esn = one.esn;
        spec.inbound = one.inbound;
        Layout payload;
        put(payload.zeros(56), SaFields{.window = one.legacy, .flags = kAfUnspecFlag | (one.esn ? kEsnFlag : 0)});
        put_gcm(payload);
        if (one.attribute != 0) {
            const std::uint32_t words = (one.attribute + 31) / 32;
            payload.native16(4 + 24 + words * 4).native16(kReplayEsnAttribute);
            payload.native32(words).zeros(16).native32(one.attribute).zeros(words * 4);
        }
        INFO(one.window << " " << one.esn << " " << one.inbound);
        CHECK(encoded(AddSa{std::move(spec)}) == expected_message(kNewSa, kAdd, payload));
    }
}

TEST_CASE("NEWSA: transport mode has its family inside even without selector", "[netlink]") {
    SaSpec spec = sa(0xc1234567);
    spec.mode = Mode::transport;
    Layout payload;
    payload.zeros(40).native16(kInet).zeros(14);
    put_gcm(put(payload, SaFields{.mode = 0, .flags = 0}));
    CHECK(encoded(AddSa{std::move(spec)}) == expected_message(kNewSa, kAdd, payload));
}

TEST_CASE("NEWSA: a NULL cipher without MAC has no key and no MAC attribute", "[netlink][rfc2410]") {
    Layout payload;
    put(payload.zeros(56), SaFields{});
    payload.native16(4 + 68).native16(kCryptAttribute).text("ecb(cipher_null)", 64).native32(0);
    CHECK(encoded(AddSa{sa(0xc1234567, CipherAndMac{"ecb(cipher_null)", {}, "", {}, 0})}) ==
          expected_message(kNewSa, kAdd, payload));
}

TEST_CASE("UPDSA is NEWSA by another name", "[netlink]") {
    Layout payload;
    put_gcm(put(payload.zeros(56), SaFields{}));
    CHECK(encoded(UpdateSa{sa(0xc1234567)}) == expected_message(kUpdSa, kReplaceOnly, payload));
}

TEST_CASE("DELSA and GETSA name the SA", "[netlink]") {
    Layout id;
    id.address(octets("192.0.2.2")).net32(0xc1234567).native16(kInet).u8(50).zeros(1);
    CHECK(encoded(DeleteSa{sa(0xc1234567).id}) == expected_message(kDelSa, kPlain, id));
    MessageBatch batch(1, 256);
    encode_find_sa(sa(0xc1234567).id, batch);
    CHECK(sealed(batch) == expected_message(kGetSa, kPlain, id));
}

TEST_CASE("lists are asked for without a word more", "[netlink]") {
    // Anything behind the header would be read as attributes.
    MessageBatch batch(2, 256);
    encode_list_sas(batch);
    encode_list_policies(batch);
    const Layout sas = header(16, kGetSa, 0x0301, 9);
    CHECK(sealed(batch) == base::to_hex(join(sas, header(16, kGetPolicy, kDump, 10))));
}

TEST_CASE("NEWPOLICY and UPDPOLICY: selector, priority, direction and template", "[netlink][rfc4301-4.4.1]") {
    PolicySpec spec = policy(Direction::out, selector("10.1.0.77/24", "10.2.0.0/24"));
    spec.templates[0].source = address("2001:db8::1");
    spec.templates[0].destination = address("2001:db8::2");
    spec.templates[0].spi = Spi{0xc1234567};
    const auto expected = [&](unsigned direction, unsigned mode) {
        Layout payload;
        put_lifetimes(put(payload, kNetToNet)).native32(375423).native32(0);  // priority, index
        payload.u8(direction).u8(0).u8(0).u8(0).zeros(4);                     // allow, no flags, shared by anybody
        payload.native16(4 + 64).native16(kTemplateAttribute);
        payload.address(octets("2001:db8::2")).net32(0xc1234567).u8(50).zeros(3);
        payload.native16(kInet6).zeros(2).address(octets("2001:db8::1")).native32(7);
        payload.u8(mode).u8(0).u8(0).zeros(1).native32(~0U).native32(~0U).native32(~0U);
        return payload;
    };
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, expected(1, 1)));
    CHECK(encoded(UpdatePolicy{spec}) == expected_message(kUpdPolicy, kAddOrReplace, expected(1, 1)));
    spec.id.direction = Direction::in;
    spec.templates[0].mode = Mode::transport;
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, expected(0, 0)));
    spec.id.direction = Direction::forward;
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, expected(2, 0)));
}

TEST_CASE("DELPOLICY: the selector as it was added, whatever else was in its bits", "[netlink]") {
    const auto expected = [](const SelectorFields& selector, unsigned direction) {
        Layout payload;
        put(payload, selector).native32(0).u8(direction).zeros(3);
        return expected_message(kDelPolicy, kPlain, payload);
    };
    CHECK(encoded(DeletePolicy{{Direction::forward, selector("10.1.0.0/24", "10.2.0.0/24")}, 0}) ==
          expected(kNetToNet, 2));
    Selector odd = selector("10.1.0.0/24", "10.2.0.0/24");
    odd.source.network = address("10.1.0.77");
    odd.source_port = {99, 0};
    CHECK(encoded(DeletePolicy{{Direction::forward, odd}}) == expected(kNetToNet, 2));
    Selector ping{prefix("fd01::/64"), prefix("fd02::1/128"), 58, {128, 0xffff}, {0, 0xffff}, 0};
    CHECK(encoded(DeletePolicy{{Direction::out, ping}}) ==
          expected({"fd01::", "fd02::1", 64, 128, kInet6, 58, 128, 0xffff, 0, 0xffff}, 1));
}

TEST_CASE("the longest message has room, 64 times", "[netlink]") {
    MessageBatch batch(64, 64 * kLongestMessage);
    for (int i = 0; i < 64; ++i) {
        SaSpec spec = sa(0xc1234567, CipherAndMac{std::string(63, 'c'), key(256), std::string(63, 'm'), key(256), 128});
        spec.encapsulation = UdpEncapsulation{};
        spec.esn = true;
        spec.replay_window = kLargestReplayWindow;
        encode(AddSa{std::move(spec)}, batch);
    }
    CHECK(batch.ok());
    CHECK(batch.count() == 64);
    CHECK(batch.view().size() / 64 > 1400);
}

}  // namespace xfrmd::netlink::test
