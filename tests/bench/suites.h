// The suites that handshakes are measured with.
#pragma once

#include <string_view>

namespace xfrmd::bench {

struct Suite {
    std::string_view name;  // an IKE proposal string
    std::string_view esp;
};

inline constexpr Suite kSuites[] = {
    {"aes128-sha256-x25519", "aes128gcm16"},
    {"aes256gcm16-prfsha384-x25519", "aes256gcm16"},
    {"chacha20poly1305-prfsha256-ecp256", "chacha20poly1305"},
    {"aes128-sha256-modp2048", "aes128-sha256"},
    {"aes256-sha512-ecp521", "aes256-sha512"},
};

}  // namespace xfrmd::bench
