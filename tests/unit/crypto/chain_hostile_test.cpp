// What peers send to make path validation slow, long or wrong.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/chain.h"
#include "support.h"
#include "tests/support/test_certificate.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using base::Reason;
using crypto::Certificate;
using crypto::PathLimits;
using crypto::TrustStore;

namespace {

const TestIssuer kRoot{"CN=root", small_key(1)};
const TestKey kKey = small_key(9);

TrustStore trust() { return TrustStore::make({make_root(kRoot)}, {}).value(); }

base::Result<crypto::ValidPath> path(const Certificate& end, const std::vector<Certificate>& offered) {
    return crypto::validate(end, offered, trust(), kTestNow, PathLimits{}, nullptr);
}

Certificate certified(const TestIssuer& who, const TestIssuer& issuer, std::uint64_t serial = 1) {
    CertificateFields fields = authority_fields(who.name);
    fields.serial = serial;
    fields.key_ids = false;
    return make_certificate(fields, who.key, issuer);
}

TestIssuer numbered(unsigned number) { return {"CN=ca" + std::to_string(number), small_key(100 + number)}; }

}  // namespace

TEST_CASE("more certificates than anybody needs are not looked at", "[chain][hostile-d7]") {
    const Certificate end = make_certificate({}, kKey, kRoot);
    CHECK(path(end, std::vector<Certificate>(16, end)));
    const auto refused = path(end, std::vector<Certificate>(100, end));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == Reason::CertificateUntrusted);
    CHECK(refused.error().detail == "100 certificates are too many");

    CertificateFields large;
    large.names = {std::string(30000, 'a') + "@example.org"};
    const Certificate big = make_certificate(large, kKey, kRoot);
    CHECK(path(end, std::vector<Certificate>(4, big)));
    CHECK_FALSE(path(end, std::vector<Certificate>(5, big)));
}

TEST_CASE("a path of eight certificates is the longest", "[chain][hostile-d7]") {
    for (const unsigned between : {6U, 7U, 14U}) {
        std::vector<Certificate> offered;
        TestIssuer issuer = kRoot;
        for (unsigned i = 0; i < between; ++i) {
            offered.push_back(certified(numbered(i), issuer));
            issuer = numbered(i);
        }
        CHECK(path(make_certificate({}, kKey, issuer), offered).has_value() == (between == 6));
    }
}

TEST_CASE("CAs that certify each other in circles lead nowhere", "[chain][hostile-d7]") {
    std::vector<Certificate> offered;
    for (unsigned i = 0; i < 16; ++i) offered.push_back(certified(numbered(i), numbered((i + 1) % 16)));
    CHECK_FALSE(path(make_certificate({}, kKey, numbered(0)), offered));
    CHECK_FALSE(path(make_certificate({}, kKey, numbered(0)), {certified(numbered(0), numbered(0))}));
    // One that certifies itself, but with another key
    const TestIssuer twin{numbered(0).name, small_key(77)};
    CHECK_FALSE(
        path(make_certificate({}, kKey, numbered(0)), {certified(numbered(0), twin), certified(twin, numbered(0))}));
}

TEST_CASE("CAs that all have one name are tried only so often", "[chain][hostile-d7]") {
    // Each may have issued each other: 16! ways, none of which ends.
    std::vector<Certificate> offered;
    const TestIssuer same{"CN=same", small_key(5)};
    const TestIssuer other{"CN=other", small_key(5)};
    for (unsigned i = 0; i < 8; ++i) {
        offered.push_back(certified(same, other, i));
        offered.push_back(certified(other, same, i));
    }
    const auto refused = path(make_certificate({}, kKey, same), offered);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("too many ways") != std::string::npos);
}

TEST_CASE("only so many signatures are checked for a peer", "[chain][hostile-d7]") {
    // All of them claim to be of the root, with keys that did not sign the end certificate.
    std::vector<Certificate> offered;
    const TestIssuer sub{"CN=sub", small_key(5)};
    for (unsigned i = 0; i < 15; ++i) offered.push_back(certified({"CN=sub", small_key(200 + i)}, kRoot, i));
    CertificateFields fields;
    fields.key_ids = false;
    const Certificate end = make_certificate(fields, kKey, sub);
    CHECK_FALSE(path(end, offered));
    offered.push_back(certified(sub, kRoot));
    CHECK_FALSE(path(end, offered));  // the right one comes too late
    std::rotate(offered.begin(), offered.end() - 1, offered.end());
    CHECK(path(end, offered));
}

TEST_CASE("no octet of a valid path can be changed", "[chain][hostile-d8][hostile-d11]") {
    const TestIssuer sub{"CN=sub", small_key(5)};
    const TestKey signer = TestKey::make(policy::KeyType::rsa, 1024, 5);
    const TestIssuer rsa{"CN=rsa", signer};
    for (const TestIssuer& issuer : {sub, rsa}) {
        CertificateFields fields;
        fields.names = {"moon.example.org", "192.0.2.1"};
        fields.key_usage = kDigitalSignature;
        const Certificate end = make_certificate(fields, kKey, issuer);
        const Certificate middle = certified(issuer, kRoot);
        REQUIRE(path(end, {middle}));
        std::size_t valid = 0;
        for (std::size_t i = 0; i < end.der().size(); ++i) {
            base::Bytes bad = end.der();
            bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            const auto read = Certificate::decode(bad);
            if (read && path(*read, {middle})) ++valid;
        }
        for (std::size_t i = 0; i < middle.der().size(); ++i) {
            base::Bytes bad = middle.der();
            bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            const auto read = Certificate::decode(bad);
            if (read && path(end, {*read})) ++valid;
        }
        CHECK(valid == 0);
    }
}
