// What the encryption transforms are made of: sizes for the wire and the keying material, and the name under which
// Botan knows them. Internal to ike/crypto; the sizes are public through suite.h.
#pragma once

#include <cstdint>
#include <string>

#include "ike/policy/transform.h"

namespace xfrmd::crypto {

enum class CipherKind : std::uint8_t { null, cbc, ctr, aead };

struct CipherTraits {
    policy::EncryptionId id;
    CipherKind kind;
    // Botan's name is `prefix` alone, or `prefix` KEYBITS `suffix` for ciphers with a Key Length attribute. Empty for
    // what only the kernel runs.
    const char* prefix;
    const char* suffix;
    std::uint8_t fixed_key_bytes;  // 0: the Key Length attribute decides (128, 192 or 256)
    std::uint8_t salt_bytes;
    std::uint8_t iv_bytes;
    std::uint8_t block_bytes;  // what plaintext and Pad Length are padded to
    std::uint8_t icv_bytes;    // of the cipher itself; 0 where an integrity transform gives it
    bool has_key_length;
    bool in_esp;

    bool in_ike() const { return prefix[0] != '\0'; }
    // RFC 7296 3.3.5: the attribute must be there for variable sizes and must not for fixed ones.
    bool accepts(std::uint16_t key_bits) const;
    // Without the salt.
    std::size_t cipher_key_bytes(std::uint16_t key_bits) const;
    std::string botan_name(std::uint16_t key_bits) const;
};

// nullptr for a cipher this build does not know.
const CipherTraits* find_cipher(policy::EncryptionId id);

}  // namespace xfrmd::crypto
