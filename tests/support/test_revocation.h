// CRLs and OCSP responses for tests, said field by field.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/test_certificate.h"

namespace xfrmd::tests {

struct CrlEntryFields {
    std::uint64_t serial = 1;
    std::optional<std::uint8_t> reason;
    std::vector<TestExtension> extensions;
    crypto::WallClock since = kTestNow - std::chrono::days(2);
    bool negative_serial = false;
};

struct CrlFields {
    std::vector<CrlEntryFields> entries;
    crypto::WallClock this_update = kTestNow - std::chrono::days(1);
    std::optional<crypto::WallClock> next_update = kTestNow + std::chrono::days(1);
    std::optional<std::uint64_t> number;
    std::optional<std::uint64_t> base_number;       // of a delta
    std::optional<base::Bytes> distribution_point;  // contents of the IssuingDistributionPoint
    std::vector<TestExtension> extensions;
    std::string hash = "SHA-256";
};
base::Bytes crl_der(const CrlFields& fields, const TestIssuer& issuer);

struct OcspFields {
    std::uint64_t serial = 1;
    std::string issuer_name;                // of the CertID; "": the issuer's own
    std::optional<base::Bytes> issuer_key;  // SubjectPublicKeyInfo, likewise
    bool sha256 = false;                    // in the CertID
    base::Bytes status = {0x80, 0x00};      // good
    crypto::WallClock this_update = kTestNow - std::chrono::hours(1);
    std::optional<crypto::WallClock> next_update = kTestNow + std::chrono::hours(1);
    std::vector<TestExtension> extensions;  // of the response
    std::vector<base::Bytes> certificates;
    std::uint8_t response_status = 0;
    std::string hash = "SHA-256";
};
base::Bytes revoked_status(crypto::WallClock since, std::optional<std::uint8_t> reason);
base::Bytes ocsp_der(const OcspFields& fields, const TestIssuer& issuer, const TestKey& signer);

}  // namespace xfrmd::tests
