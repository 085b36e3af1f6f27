// The ASN.1 forms of private keys, told apart by their beginning and brought to one. Internal to ike/crypto; may throw
// what Botan throws at DER that is none.
#pragma once

#include <memory>

#include <botan/pk_keys.h>

#include "ike/base/bytes.h"

namespace xfrmd::crypto {

enum class PrivateKeyForm : std::uint8_t {
    pkcs8,            // PrivateKeyInfo or OneAsymmetricKey (RFC 5958 2)
    pkcs8_encrypted,  // EncryptedPrivateKeyInfo (RFC 5958 3)
    rsa,              // RSAPrivateKey (RFC 8017 A.1.2)
    ec,               // ECPrivateKey (RFC 5915 3)
    unknown,
};

PrivateKeyForm form_of(base::ByteView der);

// Of any form but encrypted.
std::unique_ptr<Botan::Private_Key> read_private_key(base::ByteView der);

}  // namespace xfrmd::crypto
