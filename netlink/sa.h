// What an SA is to the kernel (RFC 4301 4.4.2), as values. Knows nothing of IKE; algorithm names are those of Linux
// (netlink/algorithms.h has the list). Keys live in SecretBytes, so an SaSpec is moved or cloned on purpose, never
// copied.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "ike/base/address.h"
#include "ike/base/secret_bytes.h"
#include "netlink/selector.h"

namespace xfrmd::netlink {

// RFC 4303 2.1: 1..255 are reserved, 0 is never on the wire. Host order.
enum class Spi : std::uint32_t {};
// Joins policies to the states that serve them; 0 is none.
enum class Reqid : std::uint32_t {};

enum class Mode : std::uint8_t { transport, tunnel };

inline constexpr std::uint8_t kEsp = 50;

struct SaId {
    base::Address destination;
    Spi spi{};
    std::uint8_t protocol = kEsp;
    friend auto operator<=>(const SaId&, const SaId&) = default;
};

// RFC 3948: UDP encapsulation of ESP. As the SA's packets have them: an inbound SA's source port is the peer's.
struct UdpEncapsulation {
    std::uint16_t source_port = 4500;
    std::uint16_t destination_port = 4500;
    friend bool operator==(const UdpEncapsulation&, const UdpEncapsulation&) = default;
};

// `key` includes the salt that follows the key proper (RFC 4106 8.1, RFC 4309 7.1, RFC 7634 2). Sizes in bits.
struct Aead {
    std::string name;  // "rfc4106(gcm(aes))"
    base::SecretBytes key;
    std::uint32_t icv_bits = 128;
};
// AES-CTR's `cipher_key` includes the nonce (RFC 3686 5.1).
struct CipherAndMac {
    std::string cipher;  // "cbc(aes)", "ecb(cipher_null)"
    base::SecretBytes cipher_key;
    std::string mac;  // "hmac(sha256)"; empty for none
    base::SecretBytes mac_key;
    std::uint32_t icv_bits = 0;
};
using Algorithms = std::variant<Aead, CipherAndMac>;

Algorithms clone(const Algorithms& algorithms);

inline constexpr std::uint32_t kLargestReplayWindow = 4096;

struct SaSpec {
    base::Address source;
    SaId id;
    Reqid reqid{};
    Mode mode = Mode::tunnel;
    Algorithms algorithms;
    std::optional<UdpEncapsulation> encapsulation;
    std::optional<Selector> selector;  // transport mode only: what the SA itself accepts; nullopt is anything
    // Packets, 0..kLargestReplayWindow; 0 is off, which RFC 4303 3.4.3 forbids with ESN. Counts for inbound SAs only.
    std::uint32_t replay_window = 32;
    bool esn = false;
    bool inbound = false;
};

SaSpec clone(const SaSpec& sa);

// "10.0.0.1 -> 10.0.0.2 spi 0xc1234567"
std::string to_string(const SaSpec& sa);
std::string to_string(const SaId& id);  // "10.0.0.2 spi 0xc1234567"

// What the kernel tells of an SA it has. Times are its wall clock's.
struct SaState {
    SaId id;
    base::Address source;
    Reqid reqid{};
    Mode mode = Mode::tunnel;
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    std::chrono::sys_seconds added;
    // The last packet where the kernel tells (XFRMA_LASTUSED), else the first one; nullopt before any.
    std::optional<std::chrono::sys_seconds> used;
};

}  // namespace xfrmd::netlink
