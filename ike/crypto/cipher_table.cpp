#include "ike/crypto/cipher_table.h"

#include <algorithm>
#include <array>

namespace xfrmd::crypto {

using policy::EncryptionId;

namespace {

constexpr std::uint8_t kVariable = 0;

// RFC 2451, 3602, 3686, 4106, 4309, 4543, 5529, 7634; RFC 5282 for their use in IKE. CCM's nonce has 11 bytes, so L
// is 4. NULL and GMAC protect no secrecy: ESP only (RFC 7296 3.3.2). Linux has no CTR and CCM of Camellia for
// ESP. DES is ESP's alone, too: RFC 8247 2.1 forbids it in IKE.
constexpr std::array<CipherTraits, 18> kCiphers{{
    {EncryptionId::des, CipherKind::cbc, "", "", 8, 0, 8, 8, 0, false, true},
    {EncryptionId::triple_des, CipherKind::cbc, "TripleDES/CBC/NoPadding", "", 24, 0, 8, 8, 0, false, true},
    {EncryptionId::null, CipherKind::null, "", "", 0, 0, 0, 1, 0, false, true},
    {EncryptionId::aes_cbc, CipherKind::cbc, "AES-", "/CBC/NoPadding", kVariable, 0, 16, 16, 0, true, true},
    {EncryptionId::aes_ctr, CipherKind::ctr, "CTR-BE(AES-", ")", kVariable, 4, 8, 1, 0, true, true},
    {EncryptionId::aes_ccm_8, CipherKind::aead, "AES-", "/CCM(8,4)", kVariable, 3, 8, 1, 8, true, true},
    {EncryptionId::aes_ccm_12, CipherKind::aead, "AES-", "/CCM(12,4)", kVariable, 3, 8, 1, 12, true, true},
    {EncryptionId::aes_ccm_16, CipherKind::aead, "AES-", "/CCM(16,4)", kVariable, 3, 8, 1, 16, true, true},
    {EncryptionId::aes_gcm_8, CipherKind::aead, "AES-", "/GCM(8)", kVariable, 4, 8, 1, 8, true, true},
    {EncryptionId::aes_gcm_12, CipherKind::aead, "AES-", "/GCM(12)", kVariable, 4, 8, 1, 12, true, true},
    {EncryptionId::aes_gcm_16, CipherKind::aead, "AES-", "/GCM(16)", kVariable, 4, 8, 1, 16, true, true},
    {EncryptionId::null_aes_gmac, CipherKind::aead, "", "", kVariable, 4, 8, 1, 16, true, true},
    {EncryptionId::camellia_cbc, CipherKind::cbc, "Camellia-", "/CBC/NoPadding", kVariable, 0, 16, 16, 0, true, true},
    {EncryptionId::camellia_ctr, CipherKind::ctr, "CTR-BE(Camellia-", ")", kVariable, 4, 8, 1, 0, true, false},
    {EncryptionId::camellia_ccm_8, CipherKind::aead, "Camellia-", "/CCM(8,4)", kVariable, 3, 8, 1, 8, true, false},
    {EncryptionId::camellia_ccm_12, CipherKind::aead, "Camellia-", "/CCM(12,4)", kVariable, 3, 8, 1, 12, true, false},
    {EncryptionId::camellia_ccm_16, CipherKind::aead, "Camellia-", "/CCM(16,4)", kVariable, 3, 8, 1, 16, true, false},
    {EncryptionId::chacha20_poly1305, CipherKind::aead, "ChaCha20Poly1305", "", 32, 4, 8, 1, 16, false, true},
}};

}  // namespace

bool CipherTraits::accepts(std::uint16_t key_bits) const {
    if (!has_key_length) return key_bits == 0;
    return key_bits == 128 || key_bits == 192 || key_bits == 256;
}

std::size_t CipherTraits::cipher_key_bytes(std::uint16_t key_bits) const {
    return has_key_length ? key_bits / 8U : fixed_key_bytes;
}

std::string CipherTraits::botan_name(std::uint16_t key_bits) const {
    return has_key_length ? prefix + std::to_string(key_bits) + suffix : prefix;
}

const CipherTraits* find_cipher(EncryptionId id) {
    const auto* const found = std::ranges::find(kCiphers, id, &CipherTraits::id);
    return found == kCiphers.end() ? nullptr : found;
}

}  // namespace xfrmd::crypto
