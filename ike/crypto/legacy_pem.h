// Private keys in PEM that OpenSSL encrypted before there was PKCS#8 ("Proc-Type: 4,ENCRYPTED", RFC 1421 4.6.1.1): the
// key is MD5 over passphrase and IV. Weak, but what old files have. Internal to ike/crypto.
#pragma once

#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/pem.h"

namespace xfrmd::crypto {

bool is_legacy_encrypted(const PemBlock& block);

// The contents in clear. Error: ConfigurationInvalid, for a cipher that is not known, or a passphrase that does not
// fit.
base::Result<base::SecretBytes> decrypt_legacy(const PemBlock& block, base::ByteView passphrase);

}  // namespace xfrmd::crypto
