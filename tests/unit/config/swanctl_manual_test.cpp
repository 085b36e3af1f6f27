#include <catch2/catch_test_macros.hpp>

#include "tests/unit/config/loading.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

const std::string kAuthentication = "authentication { key = abcdefghijklmnopqrst\n}\n";
const std::string kEncryption = "encryption { key = abcdefghijklmnopqrstuvwx\n}\n";

// One SA; what it needs but for the protection stands on lines 1 to 5, so that `settings` begin on line 6.
std::string manual_with(const std::string& settings, const std::string& protocol = "esp") {
    return "manual { lan { direction = bidirectional\nprotocol = " + protocol +
           "\nlocal_addrs = 192.0.2.1\nremote_addrs = 192.0.2.2\n" + "spi = 1000\n" + settings + "\n} }\n";
}

std::string with_keys(const std::string& settings) {
    return manual_with(settings + "\n" + kAuthentication + kEncryption);
}

policy::ManualSa only_sa(const std::string& text) {
    auto result = load_text(text);
    if (!result) INFO(print(result.error()));
    REQUIRE(result);
    REQUIRE(result->configuration.manual.size() == 1);
    return std::move(result->configuration.manual.front());
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

base::Address address(std::string_view text) { return *base::Address::parse(text); }

}  // namespace

TEST_CASE("a manual SA is read with its defaults", "[config][manual]") {
    const policy::ManualSa sa = only_sa(with_keys(""));
    CHECK(sa.name == "lan");
    CHECK(sa.direction == policy::ManualDirection::bidirectional);
    CHECK(sa.protocol == policy::ManualProtocol::esp);
    CHECK(sa.spi == 1000);
    CHECK(sa.auxiliary_spi == 0);
    CHECK(sa.mode == policy::Mode::tunnel);
    CHECK(sa.local_addrs == address("192.0.2.1"));
    CHECK(sa.remote_addrs == address("192.0.2.2"));
    CHECK(sa.local_ts == std::vector{*policy::parse_selector("dynamic")});
    CHECK(sa.remote_ts == sa.local_ts);
    CHECK_FALSE(sa.mark.is_set());
    CHECK(sa.if_id == 0);
    CHECK(sa.interface.empty());
    REQUIRE(sa.authentication);
    CHECK(sa.authentication->algorithm == policy::IntegrityId::hmac_sha1_96);
    CHECK(base::as_text(sa.authentication->key.view()) == "abcdefghijklmnopqrst");
    REQUIRE(sa.encryption);
    CHECK(sa.encryption->algorithm == policy::EncryptionId::triple_des);
}

TEST_CASE("every key of a manual SA arrives", "[config][manual]") {
    const policy::ManualSa sa = only_sa(
        "manual { ospf { direction = inbound\nprotocol = bundle\nspi = 0x100\nauxiliary_spi = 16639\nmode = transport\n"
        "local_addrs = 2001:db8::1\nremote_addrs = 2001:db8::2\nlocal_ts = dynamic[ospf]\nremote_ts = 2001:db8::2[89]\n"
        "mark = 0x1ff/0xff\nif_id = 7\ninterface = eth0\n"
        "authentication { algorithm = hmac-sha-256-128\n"
        "key = 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n}\n"
        "encryption { algorithm = aes-128-cbc\nkey = \"sixteen letters!\"\n} } }");
    CHECK(sa.direction == policy::ManualDirection::inbound);
    CHECK(sa.protocol == policy::ManualProtocol::bundle);
    CHECK(sa.spi == 256);
    CHECK(sa.auxiliary_spi == 16639);
    CHECK(sa.mode == policy::Mode::transport);
    CHECK(sa.local_addrs == address("2001:db8::1"));
    CHECK(sa.local_ts.at(0).selector.protocol == 89);
    CHECK(sa.mark == policy::Mark{policy::NumberKind::given, 0xff, 0xff});
    CHECK(sa.if_id == 7);
    CHECK(sa.interface == "eth0");
    CHECK(sa.authentication->algorithm == policy::IntegrityId::hmac_sha2_256_128);
    CHECK(sa.authentication->key.view()[31] == 0x1f);
    CHECK(sa.encryption->algorithm == policy::EncryptionId::aes_cbc);
    CHECK(sa.encryption->key_bits == 128);
    CHECK(base::as_text(sa.encryption->key.view()) == "sixteen letters!");
}

TEST_CASE("every algorithm of a manual SA has its word", "[config][manual]") {
    using policy::EncryptionId;
    using policy::IntegrityId;
    const auto authentication = [](const std::string& word, const std::string& key) {
        return only_sa(manual_with("authentication { algorithm = " + word + "\nkey = " + key + "\n}", "ah"))
            .authentication->algorithm;
    };
    CHECK(authentication("hmac-md5-96", std::string(16, 'k')) == IntegrityId::hmac_md5_96);
    CHECK(authentication("hmac-sha1-96", std::string(20, 'k')) == IntegrityId::hmac_sha1_96);
    CHECK(authentication("hmac-sha-256-128", std::string(32, 'k')) == IntegrityId::hmac_sha2_256_128);
    const auto encryption = [](const std::string& word, std::size_t size) {
        const std::string key = std::string("abcdefghijklmnopqrstuvwxyz012345").substr(0, size);
        const auto sa =
            only_sa(manual_with(kAuthentication + "encryption { algorithm = " + word + "\nkey = " + key + "\n}"));
        return std::pair(sa.encryption->algorithm, sa.encryption->key_bits);
    };
    CHECK(encryption("des-cbc", 8) == std::pair(EncryptionId::des, std::uint16_t{0}));
    CHECK(encryption("3des-cbc", 24) == std::pair(EncryptionId::triple_des, std::uint16_t{0}));
    CHECK(encryption("aes-128-cbc", 16) == std::pair(EncryptionId::aes_cbc, std::uint16_t{128}));
    CHECK(encryption("aes-192-cbc", 24) == std::pair(EncryptionId::aes_cbc, std::uint16_t{192}));
    CHECK(encryption("aes-256-cbc", 32) == std::pair(EncryptionId::aes_cbc, std::uint16_t{256}));
}

TEST_CASE("no encryption is NULL encryption", "[config][manual]") {
    CHECK_FALSE(only_sa(manual_with(kAuthentication)).encryption);
}

TEST_CASE("manual SAs of one SPI need another protocol or destination", "[config][manual][rfc4301-4.1]") {
    const auto sa = [](const std::string& name, const std::string& settings) {
        return name + " { " + settings + "\nauthentication { key = abcdefghijklmnopqrst\n} }\n";
    };
    const std::string out = "direction = outbound\nlocal_addrs = 192.0.2.1\nspi = 300\n";
    const std::string in = "direction = inbound\nlocal_addrs = 192.0.2.1\nspi = 300\n";
    const auto errors = [&](const std::string& a, const std::string& b) {
        return errors_of("manual {\n" + sa("a", a) + sa("b", b) + "}");
    };
    CHECK(errors(out + "protocol = esp\nremote_addrs = 192.0.2.2", out + "protocol = esp\nremote_addrs = 192.0.2.3")
              .empty());
    CHECK(errors(out + "protocol = esp\nremote_addrs = 192.0.2.2", out + "protocol = ah\nremote_addrs = 192.0.2.2")
              .empty());
    CHECK(errors(out + "protocol = esp\nremote_addrs = 192.0.2.2", in + "protocol = esp\nremote_addrs = 192.0.2.2")
              .empty());
    CHECK(errors(out + "protocol = esp\nremote_addrs = 192.0.2.2", out + "protocol = esp\nremote_addrs = 192.0.2.2") ==
          "/s.conf:11:7: manual.b.spi: manual.a has the same SPI for esp to 192.0.2.2\n");
    // On the way in the destination is ours, whoever the peer is.
    CHECK(errors(in + "protocol = ah\nremote_addrs = 192.0.2.2", in + "protocol = ah\nremote_addrs = 192.0.2.3") ==
          "/s.conf:11:7: manual.b.spi: manual.a has the same SPI for ah to 192.0.2.1\n");
}

TEST_CASE("the auxiliary SPI of a bundle is an SPI of ESP", "[config][manual]") {
    const std::string bundle =
        "bundle { direction = outbound\nprotocol = bundle\nspi = 300\nauxiliary_spi = 301\n"
        "local_addrs = 192.0.2.1\nremote_addrs = 192.0.2.2\n" +
        kAuthentication + kEncryption + "}\n";
    const auto beside = [&](const std::string& protocol, const std::string& spi) {
        return errors_of(
            "manual { one { direction = outbound\nlocal_addrs = 192.0.2.1\nremote_addrs = 192.0.2.2\n"
            "protocol = " +
            protocol + "\nspi = " + spi + "\n" + kAuthentication + "}\n" + bundle + "}");
    };
    CHECK(beside("esp", "300").empty());
    CHECK(beside("ah", "301").empty());
    CHECK(holds(beside("esp", "301"), "manual.bundle.auxiliary_spi: manual.one has the same SPI for esp to 192.0.2.2"));
    CHECK(holds(beside("ah", "300"), "manual.bundle.spi: manual.one has the same SPI for ah to 192.0.2.2"));
}

TEST_CASE("a rule that a manual SA breaks is named at its line", "[config][manual]") {
    CHECK(errors_of(with_keys("auxiliary_spi = 300")) ==
          "/s.conf:6:17: manual.lan.auxiliary_spi: only a bundle has one, for its ESP\n");
    CHECK(errors_of(manual_with(kAuthentication + kEncryption, "bundle")) ==
          "/s.conf:1:10: manual.lan.auxiliary_spi: expected a number from 256 to 16639\n");
    CHECK(errors_of(with_keys("spi = 255")) == "/s.conf:6:7: manual.lan.spi: expected a number from 256 to 16639\n");
    CHECK(errors_of(with_keys("spi = 16640")) == "/s.conf:6:7: manual.lan.spi: expected a number from 256 to 16639\n");
    CHECK(errors_of(manual_with(kAuthentication + kEncryption, "ah")) ==
          "/s.conf:8:1: manual.lan.encryption: ah encrypts nothing; take esp or bundle\n");
    CHECK(errors_of(manual_with("authentication { algorithm = hmac-md5-96\nkey = 0x00\n}")) ==
          "/s.conf:7:7: manual.lan.authentication.key: hmac-md5-96 takes a key of 16 bytes: 16 characters, or 32 "
          "hexadecimal digits after 0x; this one has 1 byte\n");
    CHECK(errors_of(manual_with("authentication { algorithm = hmac-md5-96\n}")) ==
          "/s.conf:6:1: manual.lan.authentication.key: hmac-md5-96 takes a key of 16 bytes: 16 characters, or 32 "
          "hexadecimal digits after 0x\n");
    CHECK(errors_of(manual_with(kAuthentication + "encryption { algorithm = des-cbc\nkey = 0x0101010101010101\n}")) ==
          "/s.conf:9:7: manual.lan.encryption.key: this is a weak or semi-weak DES key; choose another one\n");
    CHECK(
        errors_of(manual_with(kAuthentication + "encryption { key = abcdefghabcdefghijklmnop\n}")) ==
        "/s.conf:8:20: manual.lan.encryption.key: the first and the second 8 bytes of a 3DES key must differ, in more "
        "than parity bits\n");
    CHECK(
        holds(errors_of(manual_with("")), "/s.conf:1:10: manual.lan: neither authentication nor encryption is given"));
    CHECK(errors_of(manual_with(kEncryption)) == "/s.conf:1:10: manual.lan: authentication is missing\n");
    CHECK(
        holds(errors_of(with_keys("mode = transport\nlocal_ts = 10.0.0.0/8")), "/s.conf:7:12: manual.lan.local_ts: "));
    CHECK(errors_of(with_keys("remote_addrs = 2001:db8::1")) ==
          "/s.conf:6:16: manual.lan.remote_addrs: one address is IPv4 and the other IPv6\n");
}

TEST_CASE("what a manual SA must say is asked for", "[config][manual]") {
    for (const std::string name : {"direction", "protocol", "spi", "local_addrs", "remote_addrs"}) {
        CHECK(errors_of(with_keys(name + " =")) == "/s.conf:1:10: manual.lan: '" + name + "' is missing\n");
    }
}

TEST_CASE("a bad value in a manual SA says what is expected", "[config][manual]") {
    CHECK(errors_of(with_keys("direction = both")) ==
          "/s.conf:6:13: manual.lan.direction: expected one of inbound, outbound, bidirectional, not 'both'\n");
    CHECK(holds(errors_of(with_keys("protocol = tcp")), "expected one of ah, esp, bundle, not 'tcp'"));
    CHECK(holds(errors_of(with_keys("mode = beet")), "expected one of tunnel, transport, not 'beet'"));
    CHECK(holds(errors_of(with_keys("spi = 4294967296")), "manual.lan.spi: expected a number from 0 to 4294967295"));
    CHECK(
        holds(errors_of(with_keys("mark = %unique")), "manual.lan.mark: expected a mark: value/mask of 32 bits, not"));
    CHECK(holds(errors_of(with_keys("if_id = %unique")), "manual.lan.if_id: expected a number, not"));
    CHECK(holds(errors_of(with_keys("interface = a/b")), "is no name of an interface"));
    CHECK(holds(errors_of(with_keys("local_ts = 10.0.0.0/99")), "manual.lan.local_ts: "));
    for (const char* bad : {"192.0.2.1, 192.0.2.2", "192.0.2.0/24", "%any", "\"\"", "host.example.org"}) {
        INFO(bad);
        CHECK(
            holds(errors_of(with_keys(std::string("local_addrs = ") + bad)), "/s.conf:6:15: manual.lan.local_addrs: "));
    }
    CHECK(
        holds(errors_of(with_keys("remote_addrs = %any")), "manual.lan.remote_addrs: expected an address; only what"));
    CHECK(errors_of(manual_with("authentication { algorithm = sha1\nkey = x\n}")) ==
          "/s.conf:6:30: manual.lan.authentication.algorithm: expected one of hmac-md5-96, hmac-sha1-96, "
          "hmac-sha-256-128\n");
    CHECK(holds(errors_of(manual_with("encryption { algorithm = aes256\n}")),
                "expected one of des-cbc, 3des-cbc, aes-128-cbc, aes-192-cbc, aes-256-cbc"));
}

TEST_CASE("whoever sends is any address of the other end's family", "[config][manual]") {
    const policy::ManualSa sa = only_sa(
        "manual { ospf { direction = inbound\nprotocol = ah\nspi = 300\nmode = transport\nlocal_addrs = ff02::5\n"
        "remote_addrs = %any\nlocal_ts = dynamic[89]\n" +
        kAuthentication + "} }");
    CHECK(sa.remote_addrs == base::Address::any(base::Family::ipv6));
}

TEST_CASE("unknown names in a manual SA come with a near match or their right place", "[config][manual]") {
    CHECK(errors_of(with_keys("auxilary_spi = 300")) ==
          "/s.conf:6:1: manual.lan: unknown key 'auxilary_spi'; did you mean 'auxiliary_spi'?\n");
    CHECK(holds(errors_of(with_keys("esp_proposals = default")), "it belongs in connections.<conn>.children.<child>"));
    CHECK(holds(errors_of(with_keys("encrypton { }")),
                "manual.lan.encrypton: unknown section; did you mean 'encryption'?"));
    CHECK(holds(errors_of(with_keys("x { }")), "manual.lan.x: unknown section"));
    CHECK(holds(errors_of(manual_with("authentication { x { }\nkey = abcdefghijklmnopqrst\n}")),
                "unknown section in it"));
    CHECK(errors_of("manual { spi = 300\n}") ==
          "/s.conf:1:10: manual: only sections are expected here, not settings\n");
    CHECK(errors_of("manuel { }") == "/s.conf:1:1: unknown section 'manuel'; did you mean 'manual'?\n");
}

TEST_CASE("keys of manual SAs are text or whole bytes in hexadecimal", "[config][manual]") {
    const auto with_key = [](const std::string& key) {
        return errors_of(manual_with("authentication { algorithm = hmac-md5-96\nkey = " + key + "\n}"));
    };
    CHECK(with_key("0x00112233445566778899aabbccddeeff").empty());
    CHECK(with_key("00:11:22:33:44:5").empty());
    CHECK(with_key("0X00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff").empty());
    CHECK(with_key("0sABEiM0RVZneImaq7zN3u/w==").empty());
    CHECK(with_key("\"with spaces, 16!\"").empty());
    CHECK(with_key("0x00112233445566778899aabbccddeef") ==
          "/s.conf:7:7: manual.lan.authentication.key: expected an even number of hexadecimal digits after 0x\n");
    CHECK(with_key("0x00112233445566778899aabbccddeefg") ==
          "/s.conf:7:7: manual.lan.authentication.key: expected hexadecimal digits after 0x\n");
    CHECK(holds(with_key("caf\xc3\xa9-0123456789"), "expected ASCII text, or bytes in hexadecimal after 0x"));
    CHECK(holds(with_key("\"\""), "the secret is empty"));
}

TEST_CASE("no error shows anything of a manual key", "[config][manual]") {
    for (const std::string key : {"HUSH", "0xHUSH", "0xHUSHH", "0sHUSH!", "a\nHUSH b", "\"HUSH", "\"a\" HUSH",
                                  "x\nalgorithm = HUSH", "x\nHUSH = 1", "\xc3\xa9HUSH"}) {
        for (const std::string part : {"authentication", "encryption"}) {
            const std::string errors = errors_of(manual_with(part + " { key = " + key + "\n}"));
            INFO(key);
            CHECK_FALSE(errors.empty());
            CHECK(errors.find("HUSH") == std::string::npos);
        }
    }
}

TEST_CASE("a file with manual keys that everybody can read is worth a warning", "[config][manual]") {
    MemoryFiles files({{"/s.conf", "manual { include keys\n }"},
                       {"/keys", "lan {\ninclude rest\n" + kAuthentication + "}"},
                       {"/rest",
                        "direction = inbound\nprotocol = ah\nspi = 300\nlocal_addrs = 192.0.2.1\nremote_addrs "
                        "= 192.0.2.2"}});
    files.make_readable_by_others("/rest");
    REQUIRE(load_swanctl(files, "/s.conf"));
    CHECK(load_swanctl(files, "/s.conf")->warnings.empty());
    files.make_readable_by_others("/keys");
    const auto result = load_swanctl(files, "/s.conf");
    REQUIRE(result->warnings.size() == 1);
    CHECK(result->warnings.at(0) == "/keys: holds secrets and can be read by every user; chmod o-r it");
    CHECK(print(*result).ends_with(
        "configuration is valid: 0 connections, 0 children, 0 pre-shared keys, 1 manual SA\n"));
}

TEST_CASE("manual SAs inherit, and a wrong value is reported once and alone", "[config][manual]") {
    const std::string base =
        "base { direction = bidirectional\nprotocol = esp\nlocal_addrs = 192.0.2.1\n" + kAuthentication + "}\n";
    const auto two =
        "manual { a : base { spi = 300\nremote_addrs = 192.0.2.2\n}\n"
        "b : base { spi = 301\nremote_addrs = 192.0.2.3\n} }";
    const auto result = load_text(base + two);
    REQUIRE(result);
    CHECK(result->configuration.manual.size() == 2);
    CHECK(
        errors_of(
            "base { direction = sideways\nprotocol = esp\nlocal_addrs = 192.0.2.1\nmode = transport\n" +
            kAuthentication + "}\n" +
            "manual { a : base { spi = 300\nremote_addrs = %any\n}\nb : base { spi = 301\nremote_addrs = %any\n} }") ==
        "/s.conf:1:20: manual.a.direction: expected one of inbound, outbound, bidirectional, not 'sideways'\n");
}
