// What OCSP responses say, from whom, and when they say nothing.

#include "ike/crypto/ocsp.h"

#include <catch2/catch_test_macros.hpp>

#include "support.h"
#include "tests/support/der.h"
#include "tests/support/test_revocation.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using crypto::Certificate;
using crypto::Standing;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const TestIssuer kCa{"C=CH, O=xfrmd, CN=CA", small_key(1)};
const Certificate kIssuer = make_root(kCa);
const TestKey kResponder = small_key(3);
const base::Bytes kOcspSigning = oid({0x2b, 6, 1, 5, 5, 7, 3, 9});

Certificate subject(std::uint64_t serial = 1) {
    CertificateFields fields;
    fields.serial = serial;
    return make_certificate(fields, small_key(2), kCa);
}

crypto::Judgement judged(base::ByteView response) { return crypto::judge_ocsp(response, subject(), kIssuer, kTestNow); }

crypto::Judgement judged(const OcspFields& fields) { return judged(ocsp_der(fields, kCa, kCa.key)); }

// Signed by the responder, with this certificate in it.
Standing by_delegate(const CertificateFields& fields, const TestIssuer& issuer = kCa) {
    OcspFields response;
    response.certificates = {certificate_der(fields, kResponder, issuer)};
    return judged(ocsp_der(response, kCa, kResponder)).standing;
}

CertificateFields delegate() {
    CertificateFields fields;
    fields.subject = "CN=responder";
    fields.extended_usage = {kOcspSigning};
    fields.key_usage = kDigitalSignature;
    return fields;
}

}  // namespace

TEST_CASE("a question about one certificate", "[ocsp][rfc6960-4.1.1][rfc5019-2.1.1]") {
    const base::Bytes request = crypto::encode_ocsp_request(subject(0xff), kIssuer);
    const crypto::Sha1 name = crypto::sha1(name_der(kCa.name));
    const crypto::Sha1 key = kIssuer.public_key().key_id();
    CHECK(base::to_hex(request) ==
          "3043304130"
          "3f303d303b300906052b0e03021a05000414" +
              base::to_hex(name) + "0414" + base::to_hex(key) + "020200ff");
}

TEST_CASE("the CA's answer is believed", "[ocsp][rfc6960-2.2]") {
    const auto good = judged(OcspFields{});
    CHECK(good.standing == Standing::good);
    CHECK(good.fetch_again == kTestNow + hours(1));
    OcspFields sha256;
    sha256.sha256 = true;
    CHECK(judged(sha256).standing == Standing::good);

    OcspFields revoked;
    revoked.status = revoked_status(kTestNow - hours(30), 1);
    const auto verdict = judged(revoked);
    CHECK(verdict.standing == Standing::revoked);
    CHECK(verdict.detail == "was revoked on 2030-06-13 18:00:00 UTC (key compromise)");
    revoked.status = revoked_status(kTestNow - hours(30), std::nullopt);
    CHECK(judged(revoked).standing == Standing::revoked);

    OcspFields unknown;
    unknown.status = {0x82, 0x00};
    CHECK(judged(unknown).standing == Standing::unknown);
    unknown.status = {0x83, 0x00};
    CHECK(judged(unknown).standing == Standing::unknown);
    unknown.status = {0x80, 0x01, 0x00};
    CHECK(judged(unknown).standing == Standing::unknown);
}

TEST_CASE("an answer about another certificate says nothing", "[ocsp][rfc6960-3.2][hostile-d12]") {
    OcspFields fields;
    fields.serial = 2;
    CHECK(judged(fields).standing == Standing::unknown);
    OcspFields other_name;
    other_name.issuer_name = "CN=other";
    CHECK(judged(other_name).standing == Standing::unknown);
    OcspFields other_key;
    other_key.issuer_key = small_key(9).subject_public_key_info();
    CHECK(judged(other_key).standing == Standing::unknown);
}

TEST_CASE("an error is no answer", "[ocsp][rfc6960-2.3]") {
    for (std::uint8_t status = 1; status < 9; ++status) {
        OcspFields fields;
        fields.response_status = status;
        CHECK(judged(fields).detail == "OCSP response is an error, number " + std::to_string(status));
    }
}

TEST_CASE("an answer is as old as it says", "[ocsp][rfc6960-4.2.2.1][hostile-d12]") {
    OcspFields fields;
    fields.next_update = kTestNow;
    CHECK(judged(fields).standing == Standing::good);
    fields.next_update = kTestNow - seconds(1);
    CHECK(judged(fields).standing == Standing::unknown);
    fields.status = revoked_status(kTestNow - hours(30), 1);
    CHECK(judged(fields).standing == Standing::revoked);

    OcspFields future;
    future.this_update = kTestNow + minutes(5);
    CHECK(judged(future).standing == Standing::good);
    future.this_update = kTestNow + minutes(5) + seconds(1);
    CHECK(judged(future).standing == Standing::unknown);

    OcspFields endless;
    endless.next_update = std::nullopt;
    endless.this_update = kTestNow - crypto::kOcspLife;
    CHECK(judged(endless).standing == Standing::good);
    endless.this_update -= seconds(1);
    CHECK(judged(endless).standing == Standing::unknown);
}

TEST_CASE("whom the CA has certified for it may answer, and nobody else", "[ocsp][rfc6960-4.2.2.2][hostile-d12]") {
    CHECK(by_delegate(delegate()) == Standing::good);

    CertificateFields no_usage = delegate();
    no_usage.extended_usage = {};
    CHECK(by_delegate(no_usage) == Standing::unknown);
    CertificateFields other_usage = delegate();
    other_usage.extended_usage = {oid({0x2b, 6, 1, 5, 5, 7, 3, 1})};
    CHECK(by_delegate(other_usage) == Standing::unknown);
    CertificateFields expired = delegate();
    expired.not_after = kTestNow - seconds(1);
    CHECK(by_delegate(expired) == Standing::unknown);
    CertificateFields no_signature = delegate();
    no_signature.key_usage = kKeyEncipherment;
    CHECK(by_delegate(no_signature) == Standing::unknown);

    CHECK(by_delegate(delegate(), {kCa.name, small_key(66)}) == Standing::unknown);
    CHECK(by_delegate(delegate(), {"CN=other", small_key(66)}) == Standing::unknown);
    CHECK(judged(ocsp_der({}, kCa, kResponder)).standing == Standing::unknown);  // without its certificate
    // The certificate in question does not speak for itself.
    OcspFields own;
    own.certificates = {subject().der()};
    CHECK(judged(ocsp_der(own, kCa, small_key(2))).standing == Standing::unknown);
}

TEST_CASE("an operator may trust somebody else with answers", "[ocsp][rfc6960-4.2.2.2]") {
    const base::Bytes response = ocsp_der({}, kCa, kResponder);
    const TestIssuer other{"CN=other", kResponder};
    const auto standing = [&](const std::vector<Certificate>& responders) {
        return crypto::judge_ocsp(response, subject(), kIssuer, kTestNow, responders).standing;
    };
    CHECK(standing({make_certificate(delegate(), small_key(9), kCa)}) == Standing::unknown);
    CHECK(standing({make_certificate({}, kResponder, other)}) == Standing::good);
    CertificateFields expired;
    expired.not_after = kTestNow - seconds(1);
    CHECK(standing({make_certificate(expired, kResponder, other)}) == Standing::unknown);
}

TEST_CASE("a weak signature is none", "[ocsp]") {
    const TestIssuer rsa{kCa.name, TestKey::make(policy::KeyType::rsa, 1024, 5)};
    OcspFields fields;
    for (const char* hash : {"SHA-256", "SHA-1"}) {
        fields.hash = hash;
        CertificateFields responder = delegate();
        fields.certificates = {certificate_der(responder, rsa.key, kCa)};
        CHECK((judged(ocsp_der(fields, kCa, rsa.key)).standing == Standing::good) == (fields.hash == "SHA-256"));
    }
}

TEST_CASE("critical extensions that are not known make an answer useless", "[ocsp][rfc6960-4.4]") {
    for (const bool critical : {false, true}) {
        OcspFields fields;
        fields.extensions = {{oid({0x2a, 3}), der(0x05, base::Bytes{}), critical}};
        CHECK((judged(fields).standing == Standing::good) != critical);
    }
}

TEST_CASE("no octet of an answer can be changed to make it good", "[ocsp][hostile-d12]") {
    OcspFields fields;
    fields.status = revoked_status(kTestNow - hours(30), 1);
    fields.certificates = {certificate_der(delegate(), kResponder, kCa)};
    const base::Bytes good = ocsp_der(fields, kCa, kResponder);
    REQUIRE(judged(good).standing == Standing::revoked);
    for (std::size_t i = 0; i < good.size(); ++i) {
        CHECK(judged(base::ByteView(good).first(i)).standing == Standing::unknown);
        base::Bytes bad = good;
        bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        CHECK(judged(bad).standing != Standing::good);
    }
    base::Bytes longer = good;
    longer.push_back(0);
    CHECK(judged(longer).standing == Standing::unknown);
    CHECK(judged(base::Bytes(100000, 0x30)).standing == Standing::unknown);
    CHECK(judged(base::Bytes{}).standing == Standing::unknown);
}
