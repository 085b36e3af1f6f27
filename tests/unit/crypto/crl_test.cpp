// What CRLs and deltas say, and when they say nothing.

#include "ike/crypto/crl.h"

#include <catch2/catch_test_macros.hpp>

#include "support.h"
#include "tests/support/der.h"
#include "tests/support/test_revocation.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using base::Reason;
using crypto::Certificate;
using crypto::Crl;
using crypto::Standing;
using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const TestIssuer kCa{"C=CH, O=xfrmd, CN=CA", small_key(1)};
const Certificate kIssuer = make_root(kCa);
const char* const kUri = "http://192.0.2.9/a.crl";

Certificate subject(std::uint64_t serial = 7) {
    CertificateFields fields;
    fields.serial = serial;
    fields.crl_uri = kUri;
    return make_certificate(fields, small_key(2), kCa);
}

Crl read(const CrlFields& fields) {
    const auto crl = Crl::read(crl_der(fields, kCa), kIssuer);
    if (!crl) throw std::logic_error(crl.error().sentence());
    return *crl;
}

std::string refusal(base::ByteView der, const Certificate& issuer = kIssuer) {
    const auto crl = Crl::read(der, issuer);
    REQUIRE_FALSE(crl);
    CHECK(crl.error().reason == Reason::RevocationUnknown);
    return crl.error().detail;
}

crypto::Judgement judged(const CrlFields& list, std::uint64_t serial = 7) {
    return crypto::judge(subject(serial), kIssuer, read(list), nullptr, kTestNow);
}

crypto::Judgement judged(const CrlFields& list, const CrlFields& delta, std::uint64_t serial = 7) {
    const Crl changes = read(delta);
    return crypto::judge(subject(serial), kIssuer, read(list), &changes, kTestNow);
}

CrlFields numbered(std::uint64_t number) {
    CrlFields fields;
    fields.number = number;
    return fields;
}

CrlFields delta_from(std::uint64_t base, std::uint64_t number) {
    CrlFields fields = numbered(number);
    fields.base_number = base;
    fields.next_update = kTestNow + std::chrono::hours(1);
    return fields;
}

}  // namespace

TEST_CASE("a certificate is revoked when its number is in the CRL", "[crl][rfc5280-5.1.2.6]") {
    CrlFields fields;
    for (const std::uint64_t serial : {300U, 7U, 1U, 0x80U, 0xffffU, 8U}) fields.entries.push_back({serial, 1, {}});
    const Crl crl = read(fields);
    CHECK(crl.size() == 6);
    for (const CrlEntryFields& entry : fields.entries) {
        const auto verdict = crypto::judge(subject(entry.serial), kIssuer, crl, nullptr, kTestNow);
        CHECK(verdict.standing == Standing::revoked);
        CHECK(verdict.detail == "was revoked on 2030-06-13 00:00:00 UTC (key compromise)");
        CHECK(verdict.since == entry.since);
    }
    for (const std::uint64_t serial : {2U, 9U, 0x81U, 0xfffeU, 0x10000U, 0x0107U}) {
        const auto verdict = crypto::judge(subject(serial), kIssuer, crl, nullptr, kTestNow);
        CHECK(verdict.standing == Standing::good);
        CHECK(verdict.fetch_again == *fields.next_update);
    }
    CHECK(judged(CrlFields{}).standing == Standing::good);
}

TEST_CASE("a negative number, which some CAs gave, is revoked like others", "[crl][rfc5280-4.1.2.2]") {
    CrlFields fields;
    fields.entries = {{0x8001, 1, {}, kTestNow - days(2), true}};
    CertificateFields negative;
    negative.serial = 0x8001;
    negative.negative_serial = true;
    const Certificate revoked = make_certificate(negative, small_key(2), kCa);
    CHECK(revoked.serial() == hex("8001"));
    CHECK(crypto::judge(revoked, kIssuer, read(fields), nullptr, kTestNow).standing == Standing::revoked);
    negative.serial = 0x8002;
    const Certificate good = make_certificate(negative, small_key(2), kCa);
    CHECK(crypto::judge(good, kIssuer, read(fields), nullptr, kTestNow).standing == Standing::good);
}

TEST_CASE("a CRL is read from PEM, too", "[crl]") {
    const std::string pem = "-----BEGIN X509 CRL-----\n" + base64(crl_der({}, kCa)) + "-----END X509 CRL-----\n";
    CHECK(Crl::read(text(pem), kIssuer));
    CHECK(refusal(text("-----BEGIN X509 CRL-----\nMAA=\n")).find("is not closed") != std::string::npos);
    CHECK(refusal(text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")).find("no block") !=
          std::string::npos);
}

TEST_CASE("only the CA's own signature makes a CRL", "[crl][rfc5280-6.3.3][hostile-d12]") {
    const TestIssuer forger{kCa.name, small_key(66)};
    CHECK(refusal(crl_der({}, forger)) == "CRL is not signed by 'C=CH, O=xfrmd, CN=CA'");
    CertificateFields no_crl_sign = authority_fields(kCa.name);
    no_crl_sign.key_usage = kKeyCertSign;
    refusal(crl_der({}, kCa), make_certificate(no_crl_sign, kCa.key, kCa));
    const TestIssuer rsa{"CN=rsa", TestKey::make(policy::KeyType::rsa, 1024, 5)};
    CrlFields weak;
    weak.hash = "SHA-1";
    refusal(crl_der(weak, rsa), make_root(rsa));
    CHECK(Crl::read(crl_der({}, rsa), make_root(rsa)));
}

TEST_CASE("no octet of a CRL can be changed, and it is whole", "[crl][hostile-d12]") {
    CrlFields fields = numbered(5);
    fields.entries = {{7, 1, {}}};
    const base::Bytes good = crl_der(fields, kCa);
    for (std::size_t i = 0; i < good.size(); ++i) {
        CHECK_FALSE(Crl::read(base::ByteView(good).first(i), kIssuer));
        base::Bytes bad = good;
        bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        CHECK_FALSE(Crl::read(bad, kIssuer));
    }
    base::Bytes longer = good;
    longer.push_back(0);
    refusal(longer);
    refusal(base::Bytes(Crl::kMostBytes + 1, 0x30));
    refusal(base::Bytes(100000, 0x30));
}

TEST_CASE("a CRL of another CA says nothing", "[crl][hostile-d12]") {
    const TestIssuer other{"CN=other", small_key(3)};
    const Certificate others = make_root(other);
    const Crl crl = *Crl::read(crl_der({}, other), others);
    CHECK(crypto::judge(subject(), kIssuer, crl, nullptr, kTestNow).standing == Standing::unknown);
    CHECK(crypto::judge(subject(), others, crl, nullptr, kTestNow).standing == Standing::unknown);
    // Of the same name, with another key
    const TestIssuer twin{kCa.name, small_key(4)};
    const Crl twins = *Crl::read(crl_der({}, twin), make_root(twin));
    CHECK(crypto::judge(subject(), kIssuer, twins, nullptr, kTestNow).standing == Standing::unknown);
}

TEST_CASE("an old CRL is not good, but what it revokes stays revoked", "[crl][hostile-d12]") {
    CrlFields fields;
    fields.next_update = kTestNow;
    CHECK(judged(fields).standing == Standing::good);
    fields.next_update = kTestNow - seconds(1);
    CHECK(judged(fields).standing == Standing::unknown);
    CHECK(judged(fields).detail == "CRL has expired on 2030-06-14 23:59:59 UTC");
    fields.entries = {{7, {}, {}}};
    CHECK(judged(fields).standing == Standing::revoked);

    CrlFields future;
    future.this_update = kTestNow + minutes(5);
    CHECK(judged(future).standing == Standing::good);
    future.this_update = kTestNow + minutes(5) + seconds(1);
    CHECK(judged(future).standing == Standing::unknown);

    CrlFields endless;
    endless.next_update = std::nullopt;
    CHECK(refusal(crl_der(endless, kCa)) == "CRL has no nextUpdate");
}

TEST_CASE("a CRL for other certificates says nothing", "[crl][rfc5280-5.2.5][rfc5280-6.3.3]") {
    const auto with_scope = [](const base::Bytes& contents) {
        CrlFields fields;
        fields.distribution_point = contents;
        return fields;
    };
    const auto yes = [](std::uint8_t number) {
        return der(static_cast<std::uint8_t>(0x80 + number), base::Bytes{0xff});
    };
    const auto at = [](const char* uri) { return der(0xa0, der(0xa0, der_text(0x86, uri))); };
    CHECK(judged(with_scope({})).standing == Standing::good);
    CHECK(judged(with_scope(yes(1))).standing == Standing::good);
    CHECK(judged(with_scope(yes(2))).standing == Standing::unknown);
    CHECK(judged(with_scope(at(kUri))).standing == Standing::good);
    CHECK(judged(with_scope(at("http://192.0.2.9/b.crl"))).standing == Standing::unknown);
    CHECK(judged(with_scope(der(0xa0, der(0xa1, base::Bytes{})))).standing == Standing::unknown);
    for (const std::uint8_t number : {std::uint8_t{4}, std::uint8_t{5}}) refusal(crl_der(with_scope(yes(number)), kCa));
    refusal(crl_der(with_scope(der(0x83, hex("0640"))), kCa));

    // onlyContainsUserCerts, asked about a CA
    const Crl users = read(with_scope(yes(1)));
    const Crl authorities = read(with_scope(yes(2)));
    const TestIssuer sub{"CN=sub", small_key(3)};
    const Certificate below = make_certificate(authority_fields(sub.name), sub.key, kCa);
    CHECK(crypto::judge(below, kIssuer, users, nullptr, kTestNow).standing == Standing::unknown);
    CHECK(crypto::judge(below, kIssuer, authorities, nullptr, kTestNow).standing == Standing::good);
}

TEST_CASE("critical extensions that are not known make a CRL useless", "[crl][rfc5280-5.2][rfc5280-5.3]") {
    for (const bool critical : {false, true}) {
        CrlFields fields;
        fields.extensions = {{oid({0x2a, 3}), der(0x05, base::Bytes{}), critical}};
        CHECK(Crl::read(crl_der(fields, kCa), kIssuer).has_value() != critical);
        CrlFields entries;
        entries.entries = {{8, {}, {{oid({0x2a, 3}), der(0x05, base::Bytes{}), critical}}}};
        CHECK(Crl::read(crl_der(entries, kCa), kIssuer).has_value() != critical);
    }
    // certificateIssuer: of an indirect one
    CrlFields indirect;
    indirect.entries = {{8, {}, {{oid({0x55, 0x1d, 29}), sequence({}), true}}}};
    refusal(crl_der(indirect, kCa));
}

TEST_CASE("a delta adds to its CRL and takes from it", "[crl][rfc5280-5.2.4]") {
    CrlFields list = numbered(5);
    list.entries = {{7, 6, {}}, {8, 1, {}}};
    CrlFields delta = delta_from(5, 6);
    delta.entries = {{7, 8, {}}, {9, 4, {}}};
    CHECK(judged(list, delta, 7).standing == Standing::good);
    CHECK(judged(list, delta, 8).standing == Standing::revoked);
    CHECK(judged(list, delta, 9).standing == Standing::revoked);
    CHECK(judged(list, delta, 9).reason == crypto::RevocationReason::superseded);
    CHECK(judged(list, delta, 10).standing == Standing::good);
    CHECK(judged(list, delta, 10).fetch_again == *delta.next_update);
    // The list may be old where the delta is new.
    list.next_update = kTestNow - seconds(1);
    CHECK(judged(list, delta, 10).standing == Standing::good);
}

TEST_CASE("a CRL and a certificate tell where deltas are", "[crl][rfc5280-5.2.6][rfc5280-4.2.1.15]") {
    const auto point = [](const char* uri) { return sequence({der(0xa0, der(0xa0, der_text(0x86, uri)))}); };
    const base::Bytes two =
        sequence({point("http://192.0.2.9/d1"), sequence({der(0xa2, base::Bytes{})}), point("ldap://x/")});
    const TestExtension freshest{oid({0x55, 0x1d, 46}), two};
    CrlFields fields;
    fields.extensions = {freshest};
    CHECK(read(fields).delta_uris() == std::vector<std::string>{"http://192.0.2.9/d1", "ldap://x/"});
    CertificateFields certificate;
    certificate.extensions = {freshest};
    CHECK(make_certificate(certificate, small_key(2), kCa).delta_crl_uris() == read(fields).delta_uris());
    fields.extensions.front().value = sequence({der(0x05, base::Bytes{})});
    refusal(crl_der(fields, kCa));
    certificate.extensions = fields.extensions;
    CHECK(make_certificate(certificate, small_key(2), kCa).delta_crl_uris().empty());
}

TEST_CASE("a delta that does not fit is left aside", "[crl][rfc5280-5.2.4]") {
    CrlFields list = numbered(5);
    list.entries = {{7, 6, {}}};
    const auto removes = [](CrlFields delta) {
        delta.entries = {{7, 8, {}}, {9, 4, {}}};
        return delta;
    };
    CHECK(judged(list, removes(delta_from(6, 7)), 7).standing == Standing::revoked);      // starts from a newer list
    CHECK(judged(list, removes(delta_from(3, 4)), 7).standing == Standing::revoked);      // older than the list
    CHECK(judged(list, removes(numbered(6)), 7).standing == Standing::revoked);           // no delta at all
    CHECK(judged(CrlFields{}, removes(delta_from(0, 6)), 9).standing == Standing::good);  // of a list without a number

    CrlFields old = removes(delta_from(5, 6));
    old.next_update = kTestNow - seconds(1);
    CHECK(judged(list, old, 7).standing == Standing::revoked);
    CHECK(judged(list, old, 9).standing == Standing::revoked);
    CHECK(judged(list, old, 10).standing == Standing::good);
    list.next_update = kTestNow - seconds(1);
    CHECK(judged(list, old, 10).standing == Standing::unknown);
    CHECK(judged(delta_from(5, 6)).standing == Standing::unknown);  // alone
}
