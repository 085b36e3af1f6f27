// From a peer's certificate to a CA that is trusted (RFC 5280 6): signatures, validity, basic and name constraints, key
// usages, critical extensions. Whether one of them is revoked is asked afterwards, for the path found (revocation.h).
// Pure: the time is an argument.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ike/base/result.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/path_cache.h"

namespace xfrmd::crypto {

// What the operator trusts. Immutable and cheap to copy.
class TrustStore {
public:
    // `authorities`: CA certificates. Those that are self-signed are anchors, the others help on the way to one.
    // `pinned`: end certificates that are trusted as they are, without any CA.
    // Error: ConfigurationInvalid, where an authority is no CA.
    static base::Result<TrustStore> make(std::vector<Certificate> authorities, std::vector<Certificate> pinned);
    TrustStore();

    const std::vector<Certificate>& authorities() const;
    const std::vector<Certificate>& pinned() const;
    // Of all that is in it: the same content is the same store to PathCache.
    const Sha256& digest() const;

private:
    friend struct TrustStoreAccess;
    struct Impl;
    std::shared_ptr<const Impl> impl_;
};

// RFC 8019 does not say how much a peer may send; these are well above what anybody uses.
struct PathLimits {
    std::size_t offered = 16;                // certificates beside the end one
    std::size_t offered_bytes = 128 * 1024;  // of all of them
    std::size_t length = 8;                  // certificates in a path, both ends included
    std::size_t signature_checks = 32;       // tried in all until a path is found
};

// `offered` are the peer's other certificates, believed nothing. `cache` may be null. Of several paths the first that
// is valid counts. Errors: PayloadCountExceeded (too many or too large), CertificateUntrusted; the detail says which
// certificate and what is wrong with it: "certificate 'CN=moon' has expired on 2026-01-31 12:00:00".
base::Result<ValidPath> validate(const Certificate& end, std::span<const Certificate> offered, const TrustStore& trust,
                                 WallClock now, const PathLimits& limits, PathCache* cache);

}  // namespace xfrmd::crypto
