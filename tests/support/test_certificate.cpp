#include "tests/support/test_certificate.h"

#include <cstdio>
#include <stdexcept>

#include <botan/asn1_obj.h>
#include <botan/pk_keys.h>
#include <botan/pubkey.h>

#include "ike/crypto/botan_random.h"
#include "ike/crypto/digest.h"
#include "tests/support/der.h"
#include "tests/support/seeded_random.h"

namespace xfrmd::tests {

namespace {

using base::Bytes;
using policy::IdentityType;

TestExtension of_iso(std::uint8_t number, Bytes value, bool critical = false) {
    return {oid({0x55, 0x1d, number}), std::move(value), critical};
}

Bytes encoded(const TestExtension& extension) {
    const Bytes critical = extension.critical ? der(0x01, Bytes{0xff}) : Bytes{};
    return sequence({extension.oid, critical, der(0x04, extension.value)});
}

Bytes general_name(const std::string& text) {
    const policy::Identity name = policy::Identity::parse(text).value();
    switch (name.type) {
        case IdentityType::fqdn:
            return der(0x82, name.data);
        case IdentityType::rfc822_address:
            return der(0x81, name.data);
        case IdentityType::ipv4_address:
        case IdentityType::ipv6_address:
            return der(0x87, name.data);
        case IdentityType::der_asn1_dn:
            return der(0xa4, name.data);
        default:
            return der(0x86, name.data);  // a URI
    }
}

Bytes key_id_of(const TestKey& key) {
    const auto info = crypto::PublicKey::decode(key.subject_public_key_info());
    const crypto::Sha1 id = info ? info->key_id() : crypto::sha1(key.subject_public_key_info());
    return {id.begin(), id.end()};
}

Bytes unused_bits(std::uint8_t bits) {
    std::uint8_t unused = 0;
    while (unused < 7 && (bits >> unused & 1) == 0) ++unused;
    return {unused, bits};
}

std::vector<TestExtension> identifiers(const TestKey& key, const TestIssuer& issuer) {
    return {of_iso(14, der(0x04, key_id_of(key))), of_iso(35, sequence({der(0x80, key_id_of(issuer.key))}))};
}

std::vector<TestExtension> all_extensions(const CertificateFields& fields, const TestKey& key,
                                          const TestIssuer& issuer) {
    std::vector<TestExtension> out;
    if (fields.ca) {
        const Bytes length = fields.path_length ? der_number(*fields.path_length) : Bytes{};
        out.push_back(of_iso(19, sequence({der(0x01, Bytes{0xff}), length}), true));
    }
    if (fields.key_usage != 0) out.push_back(of_iso(15, der(0x03, unused_bits(fields.key_usage)), true));
    if (!fields.names.empty()) {
        Bytes names;
        for (const std::string& name : fields.names) base::append(names, general_name(name));
        out.push_back(of_iso(17, der(0x30, names)));
    }
    if (!fields.extended_usage.empty()) {
        Bytes usages;
        for (const Bytes& usage : fields.extended_usage) base::append(usages, usage);
        out.push_back(of_iso(37, der(0x30, usages)));
    }
    if (!fields.crl_uri.empty()) {
        const Bytes uri = der(0xa0, der(0xa0, der_text(0x86, fields.crl_uri)));
        out.push_back(of_iso(31, sequence({sequence({uri})})));
    }
    if (!fields.ocsp_uri.empty()) {
        const Bytes method = oid({0x2b, 6, 1, 5, 5, 7, 0x30, 1});
        out.push_back(
            {oid({0x2b, 6, 1, 5, 5, 7, 1, 1}), sequence({sequence({method, der_text(0x86, fields.ocsp_uri)})})});
    }
    if (fields.key_ids) {
        for (TestExtension& extension : identifiers(key, issuer)) out.push_back(std::move(extension));
    }
    out.insert(out.end(), fields.extensions.begin(), fields.extensions.end());
    return out;
}

Bytes to_be_signed(const CertificateFields& fields, const TestKey& key, const TestIssuer& issuer) {
    Bytes extensions;
    for (const TestExtension& extension : all_extensions(fields, key, issuer))
        base::append(extensions, encoded(extension));
    const Bytes version = fields.version == 0 ? Bytes{} : der(0xa0, der_number(fields.version));
    const Bytes serial = fields.negative_serial ? negative_number(fields.serial) : der_number(fields.serial);
    return sequence({version, serial, signature_algorithm(issuer.key, fields.hash), name_der(issuer.name),
                     sequence({time_der(fields.not_before), time_der(fields.not_after)}), name_der(fields.subject),
                     key.subject_public_key_info(), extensions.empty() ? Bytes{} : der(0xa3, der(0x30, extensions))});
}

Botan::PK_Signer signer_of(const TestKey& key, const std::string& hash, Botan::RandomNumberGenerator& rng) {
    const std::string kind = key.botan().algo_name();
    if (kind == "RSA") return {key.botan(), rng, hash.starts_with("PSS") ? hash : "PKCS1v15(" + hash + ")"};
    if (kind == "ECDSA") return {key.botan(), rng, hash, Botan::Signature_Format::DerSequence};
    return {key.botan(), rng, kind == "ML-DSA" ? "" : "Pure"};
}

std::string digits(crypto::WallClock time) {
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day day(midnight);
    const std::chrono::hh_mm_ss clock(time - midnight);
    char text[64];
    std::snprintf(text, sizeof text, "%04d%02u%02u%02d%02d%02dZ", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

}  // namespace

Bytes certificate_der(const CertificateFields& fields, const TestKey& key, const TestIssuer& issuer) {
    return signed_object(to_be_signed(fields, key, issuer), issuer.key, fields.hash);
}

crypto::Certificate make_certificate(const CertificateFields& fields, const TestKey& key, const TestIssuer& issuer) {
    const auto certificate = crypto::Certificate::decode(certificate_der(fields, key, issuer));
    if (!certificate) throw std::logic_error(certificate.error().sentence());
    return *certificate;
}

CertificateFields authority_fields(const std::string& name) {
    CertificateFields fields;
    fields.subject = name;
    fields.ca = true;
    fields.key_usage = kKeyCertSign | kCrlSign;
    fields.not_before = kTestNow - std::chrono::days(300);
    fields.not_after = kTestNow + std::chrono::days(3000);
    return fields;
}

crypto::Certificate make_root(const TestIssuer& issuer) {
    return make_certificate(authority_fields(issuer.name), issuer.key, issuer);
}

Bytes name_der(const std::string& text) {
    if (text.empty()) return sequence({});
    return policy::Identity::parse("asn1dn:" + text).value().data;
}

Bytes signature_algorithm(const TestKey& key, const std::string& hash) {
    SeededRandom random(1);
    crypto::BotanRandom rng(random);
    return signer_of(key, hash, rng).algorithm_identifier().BER_encode();
}

Bytes signed_object(const Bytes& to_be_signed, const TestKey& key, const std::string& hash) {
    SeededRandom random(1);
    crypto::BotanRandom rng(random);
    Bytes signature = signer_of(key, hash, rng).sign_message(to_be_signed, rng);
    signature.insert(signature.begin(), 0);  // no unused bits
    return sequence({to_be_signed, signature_algorithm(key, hash), der(0x03, signature)});
}

Bytes time_der(crypto::WallClock time) {
    if (time >= std::chrono::sys_days{std::chrono::year(2050) / 1 / 1}) return generalized_time(time);
    return der_text(0x17, digits(time).substr(2));
}

Bytes generalized_time(crypto::WallClock time) { return der_text(0x18, digits(time)); }

TestKey small_key(std::uint64_t seed) { return TestKey::make(policy::KeyType::ecdsa, 256, seed); }

}  // namespace xfrmd::tests
