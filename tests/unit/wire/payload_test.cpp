#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/wire/payload_codec.h"
#include "tests/unit/wire/samples.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;
using base::Reason;
using test::hex;

namespace {

template <typename T>
base::Bytes encoded(const T& payload) {
    base::Writer out;
    encode_body(out, payload);
    return out.take();
}

// Known bytes both ways.
template <typename T>
void check_both_ways(base::Result<T> (*decode)(base::ByteView), const base::Bytes& bytes, const T& value) {
    const base::Result<T> decoded = decode(bytes);
    REQUIRE(decoded);
    CHECK(*decoded == value);
    CHECK(encoded(value) == bytes);
}

template <typename T>
Reason reason_of(const base::Result<T>& result) {
    return result ? Reason::NotFound : result.error().reason;
}

base::Bytes of_size(std::size_t size) { return base::Bytes(size, 0x5a); }

}  // namespace

TEST_CASE("Key Exchange payload", "[wire][rfc7296-3.4]") {
    check_both_ways(decode_key_exchange, hex("001f 0000 0102030405"),
                    KeyExchangePayload{policy::KeyExchangeId::x25519, hex("0102030405")});
    check_both_ways(decode_key_exchange, hex("ffff 0000"), KeyExchangePayload{policy::KeyExchangeId{0xffff}, {}});
    CHECK(decode_key_exchange(hex("001f ffff 01")).value() == decode_key_exchange(hex("001f 0000 01")).value());
    CHECK(reason_of(decode_key_exchange(hex("001f00"))) == Reason::PayloadMalformed);
    CHECK(reason_of(decode_key_exchange({})) == Reason::PayloadMalformed);
}

TEST_CASE("Identification payload", "[wire][rfc7296-3.5]") {
    check_both_ways(decode_identification, hex("02 000000 612e62"),
                    Identification{{policy::IdentityType::fqdn, hex("612e62")}, 0});
    check_both_ways(decode_identification, hex("01 000000 c0000201"),
                    Identification{{policy::IdentityType::ipv4_address, hex("c0000201")}, 0});
    check_both_ways(decode_identification, hex("05 000000 20010db8000000000000000000000001"),
                    Identification{{policy::IdentityType::ipv6_address, hex("20010db8000000000000000000000001")}, 0});
    check_both_ways(decode_identification, hex("c9 000000 00ff"),
                    Identification{{policy::IdentityType{201}, hex("00ff")}, 0});
    CHECK(reason_of(decode_identification(hex("020000"))) == Reason::PayloadMalformed);
}

TEST_CASE("reserved bytes of an identity are kept because AUTH covers them", "[wire][rfc7296-2.15][rfc7296-3.5]") {
    check_both_ways(decode_identification, hex("0b a1b2c3 01"),
                    Identification{{policy::IdentityType::key_id, hex("01")}, 0xa1b2c3});
}

TEST_CASE("address identities have the size of an address", "[wire][rfc7296-3.5][hostile-d6]") {
    for (std::size_t size = 0; size < 40; ++size) {
        const auto v4 =
            decode_identification(encoded(Identification{{policy::IdentityType::ipv4_address, of_size(size)}, 0}));
        const auto v6 =
            decode_identification(encoded(Identification{{policy::IdentityType::ipv6_address, of_size(size)}, 0}));
        CHECK(reason_of(v4) == (size == 4 ? Reason::NotFound : Reason::PayloadMalformed));
        CHECK(reason_of(v6) == (size == 16 ? Reason::NotFound : Reason::PayloadMalformed));
    }
}

TEST_CASE("the identity of nobody is empty", "[wire][rfc7619-2.2]") {
    CHECK(decode_identification(encoded(Identification{policy::Identity::null(), 0})));
    const auto named = decode_identification(encoded(Identification{{policy::IdentityType::null, of_size(1)}, 0}));
    CHECK(reason_of(named) == Reason::PayloadMalformed);
}

TEST_CASE("identities are at most 4096 bytes long", "[wire][rfc7296-3.5][hostile-d6]") {
    const auto of = [](std::size_t size) {
        return decode_identification(encoded(Identification{{policy::IdentityType::key_id, of_size(size)}, 0}));
    };
    CHECK(of(0));
    CHECK(of(kMaxIdentity));
    CHECK(reason_of(of(kMaxIdentity + 1)) == Reason::PayloadMalformed);
    CHECK(reason_of(of(65527)) == Reason::PayloadMalformed);
}

TEST_CASE("Certificate and Certificate Request payloads", "[wire][rfc7296-3.6][rfc7296-3.7]") {
    check_both_ways(decode_certificate, hex("04 3082"), Certificate{4, hex("3082")});
    check_both_ways(decode_certificate, hex("ff"), Certificate{255, {}});
    CHECK(reason_of(decode_certificate({})) == Reason::PayloadMalformed);
    check_both_ways(decode_certificate_request, hex("04 000102"), CertificateRequest{4, hex("000102")});
    CHECK(reason_of(decode_certificate_request({})) == Reason::PayloadMalformed);
}

TEST_CASE("Authentication payload", "[wire][rfc7296-3.8]") {
    check_both_ways(decode_authentication, hex("02 000000 aabb"),
                    Authentication{AuthMethodId::shared_key_mic, hex("aabb")});
    check_both_ways(decode_authentication, hex("c8 000000"), Authentication{AuthMethodId{200}, {}});
    CHECK(decode_authentication(hex("02 ffffff aa")).value() == decode_authentication(hex("02 000000 aa")).value());
    CHECK(reason_of(decode_authentication(hex("020000"))) == Reason::PayloadMalformed);
}

TEST_CASE("a nonce has 16 to 256 bytes", "[wire][rfc7296-3.9][hostile-c8]") {
    for (const std::size_t size : {0U, 1U, 15U, 257U, 65531U}) {
        CHECK(reason_of(decode_nonce(of_size(size))) == Reason::NonceLengthInvalid);
    }
    for (const std::size_t size : {16U, 17U, 32U, 256U})
        check_both_ways(decode_nonce, of_size(size), Nonce{of_size(size)});
}

TEST_CASE("Notify payload", "[wire][rfc7296-3.10]") {
    check_both_ways(decode_notify, hex("00 00 4000"),
                    Notify{policy::ProtocolId::none, {}, NotifyType::initial_contact, {}});
    check_both_ways(decode_notify, hex("03 04 4009 c1c2c3c4"),
                    Notify{policy::ProtocolId::esp, hex("c1c2c3c4"), NotifyType::rekey_sa, {}});
    check_both_ways(decode_notify, hex("00 00 0011 001f"),
                    Notify{policy::ProtocolId::none, {}, NotifyType::invalid_ke_payload, hex("001f")});
    check_both_ways(decode_notify, hex("c8 02 a000 0102 03"),
                    Notify{policy::ProtocolId{200}, hex("0102"), NotifyType{40960}, hex("03")});
}

TEST_CASE("REKEY_SA with any protocol and SPI size comes through as it is", "[wire][rfc7296-3.10][hostile-f5]") {
    for (const unsigned protocol : {0U, 1U, 3U, 255U}) {
        for (const std::size_t size : {0U, 1U, 4U, 8U, 255U}) {
            const Notify notify{
                policy::ProtocolId{static_cast<std::uint8_t>(protocol)}, of_size(size), NotifyType::rekey_sa, {}};
            check_both_ways(decode_notify, encoded(notify), notify);
        }
    }
}

TEST_CASE("a notify's SPI must be there", "[wire][rfc7296-3.10][hostile-f13]") {
    CHECK(reason_of(decode_notify(hex("00 00 40"))) == Reason::PayloadMalformed);
    CHECK(reason_of(decode_notify(hex("03 04 4009 c1c2c3"))) == Reason::PayloadMalformed);
    CHECK(reason_of(decode_notify(hex("03 ff 4009"))) == Reason::PayloadMalformed);
    CHECK(decode_notify(encoded(Notify{policy::ProtocolId::none, {}, NotifyType::cookie, of_size(65527)})));
}

TEST_CASE("Delete payload", "[wire][rfc7296-3.11]") {
    check_both_ways(decode_delete, hex("01 00 0000"), Delete{policy::ProtocolId::ike, {}});
    check_both_ways(decode_delete, hex("03 04 0002 c1c2c3c4 00000100"),
                    Delete{policy::ProtocolId::esp, {0xc1c2c3c4, 0x100}});
    check_both_ways(decode_delete, hex("02 04 0000"), Delete{policy::ProtocolId::ah, {}});
    const Delete many{policy::ProtocolId::esp, std::vector<std::uint32_t>(10000, 0xc1c2c3c4)};
    check_both_ways(decode_delete, encoded(many), many);
}

TEST_CASE("a Delete's protocol, SPI size, count and bytes agree", "[wire][rfc7296-3.11][hostile-f4]") {
    for (const char* body : {
             "",
             "03 04 00",
             "01 00 0001",                    // IKE with a count
             "01 08 0001 0102030405060708",   // IKE with an SPI
             "01 04 0001 c1c2c3c4",           // IKE with an ESP SPI
             "01 08 0000",                    // IKE with an SPI size
             "01 00 0000 00",                 // bytes behind
             "03 04 0001",                    // SPI not there
             "03 04 0002 c1c2c3c4",           // one of two not there
             "03 04 ffff c1c2c3c4",           // a claim
             "03 04 0001 c1c2c3c4 c5c6c7c8",  // more than counted
             "03 04 0001 c1c2c3c4 c5",
             "03 08 0001 c1c2c3c4c5c6c7c8",  // ESP with an IKE SPI
             "03 00 0000",
             "03 00 ffff",
             "00 04 0001 c1c2c3c4",  // protocols without SAs
             "ff 04 0001 c1c2c3c4",
         }) {
        INFO(body);
        CHECK(reason_of(decode_delete(hex(body))) == Reason::PayloadMalformed);
    }
}

TEST_CASE("Vendor ID payload", "[wire][rfc7296-3.12]") {
    check_both_ways(decode_vendor_id, hex("00ff"), VendorId{hex("00ff")});
    check_both_ways(decode_vendor_id, {}, VendorId{});
}

TEST_CASE("Configuration payload", "[wire][rfc7296-3.15]") {
    check_both_ways(decode_configuration, hex("01 000000 0001 0000 7000 0004 01020304"),
                    Configuration{1, {{1, {}}, {0x7000, hex("01020304")}}});
    check_both_ways(decode_configuration, hex("04 000000"), Configuration{4, {}});
    CHECK(decode_configuration(hex("01 ffffff 8001 0000")).value() ==
          decode_configuration(hex("01 000000 0001 0000")).value());
    for (const char* body :
         {"", "01 0000", "01 000000 00", "01 000000 0001 00", "01 000000 0001 0001", "01 000000 0001 ffff 00"}) {
        INFO(body);
        CHECK(reason_of(decode_configuration(hex(body))) == Reason::PayloadMalformed);
    }
}

TEST_CASE("configuration attributes are capped", "[wire][rfc7296-3.15][hostile-f12]") {
    Configuration request{1, std::vector<std::pair<std::uint16_t, base::Bytes>>(kMaxConfigurationAttributes)};
    check_both_ways(decode_configuration, encoded(request), request);
    request.attributes.emplace_back();
    CHECK(reason_of(decode_configuration(encoded(request))) == Reason::PayloadCountExceeded);
}

TEST_CASE("an EAP packet fills its payload", "[wire][rfc7296-3.16]") {
    check_both_ways(decode_eap, hex("01 02 0006 1a 00"), Eap{hex("010200061a00")});
    check_both_ways(decode_eap, hex("03 02 0004"), Eap{hex("03020004")});
    for (const char* body : {"", "03 02 00", "03 02 0005", "03 02 0003", "01 02 0004 01", "01 02 0000"}) {
        INFO(body);
        CHECK(reason_of(decode_eap(hex(body))) == Reason::PayloadMalformed);
    }
}
