// From a peer's certificate to a CA that is trusted (RFC 5280 6): signatures, validity, basic and name constraints, key
// usages, critical extensions. Whether one of them is revoked is asked afterwards, for the path found (revocation.h).
// Pure: the time is an argument.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ike/base/result.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/path_cache.h"
#include "ike/crypto/trust_store.h"

namespace xfrmd::crypto {

// No RFC says how much a peer may send; these are well above what anybody uses.
struct PathLimits {
    std::size_t offered = 16;            // certificates beside the end one
    std::size_t offered_bytes = 131072;  // of all of them
    std::size_t length = 8;              // certificates in a path, both ends included
    std::size_t signature_checks = 32;   // made in all until a path is found
};

// `offered` are the peer's other certificates, believed nothing. `cache` may be null. Of several paths the first that
// is valid counts. Constraints on names of mail and URIs are not evaluated: with them, a certificate that has such
// names is refused. Error: CertificateUntrusted; the detail says which certificate and what is wrong with it:
// "certificate 'CN=moon' has expired on 2026-01-31 12:00:00 UTC".
base::Result<ValidPath> validate(const Certificate& end, std::span<const Certificate> offered, const TrustStore& trust,
                                 WallClock now, const PathLimits& limits, PathCache* cache);

// The policies of the end certificate that hold for the path: each CA below the anchor has them, or any policy (RFC
// 5280 6.1.3 (d)). Mappings are not followed. "1.3.6.1.4.1.36906.1.1.1", in the order of the certificate.
std::vector<std::string> valid_policies(const ValidPath& path);

}  // namespace xfrmd::crypto
