// OCSP (RFC 6960, in the profile of RFC 5019): the question to ask about one certificate, and what an answer says.
// No nonces: an answer counts for as long as it says itself, so it may come from a cache, or from the peer (RFC 4806).
#pragma once

#include <span>

#include "ike/base/bytes.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/revocation.h"

namespace xfrmd::crypto {

// OCSPRequest in DER (RFC 5019 2.1.1), to be posted as application/ocsp-request. `issuer` has issued `subject`.
base::Bytes encode_ocsp_request(const Certificate& subject, const Certificate& issuer);

// What an OCSPResponse, DER of at most kMostOcspBytes, says of `subject`, which `issuer` has issued. It counts if it is
// signed by `issuer`, by whom `issuer` has certified for it (OCSPSigning), or by one of `responders`, whom the operator
// trusts with it; whether these are revoked is not asked. Without nextUpdate it counts for kOcspLife from thisUpdate.
Judgement judge_ocsp(base::ByteView response, const Certificate& subject, const Certificate& issuer, WallClock now,
                     std::span<const Certificate> responders = {});

inline constexpr std::size_t kMostOcspBytes = 65536;
inline constexpr std::chrono::hours kOcspLife{1};

}  // namespace xfrmd::crypto
