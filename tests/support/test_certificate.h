// Certificates for tests: said field by field, signed with TestKeys, the same for the same input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ike/crypto/certificate.h"
#include "tests/support/test_key.h"

namespace xfrmd::tests {

inline constexpr crypto::WallClock kTestNow = std::chrono::sys_days{std::chrono::year(2030) / 6 / 15};

// Bits of keyUsage as the first octets of its BIT STRING have them (RFC 5280 4.2.1.3).
inline constexpr std::uint8_t kDigitalSignature = 0x80;
inline constexpr std::uint8_t kKeyEncipherment = 0x20;
inline constexpr std::uint8_t kKeyCertSign = 0x04;
inline constexpr std::uint8_t kCrlSign = 0x02;

struct TestExtension {
    base::Bytes oid;    // the whole OBJECT IDENTIFIER
    base::Bytes value;  // contents of the OCTET STRING
    bool critical = false;
};

struct CertificateFields {
    std::string subject = "C=CH, O=xfrmd, CN=moon";  // "": an empty name
    std::uint64_t serial = 1;
    bool negative_serial = false;  // its octets without a leading zero
    crypto::WallClock not_before = kTestNow - std::chrono::days(30);
    crypto::WallClock not_after = kTestNow + std::chrono::days(30);
    bool ca = false;
    std::optional<unsigned> path_length;
    std::uint8_t key_usage = 0;               // 0: no such extension
    std::vector<std::string> names;           // subjectAltName: FQDN, mail, address or DN in swanctl's notation
    std::string crl_uri;                      // "": none
    std::string ocsp_uri;                     // likewise
    std::vector<base::Bytes> extended_usage;  // whole OBJECT IDENTIFIERs
    std::vector<TestExtension> extensions;    // others
    bool key_ids = true;                      // subjectKeyIdentifier and authorityKeyIdentifier
    std::string hash = "SHA-256";             // or "PSS(SHA-256)"
    std::uint64_t version = 2;                // as on the wire: v3
};

// Who signs: name and key. Of a certificate's own name and key it makes a self-signed one.
struct TestIssuer {
    std::string name;
    TestKey key;
};

base::Bytes certificate_der(const CertificateFields& fields, const TestKey& key, const TestIssuer& issuer);
crypto::Certificate make_certificate(const CertificateFields& fields, const TestKey& key, const TestIssuer& issuer);

// A root of that name, as CAs are: basicConstraints and keyUsage critical.
CertificateFields authority_fields(const std::string& name);
crypto::Certificate make_root(const TestIssuer& issuer);

// A name in DER; Identity::parse of the text.
base::Bytes name_der(const std::string& text);
// What X.509 objects are: SEQUENCE { tbs, algorithm, BIT STRING signature }.
base::Bytes signed_object(const base::Bytes& to_be_signed, const TestKey& key, const std::string& hash);
base::Bytes signature_algorithm(const TestKey& key, const std::string& hash);
base::Bytes time_der(crypto::WallClock time);  // GeneralizedTime from 2050 on, UTCTime before
base::Bytes generalized_time(crypto::WallClock time);

// The P-256 key of that seed, as most tests want one.
TestKey small_key(std::uint64_t seed);

}  // namespace xfrmd::tests
