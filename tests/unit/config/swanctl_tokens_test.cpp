// Keys and certificates that swanctl.conf names in PKCS#11 tokens: what is asked of whom reads them, what is made of
// the answers, and what is said of mistakes.
#include <catch2/catch_test_macros.hpp>

#include <map>

#include "daemon/config/swanctl_loader.h"
#include "ike/crypto/credentials.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/config/memory_files.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

const tests::TestIssuer& root() {
    static const tests::TestIssuer issuer{"CN=root", tests::small_key(1)};
    return issuer;
}

crypto::Certificate moon() {
    tests::CertificateFields fields;
    fields.subject = "C=CH, CN=moon";
    return tests::make_certificate(fields, tests::small_key(2), root());
}

// Certificates and keys by their handles; the PIN is 1234.
class MemoryTokens final : public TokenReader {
public:
    base::Result<crypto::Certificate> certificate(const TokenObject& object) override {
        asked.push_back(object);
        const auto found = certificates.find(base::to_hex(object.handle));
        if (found == certificates.end()) return base::fail(base::Reason::ConfigurationInvalid, "slot 7: not there");
        return found->second;
    }
    base::Result<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) override {
        ++keys_asked;
        const bool fits = pin != nullptr && base::as_text(pin->view()) == "1234";
        if (!fits) return base::fail(base::Reason::ConfigurationInvalid, "slot 7: wrong PIN");
        auto read = certificate(object);
        if (!read) return tl::unexpected(read.error());
        return TokenKey{read->public_key(), with_certificate ? std::optional(*read) : std::nullopt};
    }

    std::map<std::string, crypto::Certificate> certificates{{"4d6f", moon()}, {"01", tests::make_root(root())}};
    bool with_certificate = true;
    std::vector<TokenObject> asked;
    unsigned keys_asked = 0;
};

tl::expected<LoadResult, ConfigErrors> load(const std::string& local, const std::string& remote,
                                            const std::string& secrets, TokenReader* tokens) {
    const std::string conf = "connections { gw {\nlocal {\n" + local + "\n}\nremote {\n" + remote +
                             "\n}\nchildren { net { } } } }\nsecrets {\n" + secrets + "\n}\n";
    return load_swanctl(MemoryFiles({{"/s.conf", conf}}), "/s.conf",
                        {.ports = {}, .fail_closed = false, .tokens = tokens});
}

std::string errors(const std::string& local, const std::string& remote, const std::string& secrets,
                   TokenReader* tokens) {
    const auto loaded = load(local, remote, secrets, tokens);
    return loaded ? std::string() : print(loaded.error());
}

const char* const kKey = "token-1 {\n handle = 4d6f\n slot = 7\n module = /lib/p11.so\n pin = 1234\n}";

}  // namespace

TEST_CASE("a key in a token is one that is elsewhere, and its certificate is known", "[config][tokens]") {
    MemoryTokens tokens;
    const auto loaded = load("id = \"C=CH, CN=moon\"", "cacert { handle = 01\n }", kKey, &tokens);
    REQUIRE(loaded);
    const auto& credentials = *loaded->configuration.credentials;
    const auto* key = credentials.private_key(moon().public_key());
    REQUIRE(key != nullptr);
    CHECK(key->is_elsewhere());
    CHECK(credentials.certificate(moon().fingerprint()) != nullptr);
    CHECK(loaded->configuration.connections.at(0).remote.authorities.size() == 1);
}

TEST_CASE("what a section says of a token's object is what is asked for", "[config][tokens]") {
    MemoryTokens tokens;
    REQUIRE(load("cert {\n handle = 4D:6f\n slot = 0x7\n module = softhsm2\n }", "", "", &tokens));
    REQUIRE(tokens.asked.size() == 1);
    CHECK(tokens.asked[0].handle == base::Bytes{0x4d, 0x6f});
    CHECK(tokens.asked[0].slot == 7);
    CHECK(tokens.asked[0].module == "softhsm2");
    REQUIRE(load("cert { handle = 4d6f\n }", "", "", &tokens));
    CHECK_FALSE(tokens.asked[1].slot);
    CHECK(tokens.asked[1].module.empty());
}

TEST_CASE("a certificate in a token tells who we are", "[config][tokens]") {
    MemoryTokens tokens;
    tokens.with_certificate = false;
    const auto loaded = load("cert { handle = 4d6f\n }", "", kKey, &tokens);
    REQUIRE(loaded);
    const policy::Connection& gw = loaded->configuration.connections.at(0);
    CHECK(gw.local.id.to_string() == "C=CH, CN=moon");
    CHECK(gw.local.certificates.size() == 1);
}

TEST_CASE("what is not in a token is an error with its place", "[config][tokens][errors]") {
    MemoryTokens tokens;
    CHECK(errors("cert { handle = 02\n }", "", "", &tokens) ==
          "/s.conf:2:1: connections.gw.local.cert: 02: slot 7: not there\n");
    CHECK(errors("", "cacert { handle = 4d6f\n }", "", &tokens) ==
          "/s.conf:5:1: connections.gw.remote.cacert: 4d6f: 'C=CH, CN=moon' is no CA certificate\n");
    CHECK(errors("", "", "token1 { handle = 02\n pin = 1234\n }", &tokens) ==
          "/s.conf:10:1: secrets.token1: slot 7: not there\n");
    CHECK(errors("", "", "token1 { handle = 4d6f\n }", &tokens) == "/s.conf:10:1: secrets.token1: slot 7: wrong PIN\n");
    CHECK(errors("", "", kKey, nullptr) == "/s.conf:10:1: secrets.token-1: PKCS#11 tokens are not to be had here\n");
}

TEST_CASE("mistakes about tokens are told before any token is asked", "[config][tokens][errors]") {
    MemoryTokens tokens;
    CHECK(errors("", "", "token { pin = 1234\n }", &tokens) == "/s.conf:10:1: secrets.token: 'handle' is missing\n");
    CHECK(errors("", "", "token { handle = 4d6\n }", &tokens) ==
          "/s.conf:10:18: secrets.token.handle: expected the object's CKA_ID, pairs of hexadecimal digits\n");
    CHECK(errors("", "", "token { handle = 4d6f\n module = lib/p11.so\n }", &tokens) ==
          "/s.conf:11:11: secrets.token.module: expected the absolute path of a module, or its name in p11-kit's "
          "configuration\n");
    CHECK(errors("", "", "token { handle = 4d6f\n pin = \"\"\n }", &tokens) ==
          "/s.conf:11:8: secrets.token.pin: the PIN is empty\n");
    CHECK(errors("cert { slot = 1\n }", "", "", &tokens) ==
          "/s.conf:3:1: connections.gw.local.cert: 'file' or 'handle' is missing\n");
    CHECK(errors("cert { file = a\n handle = 01\n }", "", "", &tokens) ==
          "/s.conf:3:1: connections.gw.local.cert: either 'file' or what is in a token\n");
    // The mistake is elsewhere, and the PIN might be one, too.
    CHECK_FALSE(errors("bogus = 1", "", kKey, &tokens).empty());
    CHECK(tokens.keys_asked == 0);
}
