// What an SA computes, as Linux names it (netlink/algorithms.h has the list). Keys live in SecretBytes, so Algorithms
// are moved or cloned on purpose, never copied. Sizes in bits.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "ike/base/secret_bytes.h"

namespace xfrmd::netlink {

// ESP. `key` includes the salt that follows the key proper (RFC 4106 8.1, RFC 4309 7.1, RFC 4543 5.1, RFC 7634 2).
struct Aead {
    std::string name;  // "rfc4106(gcm(aes))"
    base::SecretBytes key;
    std::uint32_t icv_bits = 128;
};
// ESP. AES-CTR's `cipher_key` includes the nonce (RFC 3686 5.1).
struct CipherAndMac {
    std::string cipher;  // "cbc(aes)", "ecb(cipher_null)"
    base::SecretBytes cipher_key;
    std::string mac;  // "hmac(sha256)"; empty for none
    base::SecretBytes mac_key;
    std::uint32_t icv_bits = 0;
};
// AH (RFC 4302).
struct Mac {
    std::string name;  // "hmac(sha256)"
    base::SecretBytes key;
    std::uint32_t icv_bits = 0;
};
// IPComp (RFC 3173).
struct Compression {
    std::string name;  // "deflate"
};
using Algorithms = std::variant<Aead, CipherAndMac, Mac, Compression>;

Algorithms clone(const Algorithms& algorithms);

// The same without keys, for what is only looked at. An AEAD is a cipher with an ICV and no MAC.
struct AlgorithmNames {
    std::string cipher;
    std::uint32_t cipher_key_bits = 0;
    std::string mac;
    std::uint32_t mac_key_bits = 0;
    std::uint32_t icv_bits = 0;
    std::string compression;
    friend bool operator==(const AlgorithmNames&, const AlgorithmNames&) = default;
};

AlgorithmNames names_of(const Algorithms& algorithms);

}  // namespace xfrmd::netlink
