#include "ike/crypto/mac_table.h"

#include <algorithm>
#include <array>

#include "ike/crypto/aes_xcbc.h"

namespace xfrmd::crypto {

using policy::IntegrityId;
using policy::PrfId;

namespace {

constexpr std::string_view kXcbc = "XCBC(AES-128)";
constexpr std::string_view kCmac = "CMAC(AES-128)";

// RFC 2403, 2404, 3566, 4494, 4595 (untruncated MD5 and SHA-1), 4868.
constexpr std::array<IntegrityTraits, 10> kIntegrity{{
    {IntegrityId::hmac_md5_96, "HMAC(MD5)", 16, 12},
    {IntegrityId::hmac_sha1_96, "HMAC(SHA-1)", 20, 12},
    {IntegrityId::aes_xcbc_96, kXcbc, 16, 12},
    {IntegrityId::hmac_md5_128, "HMAC(MD5)", 16, 16},
    {IntegrityId::hmac_sha1_160, "HMAC(SHA-1)", 20, 20},
    {IntegrityId::aes_cmac_96, kCmac, 16, 12},
    {IntegrityId::hmac_sha2_256_128, "HMAC(SHA-256)", 32, 16},
    {IntegrityId::hmac_sha2_384_192, "HMAC(SHA-384)", 48, 24},
    {IntegrityId::hmac_sha2_512_256, "HMAC(SHA-512)", 64, 32},
    {IntegrityId::hmac_sha2_256_96, "HMAC(SHA-256)", 32, 12},
}};

// RFC 2104, 4434, 4615, 4868.
constexpr std::array<PrfTraits, 7> kPrfs{{
    {PrfId::hmac_md5, "HMAC(MD5)", "MD5", 16},
    {PrfId::hmac_sha1, "HMAC(SHA-1)", "SHA-1", 20},
    {PrfId::aes128_xcbc, kXcbc, "", 16},
    {PrfId::hmac_sha2_256, "HMAC(SHA-256)", "SHA-256", 32},
    {PrfId::hmac_sha2_384, "HMAC(SHA-384)", "SHA-384", 48},
    {PrfId::hmac_sha2_512, "HMAC(SHA-512)", "SHA-512", 64},
    {PrfId::aes128_cmac, kCmac, "", 16},
}};

}  // namespace

const IntegrityTraits* find_integrity(IntegrityId id) {
    const auto* const found = std::ranges::find(kIntegrity, id, &IntegrityTraits::id);
    return found == kIntegrity.end() ? nullptr : found;
}

const PrfTraits* find_prf(PrfId id) {
    const auto* const found = std::ranges::find(kPrfs, id, &PrfTraits::id);
    return found == kPrfs.end() ? nullptr : found;
}

std::unique_ptr<Botan::MessageAuthenticationCode> make_mac(std::string_view name) {
    if (name == kXcbc) return std::make_unique<AesXcbc>();
    return Botan::MessageAuthenticationCode::create_or_throw(name);
}

}  // namespace xfrmd::crypto
