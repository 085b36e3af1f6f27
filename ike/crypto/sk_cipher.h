// Protection of the Encrypted payload in one direction (RFC 7296 3.14; RFC 5282 for AEADs). The caller gives the
// message up to and including the SK payload's generic header as associated data, and gets or gives IV | ciphertext |
// ICV. IVs are random for CBC, a counter for AEAD and CTR ciphers: never repeated under one key.
#pragma once

#include <memory>

#include "ike/base/random.h"
#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/suite.h"

namespace xfrmd::crypto {

class SkProtection;

class SkCipher {
public:
    // Keys of the sizes that key_bytes() names. A SkCipher is for one direction, so its Botan objects are made at the
    // first seal() or open(), each once.
    SkCipher(const IkeSuite& suite, base::SecretBytes encryption_key, const base::SecretBytes& integrity_key);
    SkCipher(SkCipher&&) noexcept;
    SkCipher& operator=(SkCipher&&) noexcept;
    ~SkCipher();

    // Length of seal()'s result for this many bytes of inner payloads: IV, padded ciphertext with Pad Length, ICV.
    std::size_t sealed_size(std::size_t plaintext) const;
    // Pads, encrypts, authenticates. `associated` already holds the final lengths in its headers. Empty when an IV
    // would come again, which takes 2^64 messages.
    base::Bytes seal(base::ByteView associated, base::ByteView plaintext, base::Random& random);
    // Checks the ICV before anything else, decrypts, strips padding. Errors: EncryptedPayloadMalformed (too short for
    // IV, block and ICV, bad pad length), IntegrityCheckFailed.
    base::Result<base::Bytes> open(base::ByteView associated, base::ByteView sealed);

private:
    std::unique_ptr<SkProtection> protection_;
};

}  // namespace xfrmd::crypto
