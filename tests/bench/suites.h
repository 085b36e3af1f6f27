// The suites that handshakes are measured with, and how the two sides prove who they are.
#pragma once

#include <string_view>

namespace xfrmd::bench {

struct Suite {
    std::string_view name;
    std::string_view ike;  // proposals
    std::string_view esp;
    std::string_view keys;  // of certificates; empty: pre-shared keys

    bool has_certificates() const { return !keys.empty(); }
};

// A name is the IKE proposal, and behind "+" what kind of certificates there are: tests/bench/handshake.sh takes it
// apart.
inline constexpr Suite kSuites[] = {
    {"aes128-sha256-x25519", "aes128-sha256-x25519", "aes128gcm16", ""},
    {"aes256gcm16-prfsha384-x25519", "aes256gcm16-prfsha384-x25519", "aes256gcm16", ""},
    {"chacha20poly1305-prfsha256-ecp256", "chacha20poly1305-prfsha256-ecp256", "chacha20poly1305", ""},
    {"aes128-sha256-modp2048", "aes128-sha256-modp2048", "aes128-sha256", ""},
    {"aes256-sha512-ecp521", "aes256-sha512-ecp521", "aes256-sha512", ""},
    {"aes128-sha256-x25519+ecdsa-256", "aes128-sha256-x25519", "aes128gcm16", "ecdsa-256"},
    {"aes128-sha256-x25519+rsa-2048", "aes128-sha256-x25519", "aes128gcm16", "rsa-2048"},
    {"aes128-sha256-x25519+ed25519", "aes128-sha256-x25519", "aes128gcm16", "ed25519"},
    {"aes128-sha256-x25519-ke1_mlkem768", "aes128-sha256-x25519-ke1_mlkem768", "aes128gcm16", ""},
    {"aes128-sha256-x25519-ke1_mlkem768+ecdsa-256", "aes128-sha256-x25519-ke1_mlkem768", "aes128gcm16", "ecdsa-256"},
};

}  // namespace xfrmd::bench
