// Paths that are found and valid, and the things that may be wrong with them.

#include "ike/crypto/chain.h"

#include <catch2/catch_test_macros.hpp>

#include "support.h"
#include "tests/support/der.h"
#include "tests/support/test_certificate.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using base::Reason;
using crypto::Certificate;
using crypto::PathLimits;
using crypto::TrustStore;
using std::chrono::days;

namespace {

const std::string kMoon = "C=CH, O=xfrmd, CN=moon";
const TestIssuer kRoot{"C=CH, O=xfrmd, CN=root", small_key(1)};
const TestIssuer kSub{"C=CH, O=xfrmd, CN=sub", small_key(2)};
const TestKey kKey = small_key(9);

TrustStore trust_in(std::vector<Certificate> authorities) {
    return TrustStore::make(std::move(authorities), {}).value();
}

base::Result<crypto::ValidPath> path(const Certificate& end, const std::vector<Certificate>& offered,
                                     const TrustStore& trust, crypto::WallClock now = kTestNow) {
    return crypto::validate(end, offered, trust, now, PathLimits{}, nullptr);
}

std::string complaint(const base::Result<crypto::ValidPath>& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().reason == Reason::CertificateUntrusted);
    return result.error().detail;
}

Certificate end_of(const TestIssuer& issuer, CertificateFields fields = {}) {
    return make_certificate(fields, kKey, issuer);
}

Certificate authority(const TestIssuer& who, const TestIssuer& issuer, CertificateFields fields) {
    fields.subject = who.name;
    return make_certificate(fields, who.key, issuer);
}

Certificate authority(const TestIssuer& who, const TestIssuer& issuer) {
    return authority(who, issuer, authority_fields(who.name));
}

// What an end certificate under a CA with this extension is told; empty where it is valid.
std::string under_extension(const TestExtension& extension, const CertificateFields& end) {
    CertificateFields fields = authority_fields(kSub.name);
    fields.extensions = {extension};
    const auto result = path(end_of(kSub, end), {authority(kSub, kRoot, fields)}, trust_in({make_root(kRoot)}));
    return result ? "" : complaint(result);
}

}  // namespace

TEST_CASE("a certificate of a trusted CA is valid", "[chain][rfc5280-6.1]") {
    const Certificate end = end_of(kRoot);
    const auto found = path(end, {}, trust_in({make_root(kRoot)}));
    REQUIRE(found);
    CHECK(found->certificates.size() == 2);
    CHECK(found->end() == end);
    CHECK(found->anchor() == make_root(kRoot));
    CHECK(found->validity.not_before == end.validity().not_before);
    CHECK(found->validity.not_after == end.validity().not_after);
}

TEST_CASE("a path leads through CAs that the peer sends, or that are known", "[chain][rfc5280-6.1][rfc7296-3.6]") {
    const Certificate end = end_of(kSub);
    const Certificate sub = authority(kSub, kRoot);
    CHECK(path(end, {sub}, trust_in({make_root(kRoot)}))->certificates.size() == 3);
    CHECK(path(end, {}, trust_in({make_root(kRoot), sub}))->certificates.size() == 3);
    CHECK(path(end, {make_root(kRoot), end, sub}, trust_in({make_root(kRoot)}))->certificates.size() == 3);
    CHECK(complaint(path(end, {}, trust_in({make_root(kRoot)}))) ==
          "no trusted CA 'C=CH, O=xfrmd, CN=sub', which issued certificate 'C=CH, O=xfrmd, CN=moon'");
    CHECK(complaint(path(end, {sub}, TrustStore())) ==
          "no trusted CA 'C=CH, O=xfrmd, CN=root', which issued certificate 'C=CH, O=xfrmd, CN=sub'");
}

TEST_CASE("a CA that has changed its key is reached by what it certified itself", "[chain][rfc4210-4.4]") {
    const TestIssuer renewed{kRoot.name, small_key(55)};
    CertificateFields fields = authority_fields(kRoot.name);
    fields.key_ids = false;
    const Certificate new_with_old = make_certificate(fields, renewed.key, kRoot);
    CertificateFields end;
    end.key_ids = false;
    const auto found = path(end_of(renewed, end), {new_with_old}, trust_in({make_root(kRoot)}));
    REQUIRE(found);
    CHECK(found->certificates.size() == 3);
}

TEST_CASE("case and spaces do not count where names chain, but everything else does", "[chain][rfc5280-7.1]") {
    const TrustStore trust = trust_in({make_root({"C=CH, O=My own CA", kRoot.key})});
    CHECK(path(end_of({"C=ch, O=MY   own ca", kRoot.key}), {}, trust));
    CHECK_FALSE(path(end_of({"C=CH, O=Myown CA", kRoot.key}), {}, trust));
    CHECK_FALSE(path(end_of({"C=CH, O=My own CA, O=My own CA", kRoot.key}), {}, trust));
}

TEST_CASE("what is only sent is no anchor", "[chain][hostile-d7]") {
    const TestIssuer other{"C=CH, O=xfrmd, CN=root", small_key(66)};
    CHECK_FALSE(path(end_of(other), {make_root(other)}, trust_in({make_root(kRoot)})));
    CHECK_FALSE(path(end_of(other), {make_root(other)}, TrustStore()));
    // A CA below the root that is known without the root leads nowhere.
    CHECK_FALSE(path(end_of(kSub), {}, trust_in({authority(kSub, kRoot)})));
}

TEST_CASE("a certificate with the name and number of a real one is another one", "[chain][hostile-d11]") {
    const TestIssuer forger{kRoot.name, small_key(66)};
    CertificateFields fields;
    fields.key_ids = false;
    const std::string said = complaint(path(end_of(forger, fields), {}, trust_in({make_root(kRoot)})));
    CHECK(said == "certificate 'C=CH, O=xfrmd, CN=moon' is not signed by 'C=CH, O=xfrmd, CN=root'");
}

TEST_CASE("all kinds of keys may sign certificates", "[chain]") {
    using policy::KeyType;
    for (const auto& [type, bits] :
         {std::pair{KeyType::rsa, 2048U}, std::pair{KeyType::ecdsa, 384U}, std::pair{KeyType::ecdsa, 521U},
          std::pair{KeyType::ed25519, 255U}, std::pair{KeyType::ed448, 448U}, std::pair{KeyType::ml_dsa_44, 0U},
          std::pair{KeyType::ml_dsa_65, 0U}, std::pair{KeyType::ml_dsa_87, 0U}}) {
        const TestIssuer issuer{"CN=root", TestKey::make(type, bits, 5)};
        CHECK(path(end_of(issuer), {}, trust_in({make_root(issuer)})));
    }
}

TEST_CASE("signatures with SHA-1 or MD5 are too weak, but an anchor's own", "[chain]") {
    const TestIssuer issuer{"CN=root", TestKey::make(policy::KeyType::rsa, 1024, 5)};
    CertificateFields root = authority_fields("CN=root");
    root.hash = "SHA-1";
    const TrustStore trust = trust_in({make_certificate(root, issuer.key, issuer)});
    CHECK(path(end_of(issuer), {}, trust));
    for (const std::string hash : {"SHA-1", "MD5", "PSS(SHA-1)", "PSS(SHA-256)"}) {
        CertificateFields fields;
        fields.hash = hash;
        CHECK(path(end_of(issuer, fields), {}, trust).has_value() == (hash == "PSS(SHA-256)"));
    }
}

TEST_CASE("validity counts, of each certificate on the path", "[chain][rfc5280-4.1.2.5]") {
    const TrustStore trust = trust_in({make_root(kRoot)});
    const Certificate end = end_of(kRoot);
    CHECK(path(end, {}, trust, end.validity().not_before));
    CHECK(path(end, {}, trust, end.validity().not_after));
    CHECK(complaint(path(end, {}, trust, end.validity().not_after + std::chrono::seconds(1))) ==
          "certificate 'C=CH, O=xfrmd, CN=moon' has expired on 2030-07-15 00:00:00 UTC");
    CHECK(complaint(path(end, {}, trust, end.validity().not_before - std::chrono::seconds(1))) ==
          "certificate 'C=CH, O=xfrmd, CN=moon' is not valid before 2030-05-16 00:00:00 UTC");

    CertificateFields old = authority_fields(kSub.name);
    old.not_after = kTestNow - days(1);
    CHECK(complaint(path(end_of(kSub), {authority(kSub, kRoot, old)}, trust)) ==
          "certificate 'C=CH, O=xfrmd, CN=sub' has expired on 2030-06-14 00:00:00 UTC");
    CertificateFields old_root = authority_fields(kRoot.name);
    old_root.not_after = kTestNow - days(1);
    CHECK_FALSE(path(end, {}, trust_in({authority(kRoot, kRoot, old_root)})));
}

TEST_CASE("only CAs issue certificates", "[chain][rfc5280-4.2.1.9][rfc5280-4.2.1.3]") {
    const TrustStore trust = trust_in({make_root(kRoot)});
    CertificateFields no_ca;
    CHECK_FALSE(path(end_of(kSub), {authority(kSub, kRoot, no_ca)}, trust));
    CertificateFields no_cert_sign = authority_fields(kSub.name);
    no_cert_sign.key_usage = kDigitalSignature;
    CHECK_FALSE(path(end_of(kSub), {authority(kSub, kRoot, no_cert_sign)}, trust));
    CHECK_FALSE(TrustStore::make({end_of(kRoot)}, {}));
}

TEST_CASE("a CA may limit how many come after it", "[chain][rfc5280-4.2.1.9]") {
    const TestIssuer low{"CN=low", small_key(3)};
    for (const unsigned most : {0U, 1U}) {
        CertificateFields root = authority_fields(kRoot.name);
        root.path_length = most;
        const TrustStore trust = trust_in({authority(kRoot, kRoot, root)});
        CHECK(path(end_of(kRoot), {}, trust));
        CHECK(path(end_of(kSub), {authority(kSub, kRoot)}, trust).has_value() == (most > 0));
        CHECK_FALSE(path(end_of(low), {authority(kSub, kRoot), authority(low, kSub)}, trust));
    }
}

TEST_CASE("critical extensions that nobody knows refuse", "[chain][rfc5280-4.2]") {
    const TrustStore trust = trust_in({make_root(kRoot)});
    for (const bool critical : {false, true}) {
        CertificateFields fields;
        fields.extensions = {{oid({0x2a, 3, 4}), der(0x05, {}), critical}};
        CHECK(path(end_of(kRoot, fields), {}, trust).has_value() != critical);
        CHECK(under_extension(fields.extensions.front(), {}).empty() != critical);
    }
}

TEST_CASE("a known extension that cannot be read refuses", "[chain][rfc5280-4.2]") {
    CertificateFields fields;
    fields.extensions = {{oid({0x55, 0x1d, 19}), der(0x05, {})}};
    CHECK_FALSE(path(end_of(kRoot, fields), {}, trust_in({make_root(kRoot)})));
    fields.names = {"moon_1.example.org"};
    CHECK_FALSE(path(end_of(kRoot, fields), {}, trust_in({make_root(kRoot)})));
}

TEST_CASE("names that no host has are taken, but not under a constraint", "[chain]") {
    CertificateFields end;
    end.names = {"moon_1.example.org", "192.0.2.1"};
    const auto found = path(end_of(kRoot, end), {}, trust_in({make_root(kRoot)}));
    REQUIRE(found);
    CHECK(found->end().names(policy::Identity::parse("moon_1.example.org").value()));
    const base::Bytes network = der(0x87, hex("c0000200ffffff00"));
    CHECK_FALSE(
        under_extension({oid({0x55, 0x1d, 30}), sequence({der(0xa0, sequence({network}))}), true}, end).empty());
}

TEST_CASE("a certificate that is not for signatures is refused", "[chain][rfc4945-5.1.3.2]") {
    CertificateFields fields;
    fields.key_usage = kKeyEncipherment;
    CHECK(complaint(path(end_of(kRoot, fields), {}, trust_in({make_root(kRoot)}))) ==
          "certificate 'C=CH, O=xfrmd, CN=moon' is not for signatures");
}

TEST_CASE("a certificate that is trusted as it is needs no CA", "[chain]") {
    const Certificate end = end_of(kSub);
    const TrustStore trust = TrustStore::make({}, {end}).value();
    CHECK(path(end, {}, trust)->certificates.size() == 1);
    CHECK_FALSE(path(end, {}, trust, end.validity().not_after + std::chrono::seconds(1)));
    CHECK_FALSE(path(end, {}, trust, end.validity().not_before - std::chrono::seconds(1)));
    CertificateFields other;
    other.serial = 2;
    CHECK_FALSE(path(end_of(kSub, other), {}, trust));

    // A CA that is trusted may speak for itself, one that only helps on the way may not.
    CertificateFields fields = authority_fields(kRoot.name);
    fields.key_usage |= kDigitalSignature;
    const Certificate root = make_certificate(fields, kRoot.key, kRoot);
    CHECK(path(root, {}, trust_in({root}))->certificates.size() == 1);
    fields.subject = kSub.name;
    const Certificate sub = make_certificate(fields, kSub.key, kRoot);
    CHECK_FALSE(path(sub, {}, trust_in({sub})));
    CHECK(path(sub, {}, trust_in({sub, root}))->certificates.size() == 2);
}

TEST_CASE("names that a CA may not give refuse", "[chain][rfc5280-4.2.1.10]") {
    const auto constraints = [](std::uint8_t which, const base::Bytes& name, bool critical = true) {
        return TestExtension{oid({0x55, 0x1d, 30}), sequence({der(which, sequence({name}))}), critical};
    };
    constexpr std::uint8_t kPermitted = 0xa0;
    constexpr std::uint8_t kExcluded = 0xa1;
    const auto with = [](const std::string& name) {
        CertificateFields fields;
        fields.names = {name};
        return fields;
    };
    const base::Bytes dns = der_text(0x82, "example.org");
    CHECK(under_extension(constraints(kPermitted, dns), with("moon.example.org")).empty());
    CHECK_FALSE(under_extension(constraints(kPermitted, dns), with("moon.example.com")).empty());
    CHECK_FALSE(under_extension(constraints(kPermitted, dns), with("moonexample.org")).empty());
    CHECK_FALSE(under_extension(constraints(kExcluded, dns), with("moon.EXAMPLE.org")).empty());
    CHECK(under_extension(constraints(kExcluded, dns), with("moon.example.com")).empty());

    const base::Bytes directory = der(0xa4, name_der("C=CH, O=xfrmd"));
    CHECK(under_extension(constraints(kPermitted, directory), {}).empty());
    CHECK_FALSE(under_extension(constraints(kExcluded, directory), {}).empty());
    const base::Bytes elsewhere = der(0xa4, name_der("C=DE"));
    CHECK_FALSE(under_extension(constraints(kPermitted, elsewhere), {}).empty());

    const base::Bytes network = der(0x87, hex("c0000200ffffff00"));
    CHECK(under_extension(constraints(kPermitted, network), with("192.0.2.77")).empty());
    CHECK_FALSE(under_extension(constraints(kPermitted, network), with("192.0.3.1")).empty());
    CHECK_FALSE(under_extension(constraints(kPermitted, network), with("2001:db8::1")).empty());

    // Not evaluated, so refused, critical or not; without such names there is nothing to evaluate.
    const base::Bytes mail = der_text(0x81, "example.org");
    for (const bool critical : {false, true}) {
        CHECK_FALSE(under_extension(constraints(kPermitted, mail, critical), with("carol@example.org")).empty());
        CHECK_FALSE(under_extension(constraints(kExcluded, mail, critical), with("carol@example.com")).empty());
        CHECK(under_extension(constraints(kPermitted, mail, critical), {}).empty());
    }
}

TEST_CASE("attributes that share one part of a name are no two parts of it", "[chain][rfc5280-4.2.1.10]") {
    const auto attribute = [](std::uint8_t number, const char* value) {
        return sequence({oid({0x55, 4, number}), der_text(0x13, value)});
    };
    // C=CH + O=xfrmd, in one RelativeDistinguishedName, and in two
    const base::Bytes together = sequence({der(0x31, {attribute(6, "CH"), attribute(10, "xfrmd")})});
    const base::Bytes apart = name_der("C=CH, O=xfrmd");
    const auto with_subject = [](const base::Bytes& name) {
        CertificateFields fields;
        fields.subject = "#" + base::to_hex(name);
        return fields;
    };
    const auto only = [](std::uint8_t which, const base::Bytes& name) {
        return TestExtension{oid({0x55, 0x1d, 30}), sequence({der(which, sequence({der(0xa4, name)}))}), true};
    };
    CHECK(under_extension(only(0xa0, apart), with_subject(apart)).empty());
    CHECK_FALSE(under_extension(only(0xa0, apart), with_subject(together)).empty());
    CHECK_FALSE(under_extension(only(0xa0, together), with_subject(apart)).empty());
    CertificateFields alternative = with_subject(apart);
    alternative.names = {"asn1dn:#" + base::to_hex(together)};
    CHECK_FALSE(under_extension(only(0xa0, apart), alternative).empty());
    // Where nobody constrains names they are like others.
    CHECK(path(end_of(kRoot, with_subject(together)), {}, trust_in({make_root(kRoot)})));
}

TEST_CASE("a policy holds where each CA on the path has it", "[chain][rfc5280-6.1.3]") {
    const base::Bytes one = oid({0x2a, 3, 1});
    const base::Bytes two = oid({0x2a, 3, 2});
    const base::Bytes any = oid({0x55, 0x1d, 32, 0});
    const auto with = [](CertificateFields fields, std::initializer_list<base::Bytes> policies) {
        base::Bytes list;
        for (const base::Bytes& policy : policies) base::append(list, sequence({policy}));
        fields.extensions.push_back({oid({0x55, 0x1d, 32}), der(0x30, list)});
        return fields;
    };
    const Certificate end = end_of(kSub, with({}, {one, two}));
    const auto under = [&](const CertificateFields& sub) {
        return crypto::valid_policies(*path(end, {authority(kSub, kRoot, sub)}, trust_in({make_root(kRoot)})));
    };
    const CertificateFields sub = authority_fields(kSub.name);
    CHECK(under(with(sub, {two})) == std::vector<std::string>{"1.2.3.2"});
    CHECK(under(with(sub, {any})) == std::vector<std::string>{"1.2.3.1", "1.2.3.2"});
    CHECK(under(sub).empty());
    const Certificate direct = end_of(kRoot, with({}, {one}));
    CHECK(crypto::valid_policies(*path(direct, {}, trust_in({make_root(kRoot)}))).size() == 1);
}

TEST_CASE("valid paths are known again, by the whole certificate", "[chain][hostile-d11]") {
    const TrustStore trust = trust_in({make_root(kRoot)});
    crypto::PathCache cache(2);
    const auto check = [&](const Certificate& end, crypto::WallClock now = kTestNow) {
        return crypto::validate(end, {}, trust, now, PathLimits{}, &cache).has_value();
    };
    const Certificate end = end_of(kRoot);
    CHECK(check(end));
    CHECK(cache.size() == 1);
    CHECK(cache.find(end.fingerprint(), trust.digest(), kTestNow) != nullptr);
    CHECK(cache.find(end.fingerprint(), TrustStore().digest(), kTestNow) == nullptr);
    CHECK(check(end));
    CHECK(cache.size() == 1);

    // Nobody fills it with refusals.
    CHECK_FALSE(check(end_of(kSub)));
    CHECK(cache.size() == 1);
    // What has expired is not known any more.
    CHECK_FALSE(check(end, end.validity().not_after + std::chrono::seconds(1)));
    CHECK(cache.size() == 0);

    for (std::uint64_t serial = 1; serial <= 3; ++serial) {
        CertificateFields fields;
        fields.serial = serial;
        CHECK(check(end_of(kRoot, fields)));
        CHECK(check(end));
        CHECK(cache.size() <= 2);
    }
    cache.clear();
    CHECK(cache.size() == 0);
}

TEST_CASE("the content makes a store of trust, not the order", "[chain]") {
    const TestIssuer other{"CN=other", small_key(7)};
    CHECK(trust_in({make_root(kRoot), make_root(other)}).digest() ==
          trust_in({make_root(other), make_root(kRoot), make_root(other)}).digest());
    CHECK(trust_in({make_root(kRoot)}).digest() != trust_in({make_root(other)}).digest());
    CHECK(TrustStore::make({}, {make_root(kRoot)})->digest() != trust_in({make_root(kRoot)}).digest());
}
