// What CAs sign beside certificates has one form (RFC 5280 4.1.1, RFC 6960 4.2.1): SEQUENCE { what is signed,
// algorithm, signature }. Internal to ike/crypto.
#pragma once

#include "ike/base/bytes.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/der.h"

namespace xfrmd::crypto {

struct SignedObject {
    base::ByteView content;    // whole element
    base::ByteView algorithm;  // whole AlgorithmIdentifier
    base::ByteView signature;
};

// The three elements, from inside their SEQUENCE; what follows is left. A bad one leaves `in` invalid.
SignedObject read_signed_object(DerReader& in);

// Is it signed with the certificate's key, and a hash that nobody forges?
bool is_signed_by(const SignedObject& object, const Certificate& signer);

}  // namespace xfrmd::crypto
