// The ESP, AH and IPComp algorithms of Linux that xfrmd asks for: crypto API names, key sizes and ICV sizes, all in
// bits. Facts only (net/xfrm/xfrm_algo.c and the crypto templates behind it); what an IKE transform becomes is decided
// by the daemon.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace xfrmd::netlink {

enum class AlgorithmKind : std::uint8_t { aead, cipher, mac, compression };

struct KernelAlgorithm {
    AlgorithmKind kind;
    std::string_view name;
    // Unused places are 0, and 0 is not a size, except for what has no key.
    std::array<std::uint16_t, 3> key_bits;  // with salt or nonce
    std::array<std::uint16_t, 3> icv_bits;
};

inline constexpr std::array kKernelAlgorithms{
    // RFC 4106 8.1, RFC 4543: AES key and 32 bits of salt; RFC 4309 7.1: 24 bits; RFC 7634 2: 32 bits
    KernelAlgorithm{AlgorithmKind::aead, "rfc4106(gcm(aes))", {160, 224, 288}, {64, 96, 128}},
    KernelAlgorithm{AlgorithmKind::aead, "rfc4543(gcm(aes))", {160, 224, 288}, {128}},
    KernelAlgorithm{AlgorithmKind::aead, "rfc4309(ccm(aes))", {152, 216, 280}, {64, 96, 128}},
    KernelAlgorithm{AlgorithmKind::aead, "rfc7539esp(chacha20,poly1305)", {288}, {128}},
    // RFC 3602, RFC 3686 5.1 (AES key and 32 bits of nonce), RFC 2451, RFC 2405, RFC 4312 (Linux has Camellia in CBC
    // mode only), RFC 2410
    KernelAlgorithm{AlgorithmKind::cipher, "cbc(aes)", {128, 192, 256}, {}},
    KernelAlgorithm{AlgorithmKind::cipher, "rfc3686(ctr(aes))", {160, 224, 288}, {}},
    KernelAlgorithm{AlgorithmKind::cipher, "cbc(des3_ede)", {192}, {}},
    KernelAlgorithm{AlgorithmKind::cipher, "cbc(des)", {64}, {}},
    KernelAlgorithm{AlgorithmKind::cipher, "cbc(camellia)", {128, 192, 256}, {}},
    KernelAlgorithm{AlgorithmKind::cipher, "ecb(cipher_null)", {}, {}},
    // RFC 2404, RFC 4868 2.3 (and the 96 bits of its draft, which some peers kept), RFC 2403, RFC 3566, RFC 4494; the
    // untruncated SHA-1 and MD5 are RFC 4595's
    KernelAlgorithm{AlgorithmKind::mac, "hmac(sha1)", {160}, {96, 160}},
    KernelAlgorithm{AlgorithmKind::mac, "hmac(sha256)", {256}, {96, 128}},
    KernelAlgorithm{AlgorithmKind::mac, "hmac(sha384)", {384}, {192}},
    KernelAlgorithm{AlgorithmKind::mac, "hmac(sha512)", {512}, {256}},
    KernelAlgorithm{AlgorithmKind::mac, "hmac(md5)", {128}, {96, 128}},
    KernelAlgorithm{AlgorithmKind::mac, "xcbc(aes)", {128}, {96}},
    KernelAlgorithm{AlgorithmKind::mac, "cmac(aes)", {128}, {96}},
    // RFC 2394
    KernelAlgorithm{AlgorithmKind::compression, "deflate", {}, {}},
};

}  // namespace xfrmd::netlink
