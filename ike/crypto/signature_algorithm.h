// The AlgorithmIdentifier that stands before a signature of method 14 (RFC 7427 3 and A, RFC 8420 A,
// draft-ietf-ipsecme-ikev2-pqc-auth B; PSS as in RFC 4055 3.1). It is an index, not a structure to be understood: what
// is known is compared whole, byte by byte.
#pragma once

#include "ike/base/bytes.h"
#include "ike/base/result.h"
#include "ike/policy/signature_scheme.h"

namespace xfrmd::crypto {

// DER without the length octet of RFC 7427 3. Only for schemes that are meaningful; empty for others.
base::Bytes encode_algorithm(const policy::SignatureScheme& scheme);

// Exact DER. SHA-1 is known here: whether it is accepted is the caller's to say (RFC 8247 4.2 says no).
// Error: AuthenticationMethodUnacceptable for everything unknown.
base::Result<policy::SignatureScheme> decode_algorithm(base::ByteView der);

}  // namespace xfrmd::crypto
