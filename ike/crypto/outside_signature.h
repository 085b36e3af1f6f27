// Signatures whose last step somebody else takes, who has the key: what that step is given, what is made of its result,
// and whose key it is. In the terms of PKCS#11, whose plainest mechanisms every token has: CKM_RSA_PKCS,
// CKM_RSA_PKCS_PSS, CKM_ECDSA and CKM_EDDSA. No secrets.
#pragma once

#include "ike/base/result.h"
#include "ike/crypto/public_key.h"

namespace xfrmd::crypto {

// For PKCS#1 v1.5 a DigestInfo (RFC 8017 9.2), which is only to be padded; for PSS and ECDSA the hash; for the Edwards
// curves the message. Error: AuthenticationMethodUnacceptable, where there is no such scheme.
base::Result<base::Bytes> signature_input(const policy::SignatureScheme& scheme, base::ByteView message);

// The result, as PrivateKey::sign gives it. `raw`: of ECDSA r | s, of equal length. Error: SigningFailed, where it is
// not.
base::Result<base::Bytes> finished_signature(const policy::SignatureScheme& scheme, EcdsaFormat format,
                                             base::Bytes raw);

// Of big-endian numbers, as CKA_MODULUS and CKA_PUBLIC_EXPONENT. Error: PublicKeyUnacceptable.
base::Result<PublicKey> rsa_public_key(base::ByteView modulus, base::ByteView exponent);
// Of what CKA_EC_PARAMS and CKA_EC_POINT are: ECParameters in DER, and the point in an OCTET STRING or, as some tokens
// have it, without one. Error: PublicKeyUnacceptable.
base::Result<PublicKey> ecdsa_public_key(base::ByteView parameters, base::ByteView point);

}  // namespace xfrmd::crypto
