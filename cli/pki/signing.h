// What a CA signs has one form (RFC 5280 4.1.1, 5.1.1): SEQUENCE { what is signed, algorithm, signature }.
#pragma once

#include "cli/pki/trouble.h"
#include "ike/base/random.h"
#include "ike/crypto/private_key.h"

namespace xfrmd::cli::pki {

// How this key signs: its algorithm in DER, which also stands inside of what is signed. RSA by PKCS#1 v1.5, which
// everybody reads; the hash is as strong as the key.
base::Bytes signature_algorithm(const crypto::PublicKey& key);

// `content`: in DER, with that algorithm in it.
Outcome<base::Bytes> sign(base::ByteView content, const crypto::PrivateKey& key, base::Random& random);

}  // namespace xfrmd::cli::pki
