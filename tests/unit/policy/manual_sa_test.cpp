#include "ike/policy/manual_sa.h"

#include <catch2/catch_test_macros.hpp>

#include "ike/policy/des_key.h"

using namespace xfrmd;
using namespace xfrmd::policy;

namespace {

base::Bytes hex(std::string_view digits) {
    base::Bytes bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string(digits.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

base::SecretBytes text_key(std::string_view text) { return base::SecretBytes(base::as_bytes(text)); }
base::SecretBytes hex_key(std::string_view digits) { return base::SecretBytes(hex(digits)); }
base::Address address(std::string_view text) { return *base::Address::parse(text); }
std::vector<ConfiguredSelector> selectors(std::string_view text) { return {*parse_selector(text)}; }

// Sound: ESP with SHA-1 and 3DES between two hosts.
ManualSa esp() {
    ManualSa sa;
    sa.name = "by-hand";
    sa.spi = 256;
    sa.authentication = ManualAuthentication{IntegrityId::hmac_sha1_96, text_key("abcdefghijklmnopqrst")};
    sa.encryption = ManualEncryption{EncryptionId::triple_des, 0, text_key("abcdefghijklmnopqrstuvwx")};
    sa.local_addrs = address("192.0.2.1");
    sa.remote_addrs = address("192.0.2.2");
    sa.local_ts = selectors("10.1.0.0/16");
    sa.remote_ts = selectors("10.2.0.0/16");
    return sa;
}

ManualSa ah() {
    ManualSa sa = esp();
    sa.protocol = ManualProtocol::ah;
    sa.encryption.reset();
    return sa;
}

ManualSa bundle() {
    ManualSa sa = esp();
    sa.protocol = ManualProtocol::bundle;
    sa.auxiliary_spi = 257;
    return sa;
}

ManualSa transport() {
    ManualSa sa = esp();
    sa.mode = Mode::transport;
    sa.local_ts = selectors("dynamic[ospf]");
    sa.remote_ts = selectors("dynamic[ospf]");
    return sa;
}

// "option: message" of each fault.
std::string faults(const ManualSa& sa) {
    std::string text;
    for (const ManualFault& fault : faults_of(sa)) {
        text += (text.empty() ? "" : "; ") + std::string(fault.option) + ": " + fault.message;
    }
    return text;
}

std::string with_des(base::SecretBytes key) {
    ManualSa sa = esp();
    sa.encryption = ManualEncryption{EncryptionId::des, 0, std::move(key)};
    return faults(sa);
}

std::string with_3des(base::SecretBytes key) {
    ManualSa sa = esp();
    sa.encryption->key = std::move(key);
    return faults(sa);
}

}  // namespace

TEST_CASE("a sound manual SA has no faults", "[policy][manual]") {
    CHECK(faults(esp()).empty());
    CHECK(faults(ah()).empty());
    CHECK(faults(bundle()).empty());
    CHECK(faults(transport()).empty());
}

TEST_CASE("a manual SPI is from 256 to 16639", "[policy][manual]") {
    for (const std::uint32_t spi : {256U, 16639U}) {
        ManualSa sa = bundle();
        sa.spi = spi;
        sa.auxiliary_spi = spi;
        CHECK(faults(sa).empty());
    }
    for (const std::uint32_t spi : {0U, 255U, 16640U, 0xffffffffU}) {
        ManualSa sa = esp();
        sa.spi = spi;
        CHECK(faults(sa) == "spi: expected a number from 256 to 16639");
        sa = bundle();
        sa.auxiliary_spi = spi;
        CHECK(faults(sa) == "auxiliary_spi: expected a number from 256 to 16639");
    }
}

TEST_CASE("only a bundle has an auxiliary SPI, and always", "[policy][manual]") {
    for (const bool is_ah : {false, true}) {
        ManualSa one = is_ah ? ah() : esp();
        one.auxiliary_spi = 300;
        CHECK(faults(one) == "auxiliary_spi: only a bundle has one, for its ESP");
    }
    ManualSa sa = bundle();
    sa.auxiliary_spi = 0;
    CHECK(faults(sa) == "auxiliary_spi: expected a number from 256 to 16639");
}

TEST_CASE("an authentication key has exactly its algorithm's length", "[policy][manual]") {
    const std::pair<IntegrityId, std::size_t> sizes[] = {
        {IntegrityId::hmac_md5_96, 16}, {IntegrityId::hmac_sha1_96, 20}, {IntegrityId::hmac_sha2_256_128, 32}};
    for (const auto& [algorithm, size] : sizes) {
        ManualSa sa = ah();
        sa.authentication = ManualAuthentication{algorithm, text_key(std::string(size, 'k'))};
        CHECK(faults(sa).empty());
        for (const std::size_t wrong : {std::size_t{0}, std::size_t{1}, size - 1, size + 1, 2 * size}) {
            sa.authentication->key = text_key(std::string(wrong, 'k'));
            CHECK(faults(sa).starts_with("authentication.key: hmac-"));
        }
    }
    ManualSa sa = ah();
    sa.authentication->key = text_key("short");
    CHECK(faults(sa) ==
          "authentication.key: hmac-sha1-96 takes a key of 20 bytes: 20 characters, or 40 hexadecimal "
          "digits after 0x; this one has 5 bytes");
}

TEST_CASE("an encryption key has exactly its algorithm's length", "[policy][manual]") {
    struct Case {
        EncryptionId algorithm;
        std::uint16_t bits;
        std::size_t size;
        std::string_view name;
    };
    const Case cases[] = {{EncryptionId::des, 0, 8, "des-cbc"},
                          {EncryptionId::triple_des, 0, 24, "3des-cbc"},
                          {EncryptionId::aes_cbc, 128, 16, "aes-128-cbc"},
                          {EncryptionId::aes_cbc, 192, 24, "aes-192-cbc"},
                          {EncryptionId::aes_cbc, 256, 32, "aes-256-cbc"}};
    const std::string letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    for (const Case& each : cases) {
        ManualSa sa = esp();
        sa.encryption = ManualEncryption{each.algorithm, each.bits, text_key(letters.substr(0, each.size))};
        CHECK(faults(sa).empty());
        for (const std::size_t wrong : {std::size_t{0}, each.size - 1, each.size + 1, 2 * each.size}) {
            sa.encryption->key = text_key(letters.substr(0, wrong));
            CHECK(faults(sa).starts_with("encryption.key: " + std::string(each.name) + " takes a key of " +
                                         std::to_string(each.size) + " bytes"));
        }
    }
}

TEST_CASE("AH encrypts nothing", "[policy][manual]") {
    ManualSa sa = ah();
    sa.encryption = ManualEncryption{EncryptionId::aes_cbc, 128, text_key("abcdefghijklmnop")};
    CHECK(faults(sa) == "encryption: ah encrypts nothing; take esp or bundle");
}

TEST_CASE("no encryption with ESP is NULL encryption, authentication is always there", "[policy][manual][rfc8221-4]") {
    ManualSa sa = esp();
    sa.encryption.reset();
    CHECK(faults(sa).empty());
    sa = bundle();
    sa.encryption.reset();
    CHECK(faults(sa) == ": encryption is missing, without which the ESP of a bundle does nothing");
    for (const ManualProtocol protocol : {ManualProtocol::esp, ManualProtocol::bundle}) {
        sa = protocol == ManualProtocol::esp ? esp() : bundle();
        sa.authentication.reset();
        CHECK(faults(sa) == ": authentication is missing");
    }
    sa = ah();
    sa.authentication.reset();
    CHECK(faults(sa) == ": authentication is missing");
}

TEST_CASE("nothing given means SHA-1 and 3DES, whose keys are missing", "[policy][manual]") {
    CHECK(ManualAuthentication{}.algorithm == IntegrityId::hmac_sha1_96);
    CHECK(ManualEncryption{}.algorithm == EncryptionId::triple_des);
    ManualSa sa = esp();
    sa.authentication.reset();
    sa.encryption.reset();
    CHECK(faults(sa) ==
          ": neither authentication nor encryption is given, which means hmac-sha1-96 and 3des-cbc, but "
          "these need an authentication.key and an encryption.key");
}

// FIPS 74, 3.6.
TEST_CASE("weak and semi-weak DES keys are refused, whatever their parity", "[policy][manual][rfc2409-A]") {
    const std::string_view weak[] = {"0101010101010101", "fefefefefefefefe", "e0e0e0e0f1f1f1f1", "1f1f1f1f0e0e0e0e",
                                     "01fe01fe01fe01fe", "fe01fe01fe01fe01", "1fe01fe00ef10ef1", "e01fe01ff10ef10e",
                                     "01e001e001f101f1", "e001e001f101f101", "1ffe1ffe0efe0efe", "fe1ffe1ffe0efe0e",
                                     "011f011f010e010e", "1f011f010e010e01", "e0fee0fef1fef1fe", "fee0fee0fef1fef1"};
    for (const std::string_view digits : weak) {
        INFO(digits);
        CHECK(with_des(hex_key(digits)) == "encryption.key: this is a weak or semi-weak DES key; choose another one");
        base::Bytes flipped = hex(digits);
        for (std::uint8_t& byte : flipped) byte = static_cast<std::uint8_t>(byte ^ 1U);
        CHECK(is_weak_des_key(flipped));
        flipped.front() = static_cast<std::uint8_t>(flipped.front() ^ 2U);
        CHECK_FALSE(is_weak_des_key(flipped));
    }
    CHECK(with_des(hex_key("0123456789abcdef")).empty());
    CHECK_FALSE(is_weak_des_key(hex("01010101010101")));
    CHECK_FALSE(is_weak_des_key({}));
}

TEST_CASE("a 3DES key is not a DES key in disguise", "[policy][manual][rfc2451-2.3]") {
    const std::string a = "0123456789abcdef";
    const std::string a_with_other_parity = "0022446688aaccee";
    const std::string b = "1123456789abcdef";
    const std::string c = "2123456789abcdef";
    CHECK(with_3des(hex_key(a + b + c)).empty());
    CHECK(with_3des(hex_key(a + b + a)).empty());
    for (const std::string& same : {a, a_with_other_parity}) {
        CHECK(with_3des(hex_key(a + same + b)) ==
              "encryption.key: the first and the second 8 bytes of a 3DES key must differ, in more than parity bits");
        CHECK(with_3des(hex_key(b + a + same)) ==
              "encryption.key: the second and the third 8 bytes of a 3DES key must differ, in more than parity bits");
    }
    // RFC 2451 2.3: its parts may be weak.
    CHECK(with_3des(hex_key("0101010101010101fefefefefefefefe" + a)).empty());
}

TEST_CASE("the ends of a manual SA are two addresses of one family", "[policy][manual]") {
    ManualSa sa = esp();
    sa.remote_addrs = address("2001:db8::1");
    CHECK(faults(sa) == "remote_addrs: one address is IPv4 and the other IPv6");
    sa = esp();
    sa.remote_addrs = sa.local_addrs;
    CHECK(faults(sa) == "remote_addrs: both ends have the same address");
    sa = esp();
    sa.local_addrs = address("0.0.0.0");
    CHECK(faults(sa) == "local_addrs: expected an address");
    sa = esp();
    sa.remote_addrs = address("0.0.0.0");
    CHECK(faults(sa).starts_with("remote_addrs: expected an address; only what is inbound"));
    sa = transport();
    sa.remote_addrs = address("0.0.0.0");
    CHECK_FALSE(faults(sa).empty());
    sa.direction = ManualDirection::inbound;
    CHECK(faults(sa).empty());
}

TEST_CASE("a manual SA may go to a multicast address, not come from one", "[policy][manual][rfc4301-4.1]") {
    ManualSa sa = transport();
    sa.remote_addrs = address("224.0.0.5");
    CHECK(faults(sa) == "remote_addrs: nothing comes from a multicast address");
    sa.direction = ManualDirection::outbound;
    CHECK(faults(sa).empty());
    std::swap(sa.local_addrs, sa.remote_addrs);
    CHECK(faults(sa) == "local_addrs: nothing can be sent from a multicast address");
    sa.direction = ManualDirection::inbound;
    CHECK(faults(sa).empty());
}

TEST_CASE("transport mode protects what the ends themselves say", "[policy][manual][rfc4301-4.1]") {
    ManualSa sa = transport();
    sa.local_ts = selectors("192.0.2.1[89]");
    CHECK(faults(sa).empty());
    sa.local_ts.push_back(*parse_selector("192.0.2.0/24"));
    CHECK(faults(sa) == "local_ts: in transport mode these are dynamic or 192.0.2.1");
    sa = transport();
    sa.remote_ts = selectors("192.0.2.1");
    CHECK(faults(sa) == "remote_ts: in transport mode these are dynamic or 192.0.2.2");
}

TEST_CASE("selectors of a tunnel have a family in common", "[policy][manual]") {
    ManualSa sa = esp();
    sa.local_ts = selectors("2001:db8:1::/48");
    CHECK(faults(sa) == "remote_ts: no selector of this end has the family of one at the other end");
    sa.remote_ts.push_back(*parse_selector("2001:db8:2::/48"));
    CHECK(faults(sa).empty());
    sa.local_ts = selectors("dynamic");
    CHECK(faults(sa).empty());
}

TEST_CASE("an SPI belongs to a protocol and a destination", "[policy][manual][rfc4301-4.1]") {
    const base::Address here = address("192.0.2.1");
    const base::Address there = address("192.0.2.2");
    using Ids = std::vector<ManualSaId>;
    ManualSa sa = esp();
    CHECK(ids_of(sa) == Ids{{here, ProtocolId::esp, 256}, {there, ProtocolId::esp, 256}});
    sa.direction = ManualDirection::inbound;
    CHECK(ids_of(sa) == Ids{{here, ProtocolId::esp, 256}});
    sa = ah();
    sa.direction = ManualDirection::outbound;
    CHECK(ids_of(sa) == Ids{{there, ProtocolId::ah, 256}});
    sa = bundle();
    sa.direction = ManualDirection::outbound;
    CHECK(ids_of(sa) == Ids{{there, ProtocolId::ah, 256}, {there, ProtocolId::esp, 257}});
}
