#include "daemon/config/swanctl_secret.h"

#include <catch2/catch_test_macros.hpp>

#include "ike/base/bytes.h"
#include "tests/unit/config/loading.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

std::string hex_of(std::string_view text) {
    const auto secret = read_secret(text);
    return secret ? base::to_hex(secret->view()) : "error: " + secret.error();
}

std::string text_of(const base::SecretBytes& secret) { return std::string(base::as_text(secret.view())); }

}  // namespace

TEST_CASE("a secret of any length is taken as it is, with nothing behind it", "[config][secrets][rfc7296-2.15]") {
    for (const std::size_t length : {64U, 65U, 1000U}) {
        std::string text;
        for (std::size_t i = 0; i < length; ++i) text += static_cast<char>('a' + i % 26);
        CHECK(hex_of(text) == base::to_hex(base::as_bytes(text)));
    }
}

TEST_CASE("secrets are text, hexadecimal or base64", "[config][secrets][rfc7296-2.15]") {
    CHECK(hex_of("abc") == "616263");
    CHECK(hex_of("0xA1b2") == "a1b2");
    CHECK(hex_of("0X01:02:ff") == "0102ff");
    CHECK(hex_of("0x102") == "0102");
    CHECK(hex_of("0sAQIDBA==") == "01020304");
    CHECK(hex_of("0SAQIDBAU=") == "0102030405");
    CHECK(hex_of("0s+/+/") == "fbffbf");
    CHECK(hex_of("0") == "30");
    CHECK(hex_of("0y12") == "30793132");
}

// RFC 4648 10: the test vectors.
TEST_CASE("base64 is RFC 4648's", "[config][secrets][rfc4648-10]") {
    CHECK(hex_of("0sZg==") == "66");
    CHECK(hex_of("0sZm8=") == "666f");
    CHECK(hex_of("0sZm9v") == "666f6f");
    CHECK(hex_of("0sZm9vYg==") == "666f6f62");
    CHECK(hex_of("0sZm9vYmE=") == "666f6f6261");
    CHECK(hex_of("0sZm9vYmFy") == "666f6f626172");
}

TEST_CASE("what is no proper secret is refused", "[config][secrets]") {
    CHECK(hex_of("0x0g") == "error: expected hexadecimal digits after 0x");
    CHECK(hex_of("0sZm9") == "error: expected base64 after 0s: the number of characters is no multiple of 4");
    CHECK(hex_of("0sZ=9v") == "error: expected base64 after 0s");
    CHECK(hex_of("0s====") == "error: expected base64 after 0s");
    CHECK(hex_of("0sZm 9v=").find("error") == 0);
    CHECK(hex_of("") == "error: the secret is empty");
    CHECK(hex_of("0x") == "error: the secret is empty");
    CHECK(hex_of("0x:") == "error: the secret is empty");
    CHECK(hex_of("0s") == "error: the secret is empty");
}

TEST_CASE("pre-shared keys have a name, a secret and owners", "[config][secrets]") {
    const auto result = load_text(
        "secrets { ike { secret = \"top # \\\"secret\\\"\"\n }\n"
        "ike-gw { id = 192.0.2.1\n id-peer = peer@example.org\n id2 = %any\n secret = 0x0102\n } }");
    REQUIRE(result);
    const auto& secrets = result->configuration.secrets;
    REQUIRE(secrets.size() == 2);
    CHECK(secrets.at(0).name == "ike");
    CHECK(text_of(secrets.at(0).secret) == "top # \"secret\"");
    CHECK(secrets.at(0).owners.empty());
    CHECK(secrets.at(1).name == "ike-gw");
    CHECK(base::to_hex(secrets.at(1).secret.view()) == "0102");
    REQUIRE(secrets.at(1).owners.size() == 3);
    CHECK(secrets.at(1).owners.at(0) == *policy::Identity::parse("192.0.2.1"));
    CHECK(secrets.at(1).owners.at(1) == *policy::Identity::parse("peer@example.org"));
    CHECK(secrets.at(1).owners.at(2).is_any());
}

TEST_CASE("a pre-shared key needs its secret", "[config][secrets]") {
    CHECK(errors_of("secrets { ike-1 { id = a\n } }") == "/s.conf:1:11: secrets.ike-1: 'secret' is missing\n");
    CHECK(errors_of("secrets { ike-1 { secret =\n } }") == "/s.conf:1:11: secrets.ike-1: 'secret' is missing\n");
    CHECK(errors_of("secrets { ike-1 { secret = \"\"\n } }") ==
          "/s.conf:1:28: secrets.ike-1.secret: the secret is empty\n");
    CHECK(errors_of("secrets { ike-1 { secret = x\n id = \"@#zz\"\n } }").find("/s.conf:2:7: secrets.ike-1.id: ") == 0);
}

TEST_CASE("no error shows anything of a secret", "[config][secrets]") {
    const std::string texts[] = {
        "secrets { ike { secret = 0xHUSH\n } }",
        "secrets { ike { secret = 0sHUSH!\n } }",
        "secrets { ike { secret = 0sAAAA\nHUSH== } }",
        "secrets { ike { secret = a\nHUSH b } }",
        "secrets { ike { secret = \"HUSH\n } }",
        "secrets { ike { secret = \"HUSH\" HUSH\n bogus = HUSH\n HUSH = 1 } }",
        "secrets { ike { secret HUSH } }",
        "secrets { ike { secret : HUSH } }",
        "secrets { ike { secret : HUSH { } } }",
        "secrets { eap { secret = HUSH\n pin = HUSH\n HUSH = 1\n } }",
        "secrets { private { secret = HUSH\n file = x\n HUSH = y\n } }",
        "secrets { token { pin = HUSH\n slot = HUSH\n } }",
        "secrets { secret = HUSH\n }",
    };
    for (const std::string& text : texts) {
        const std::string errors = errors_of(text);
        INFO(text);
        CHECK_FALSE(errors.empty());
        // The name of a section to inherit from is no place for a secret.
        if (text.find(": HUSH {") == std::string::npos) CHECK(errors.find("HUSH") == std::string::npos);
    }
}

TEST_CASE("a file with secrets that everybody can read is worth a warning", "[config][secrets]") {
    MemoryFiles files({
        {"/s.conf", "include psk.conf\nconnections { }"},
        {"/psk.conf", "secrets { ike-1 { secret = x }\n ike-2 { secret = y } }"},
    });
    REQUIRE(load_swanctl(files, "/s.conf"));
    CHECK(load_swanctl(files, "/s.conf")->warnings.empty());
    files.make_readable_by_others("/s.conf");
    CHECK(load_swanctl(files, "/s.conf")->warnings.empty());
    files.make_readable_by_others("/psk.conf");
    const auto result = load_swanctl(files, "/s.conf");
    REQUIRE(result->warnings.size() == 1);
    CHECK(result->warnings.at(0) == "/psk.conf: holds secrets and can be read by every user; chmod o-r it");
}
