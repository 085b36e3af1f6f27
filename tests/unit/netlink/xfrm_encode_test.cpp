#include <catch2/catch_test_macros.hpp>

#include "tests/unit/netlink/specs.h"
#include "tests/unit/netlink/xfrm_layout.h"

namespace xfrmd::netlink::test {

namespace {

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

TEST_CASE("NEWSA: AH and IPComp", "[netlink][rfc4302][rfc3173]") {
    const auto expected = [](unsigned protocol, const Layout& attributes) {
        Layout payload;
        payload.zeros(56).address(octets("192.0.2.2")).net32(0x1234).u8(protocol).zeros(3);
        put_lifetimes(payload.address(octets("192.0.2.1"))).zeros(12).native32(0).native32(7);
        payload.native16(kInet)
            .u8(1)
            .u8(protocol == 51 ? 32 : 0)
            .u8(protocol == 51 ? kAfUnspecFlag | kAlign4Flag : kAfUnspecFlag);
        payload.zeros(7).bytes(attributes.view());
        return expected_message(kNewSa, kAdd, payload);
    };
    SaSpec ah = sa(0x1234, Mac{"hmac(sha1)", key(20), 96});
    ah.id.protocol = kAh;
    Layout mac;
    mac.native16(4 + 72 + 20).native16(kAuthTruncAttribute);
    mac.text("hmac(sha1)", 64).native32(160).native32(96).bytes(key(20).view());
    CHECK(encoded(AddSa{std::move(ah)}) == expected(51, mac));
    SaSpec ipcomp = sa(0x1234, Compression{"deflate"});
    ipcomp.id.protocol = kIpComp;
    Layout compression;
    compression.native16(4 + 68).native16(3).text("deflate", 64).native32(0);
    CHECK(encoded(AddSa{std::move(ipcomp)}) == expected(108, compression));
}

namespace {

SaSpec with_everything(bool inbound) {
    SaSpec spec = sa(0xc1234567);
    spec.inbound = inbound;
    spec.mode = Mode::iptfs;
    spec.flags = {false, false, true, false, true, true};
    spec.id.mark = {1, 0xff};
    spec.output_mark = {0x100, 0xf00};
    spec.if_id = 42;
    spec.cpu = 3;
    spec.acquire_sequence = 4711;
    spec.offload = Offload{9, inbound ? OffloadKind::packet : OffloadKind::crypto};
    spec.iptfs = {1000, 3, true, 500, 100000, 1400};
    spec.encapsulation = UdpEncapsulation{4500, 4500};
    spec.nat_keepalive = std::chrono::seconds(20);
    spec.lifetime = {{1, 2, std::chrono::seconds(3), std::chrono::seconds(4)},
                     {5, 6, std::chrono::seconds(7), std::chrono::seconds(8)}};
    return spec;
}

// The message up to its attributes, and those that both directions have.
Layout with_everything_begun(unsigned window, unsigned flags) {
    Layout out;
    out.zeros(56).address(octets("192.0.2.2")).net32(0xc1234567).u8(50).zeros(3).address(octets("192.0.2.1"));
    for (const unsigned limit : {1U, 5U, 2U, 6U, 3U, 7U, 4U, 8U}) out.native64(limit);
    out.zeros(32).zeros(12).native32(4711).native32(7).native16(kInet).u8(5).u8(window).u8(flags).zeros(7);
    put_gcm(out).native16(4 + 24).native16(kEncapAttribute).native16(2).net16(4500).net16(4500).zeros(18);
    out.native16(12).native16(21).native32(1).native32(0xff);
    return out.native16(8)
        .native16(29)
        .native32(0x100)
        .native16(8)
        .native16(30)
        .native32(0xf00)
        .native16(8)
        .native16(31)
        .native32(42);
}

}  // namespace

TEST_CASE("NEWSA: everything an SA can have, each in its direction", "[netlink][rfc4301-4.4.2][rfc9347][rfc9611]") {
    // XFRM_STATE_NOECN, _DECAP_DSCP, _ICMP, _AF_UNSPEC
    Layout in = with_everything_begun(32, 1 | 2 | 16 | 32);
    in.native16(12).native16(28).native32(9).u8(2 | 4).zeros(3);  // inbound, packet
    in.native16(5).native16(33).u8(1).zeros(3).native16(8).native16(35).native32(3);
    in.native16(8).native16(36).native32(1000).native16(6).native16(37).native16(3).zeros(2);
    CHECK(encoded(AddSa{with_everything(true)}) == expected_message(kNewSa, kAdd, in));

    // XFRM_STATE_NOECN, _NOPMTUDISC, _AF_UNSPEC; DONT_ENCAP_DSCP, OSEQ_MAY_WRAP
    Layout out = with_everything_begun(0, 1 | 4 | 32);
    out.native16(8).native16(24).native32(3).native16(12).native16(28).native32(9).zeros(4);
    out.native16(5).native16(33).u8(2).zeros(3).native16(8).native16(34).native32(20);
    out.native16(8).native16(35).native32(3).native16(4).native16(38).native16(8).native16(39).native32(500);
    out.native16(8).native16(40).native32(100000).native16(8).native16(41).native32(1400);
    CHECK(encoded(AddSa{with_everything(false)}) == expected_message(kNewSa, kAdd, out));
}

TEST_CASE("NEWSA: BEET carries the addresses inside, and a tunnel its padding", "[netlink][rfc4303-2.7]") {
    SaSpec beet = sa(0xc1234567);
    beet.mode = Mode::beet;
    beet.selector = selector("10.1.0.1/32", "10.2.0.1/32");
    Layout payload;
    put(payload, SelectorFields{"10.1.0.1", "10.2.0.1", 32, 32, kInet});
    put_gcm(put(payload, SaFields{.mode = 4, .flags = 0}));
    CHECK(encoded(AddSa{std::move(beet)}) == expected_message(kNewSa, kAdd, payload));
    SaSpec padded = sa(0xc1234567);
    padded.inbound = false;
    padded.tfc_bytes = 1400;
    Layout tunnel;
    put_gcm(put(tunnel.zeros(56), SaFields{.window = 0})).native16(8).native16(22).native32(1400);
    CHECK(encoded(AddSa{std::move(padded)}) == expected_message(kNewSa, kAdd, tunnel));
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
    SaId marked = sa(0xc1234567).id;
    marked.mark = {1, 0xff};
    id.native16(12).native16(21).native32(1).native32(0xff);
    CHECK(encoded(DeleteSa{marked}) == expected_message(kDelSa, kPlain, id));
}

TEST_CASE("lists are asked for without a word more", "[netlink]") {
    // Anything behind the header would be read as attributes.
    MessageBatch batch(2, 256);
    encode_list_sas(batch);
    encode_list_policies(batch);
    const Layout sas = header(16, kGetSa, 0x0301, 9);
    CHECK(sealed(batch) == base::to_hex(join(sas, header(16, kGetPolicy, kDump, 10))));
}

TEST_CASE("the longest message has room, 64 times", "[netlink]") {
    MessageBatch batch(64, 64 * kLongestMessage);
    for (int i = 0; i < 64; ++i) {
        SaSpec spec = sa(0xc1234567, CipherAndMac{std::string(63, 'c'), key(256), std::string(63, 'm'), key(256), 128});
        spec.encapsulation = UdpEncapsulation{};
        spec.esn = true;
        spec.replay_window = kLargestReplayWindow;
        spec.mode = Mode::iptfs;
        spec.id.mark = spec.output_mark = {1, 1};
        spec.if_id = 1;
        spec.cpu = 1;
        spec.offload = Offload{1, OffloadKind::packet};
        spec.iptfs = {1, 1, true, 1, 1, 1};
        encode(AddSa{std::move(spec)}, batch);
    }
    CHECK(batch.ok());
    CHECK(batch.count() == 64);
    CHECK(batch.view().size() / 64 > 1400);
}

}  // namespace xfrmd::netlink::test
