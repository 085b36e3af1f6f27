// What certificates say, and what is refused to be one.

#include "ike/crypto/certificate.h"

#include <catch2/catch_test_macros.hpp>

#include "support.h"
#include "tests/support/der.h"
#include "tests/support/test_certificate.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using base::Reason;
using crypto::Certificate;
using policy::Identity;

namespace {

const TestIssuer kCa{"C=CH, O=xfrmd, CN=CA", small_key(1)};

Identity id(std::string_view text) { return Identity::parse(text).value(); }

std::string hash_of(const crypto::Sha1& hash) { return base::to_hex(hash); }

CertificateFields with_names() {
    CertificateFields fields;
    fields.names = {"moon.example.org", "Carol@example.org", "192.0.2.1",
                    "2001:db8::1",      "C=CH, CN=other",    "*.example.com"};
    return fields;
}

Reason refusal(base::ByteView der) {
    const auto certificate = Certificate::decode(der);
    REQUIRE_FALSE(certificate);
    CHECK_FALSE(certificate.error().detail.empty());
    return certificate.error().reason;
}

}  // namespace

TEST_CASE("a certificate tells its fields", "[certificate][rfc5280-4.1]") {
    CertificateFields fields = with_names();
    fields.serial = 0xff01;
    fields.key_usage = kDigitalSignature;
    fields.crl_uri = "http://192.0.2.9/a.crl";
    fields.ocsp_uri = "http://192.0.2.9/ocsp";
    fields.extended_usage = {oid({0x2b, 6, 1, 5, 5, 7, 3, 17})};
    const TestKey key = small_key(2);
    const base::Bytes der = certificate_der(fields, key, kCa);
    const auto certificate = Certificate::decode(der);
    REQUIRE(certificate);
    CHECK(certificate->der() == der);
    CHECK(certificate->fingerprint() == crypto::sha256(der));
    CHECK(certificate->subject() == id("C=CH, O=xfrmd, CN=moon"));
    CHECK(certificate->issuer() == id("C=CH, O=xfrmd, CN=CA"));
    CHECK(certificate->serial() == hex("ff01"));
    CHECK(certificate->validity().not_before == fields.not_before);
    CHECK(certificate->validity().not_after == fields.not_after);
    CHECK(certificate->public_key().subject_public_key_info() == key.subject_public_key_info());
    CHECK(base::to_hex(certificate->subject_key_id()) == hash_of(certificate->public_key().key_id()));
    CHECK(certificate->authority_key_id().size() == 20);
    CHECK(certificate->alternative_names().size() == 6);
    CHECK(certificate->crl_uris() == std::vector<std::string>{"http://192.0.2.9/a.crl"});
    CHECK(certificate->ocsp_uris() == std::vector<std::string>{"http://192.0.2.9/ocsp"});
    CHECK(certificate->extended_key_usages() == std::vector<std::string>{"1.3.6.1.5.5.7.3.17"});
    CHECK_FALSE(certificate->is_ca());
    CHECK_FALSE(certificate->is_self_issued());
    CHECK(certificate->to_string() == "C=CH, O=xfrmd, CN=moon");
}

TEST_CASE("a CA's certificate is one", "[certificate][rfc5280-4.2.1.9]") {
    const Certificate root = make_root(kCa);
    CHECK(root.is_ca());
    CHECK(root.is_self_issued());
    CHECK(root.may_sign_crls());
    CHECK_FALSE(root.may_sign());
}

TEST_CASE("times reach from 1950 to 3100", "[certificate][rfc5280-4.1.2.5]") {
    using namespace std::chrono;
    CertificateFields fields;
    fields.not_before = sys_days{year(1951) / 2 / 3} + hours(4) + minutes(5) + seconds(6);
    fields.not_after = sys_days{year(3100) / 12 / 31} + hours(23) + minutes(59) + seconds(59);
    const Certificate certificate = make_certificate(fields, small_key(2), kCa);
    CHECK(certificate.validity().not_before == fields.not_before);
    CHECK(certificate.validity().not_after == fields.not_after);
    CHECK(certificate.validity().contains(kTestNow));
}

TEST_CASE("who a certificate names", "[certificate][rfc4945-3.1][rfc7296-3.5]") {
    const Certificate certificate = make_certificate(with_names(), small_key(2), kCa);
    for (const char* claimed :
         {"C=CH, O=xfrmd, CN=moon", "CN=Moon, O=xfrmd, C=CH", "moon.example.org", "MOON.example.org",
          "Carol@example.org", "192.0.2.1", "2001:db8::1", "CN=other, C=CH", "*.example.com"}) {
        INFO(claimed);
        CHECK(certificate.names(id(claimed)));
        CHECK(certificate.match(id(claimed)) == policy::kExactMatch);
    }
    for (const char* claimed :
         {"%any", "C=CH, O=xfrmd, CN=*", "*.example.org", "@*", "sun.example.org", "a.example.com", "192.0.2.2",
          "2001:db8::2", "C=CH, O=xfrmd", "C=CH, O=xfrmd, CN=moon, CN=moon", "dave@example.org", "moon", "keyid:moon",
          "asn1dn:#3000"}) {
        INFO(claimed);
        CHECK_FALSE(certificate.names(id(claimed)));
    }
    CHECK(certificate.match(id("%any")) == 1);
    CHECK(certificate.match(id("C=CH, O=xfrmd, CN=*")) == 2);
    CHECK(certificate.match(id("*.example.org")) == 2);
    CHECK(certificate.match(id("*@example.org")) == 2);
    CHECK(certificate.match(id("C=CH, O=xfrmd, CN=sun")) == 0);
}

TEST_CASE("a key id names a certificate by its key, its number or itself", "[certificate][rfc4945-3.1.8]") {
    CertificateFields fields;
    fields.serial = 0x1234;
    const Certificate certificate = make_certificate(fields, small_key(2), kCa);
    const auto named_by = [&](const std::string& digits) {
        const Identity key_id = id("@#" + digits);
        CHECK((certificate.match(key_id) == policy::kExactMatch) == certificate.names(key_id));
        return certificate.names(key_id);
    };
    CHECK(named_by(hash_of(certificate.public_key().key_id())));
    CHECK(named_by(hash_of(certificate.public_key().info_hash())));
    CHECK(named_by(hash_of(certificate.sha1_fingerprint())));
    CHECK(named_by("1234"));
    CHECK_FALSE(named_by("12"));
    CHECK_FALSE(named_by(""));
    CHECK_FALSE(named_by(base::to_hex(certificate.authority_key_id())));
}

TEST_CASE("an empty subject names nobody", "[certificate][rfc5280-4.1.2.6]") {
    CertificateFields fields;
    fields.subject = "";
    fields.names = {"moon.example.org"};
    const Certificate certificate = make_certificate(fields, small_key(2), kCa);
    CHECK_FALSE(certificate.names(id("asn1dn:#3000")));
    CHECK(certificate.names(id("moon.example.org")));
    CHECK(certificate.to_string() == "moon.example.org");
    fields.names = {};
    fields.serial = 0xab;
    CHECK(make_certificate(fields, small_key(2), kCa).to_string() == "serial number ab");
}

TEST_CASE("names of other kinds are left out", "[certificate][rfc5280-4.2.1.6]") {
    CertificateFields fields;
    const base::Bytes other = der(0xa0, {oid({0x2a, 3}), der(0xa0, der_text(0x0c, "x"))});
    const base::Bytes names =
        sequence({der_text(0x86, "http://192.0.2.1/"), other, der_text(0x82, "moon.example.org")});
    fields.extensions = {{oid({0x55, 0x1d, 17}), names}};
    const Certificate certificate = make_certificate(fields, small_key(2), kCa);
    CHECK(certificate.alternative_names() == std::vector<Identity>{id("moon.example.org")});
}

TEST_CASE("a certificate for other things than signatures", "[certificate][rfc4945-5.1.3.2]") {
    CertificateFields fields;
    CHECK(make_certificate(fields, small_key(2), kCa).may_sign());
    fields.key_usage = kKeyEncipherment;
    CHECK_FALSE(make_certificate(fields, small_key(2), kCa).may_sign());
    fields.key_usage = 0x40;  // nonRepudiation
    CHECK(make_certificate(fields, small_key(2), kCa).may_sign());
}

TEST_CASE("a certificate is one piece of DER, and nothing else", "[certificate][hostile-d8]") {
    const base::Bytes good = certificate_der(with_names(), small_key(2), kCa);
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK_FALSE(Certificate::decode(base::ByteView(good).first(size)));
    }
    base::Bytes longer = good;
    longer.push_back(0);
    CHECK(refusal(longer) == Reason::CertificateMalformed);
    base::Bytes twice = good;
    base::append(twice, good);
    CHECK(refusal(twice) == Reason::CertificateMalformed);
    CHECK(refusal(text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")) ==
          Reason::CertificateMalformed);
    CHECK(refusal(base::Bytes(Certificate::kMostBytes + 1, 0x30)) == Reason::CertificateMalformed);
    CHECK(refusal(base::Bytes(60000, 0x30)) == Reason::CertificateMalformed);
    base::Bytes nested;
    while (nested.size() < 30000) nested = der(0x30, nested);
    CHECK(refusal(nested) == Reason::CertificateMalformed);
    // PKCS#7 around a certificate (RFC 7296 3.6, encoding 1)
    CHECK(refusal(sequence({oid({0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2}), der(0xa0, sequence({good}))})) ==
          Reason::CertificateMalformed);
}

TEST_CASE("too many names, or a key that is none, make no certificate", "[certificate][hostile-d7]") {
    CertificateFields fields;
    for (int i = 0; i < 257; ++i) fields.names.push_back("h" + std::to_string(i) + ".example.org");
    CHECK(refusal(certificate_der(fields, small_key(2), kCa)) == Reason::CertificateMalformed);
    fields.names.pop_back();
    CHECK(Certificate::decode(certificate_der(fields, small_key(2), kCa)));

    CertificateFields long_subject;
    long_subject.subject = "CN=a";
    for (int i = 0; i < 64; ++i) long_subject.subject += ", OU=a";
    CHECK(refusal(certificate_der(long_subject, small_key(2), kCa)) == Reason::CertificateMalformed);

    CHECK(refusal(certificate_der({}, TestKey::on_curve("secp256k1", 2), kCa)) == Reason::PublicKeyUnacceptable);
}

TEST_CASE("alternative names that are none make no certificate", "[certificate][rfc5280-4.2.1.6]") {
    const auto with = [](const base::Bytes& value) {
        CertificateFields fields;
        fields.extensions = {{oid({0x55, 0x1d, 17}), value}};
        return certificate_der(fields, small_key(2), kCa);
    };
    CHECK(Certificate::decode(with(sequence({der(0x87, hex("c0000201"))}))));
    CHECK(refusal(with(der(0x05, base::Bytes{}))) == Reason::CertificateMalformed);
    CHECK(refusal(with(sequence({der(0x87, hex("c00002"))}))) == Reason::CertificateMalformed);
    CHECK(refusal(with(hex("300582ff616263"))) == Reason::CertificateMalformed);
}

TEST_CASE("an extension that is there twice makes no certificate", "[certificate][rfc5280-4.2]") {
    CertificateFields fields;
    fields.extensions = {{oid({0x2a, 3}), der(0x05, {})}, {oid({0x2a, 3}), der(0x05, {})}};
    CHECK(refusal(certificate_der(fields, small_key(2), kCa)) == Reason::CertificateMalformed);
}

TEST_CASE("certificates are read from files", "[certificate]") {
    const base::Bytes one = certificate_der({}, small_key(2), kCa);
    CHECK(Certificate::load(one)->size() == 1);
    const std::string pem =
        "subject=moon\n-----BEGIN CERTIFICATE-----\n" + base64(one) + "-----END CERTIFICATE-----\n" +
        "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n" + "-----BEGIN CERTIFICATE-----\r\n" +
        base64(make_root(kCa).der()) + "-----END CERTIFICATE-----\r\n";
    const auto both = Certificate::load(text(pem));
    REQUIRE(both);
    REQUIRE(both->size() == 2);
    CHECK(both->front().der() == one);
    CHECK(both->back().is_ca());
    CHECK_FALSE(Certificate::load({}));
    CHECK_FALSE(Certificate::load(text("hello")));
    CHECK_FALSE(Certificate::load(text("-----BEGIN CERTIFICATE-----\n" + base64(one))));
    CHECK_FALSE(Certificate::load(text("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n")));
    CHECK_FALSE(Certificate::load(text(pem + "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")));
}
