// What passphrases encrypt in files of keys and certificates: PBES2 with PBKDF2 (RFC 8018 6.2), and the 3DES scheme of
// PKCS#12 (RFC 7292 C). Internal to ike/crypto.
#pragma once

#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::crypto {

// `algorithm`: the whole AlgorithmIdentifier. Error: ConfigurationInvalid: "is encrypted, and the secret does not fit",
// "is encrypted in a way that is not supported".
base::Result<base::SecretBytes> decrypt_with_passphrase(base::ByteView algorithm, base::ByteView data,
                                                        base::ByteView passphrase);

// EncryptedPrivateKeyInfo ::= SEQUENCE { encryptionAlgorithm, encryptedData OCTET STRING } (RFC 5958 3). Errors
// likewise.
base::Result<base::SecretBytes> decrypt_private_key_info(base::ByteView der, base::ByteView passphrase);

}  // namespace xfrmd::crypto
