// What an SA is to the kernel (RFC 4301 4.4.2), as values. Knows nothing of IKE. Asked for as an SaSpec, told as an
// SaState; both have the SaProperties in common, so what is wanted can be compared with what is there (difference()).
#pragma once

#include <chrono>
#include <optional>

#include "ike/base/address.h"
#include "netlink/lifetime.h"
#include "netlink/mark.h"
#include "netlink/sa_algorithms.h"
#include "netlink/sa_progress.h"
#include "netlink/selector.h"

namespace xfrmd::netlink {

// Host order. 1..255 are reserved, 0 is never on the wire (RFC 4303 2.1, RFC 4302 2.4). IPComp's CPI is one of 16 bits.
enum class Spi : std::uint32_t {};
// Joins policies to the states that serve them; 0 is none.
enum class Reqid : std::uint32_t {};

// RFC 4301 4.1; BEET is a tunnel between two fixed inner addresses, sent without them; IP-TFS is RFC 9347.
enum class Mode : std::uint8_t { transport, tunnel, beet, iptfs };

inline constexpr std::uint8_t kEsp = 50;
inline constexpr std::uint8_t kAh = 51;
inline constexpr std::uint8_t kIpComp = 108;

// Linux looks an SA up by destination, SPI, protocol, and mark: one whose mark is {v, m} is found by any x with x & m
// == v, so an SA without mark is found by all, and takes its SPI from all. Say the SA's own mark.
struct SaId {
    base::Address destination;
    Spi spi{};
    std::uint8_t protocol = kEsp;
    Mark mark = {};
    friend auto operator<=>(const SaId&, const SaId&) = default;
};

// RFC 3948: UDP encapsulation of ESP. As the SA's packets have them: an inbound SA's source port is the peer's.
struct UdpEncapsulation {
    std::uint16_t source_port = 4500;
    std::uint16_t destination_port = 4500;
    friend bool operator==(const UdpEncapsulation&, const UdpEncapsulation&) = default;
};

// Work that a NIC is to do: the cryptography (and the rest if it cannot: Linux then falls back without a word, which
// SaState tells), or everything (refused where it cannot).
enum class OffloadKind : std::uint8_t { crypto, packet };
struct Offload {
    std::uint32_t interface = 0;  // its index
    OffloadKind kind = OffloadKind::crypto;
    friend bool operator==(const Offload&, const Offload&) = default;
};

// RFC 9347's knobs; nullopt is the kernel's choice. The first two are the receiver's, the others the sender's.
struct IpTfs {
    std::optional<std::uint32_t> drop_time_microseconds;
    std::optional<std::uint16_t> reorder_window;  // packets
    bool dont_fragment = false;
    std::optional<std::uint32_t> initial_delay_microseconds;
    std::optional<std::uint32_t> queue_bytes;
    std::optional<std::uint32_t> packet_bytes;  // 0: the path's MTU
};

// Only the receiver asks for in-things and only the sender for out-things: what is said for the other is left out.
struct SaFlags {
    bool copy_df = true;             // out: the inner packet's Don't Fragment to the outer one
    bool copy_ecn = true;            // both (RFC 6040)
    bool copy_dscp_in = false;       // in: from the outer packet to the inner one
    bool copy_dscp_out = true;       // out: from the inner packet to the outer one
    bool icmp = false;               // in: accept ICMP errors about the SA's packets from anybody
    bool sequence_may_wrap = false;  // out: RFC 4303 3.3.3 allows it where the receiver does not look, so manual SAs
    friend bool operator==(const SaFlags&, const SaFlags&) = default;
};

inline constexpr std::uint32_t kLargestReplayWindow = 4096;

struct SaProperties {
    base::Address source;
    SaId id;
    Reqid reqid{};
    Mode mode = Mode::tunnel;
    std::optional<UdpEncapsulation> encapsulation;
    // What the SA itself accepts; nullopt is anything. BEET wants one, of two hosts: the addresses inside. Transport
    // mode may have one, tunnels have none.
    std::optional<Selector> selector;
    // Packets, 0..kLargestReplayWindow; 0 is off, which RFC 4303 3.4.3 forbids with ESN. Counts for inbound SAs only.
    std::uint32_t replay_window = 32;
    bool esn = false;
    SaFlags flags;
    Mark output_mark;  // put on packets after the SA has worked on them
    std::uint32_t if_id = 0;
    std::uint32_t tfc_bytes = 0;           // ESP tunnels, out: pad packets up to this (RFC 4303 2.7), 0 off
    std::chrono::seconds nat_keepalive{};  // UDP encapsulation, out: the kernel sends RFC 3948 2.3's itself; 0 off
    std::optional<std::uint32_t> cpu;      // RFC 9611: this SA is for that CPU
    Lifetime lifetime;
    std::optional<Offload> offload;
    friend bool operator==(const SaProperties&, const SaProperties&) = default;
};

struct SaSpec : SaProperties {
    Algorithms algorithms;
    bool inbound = false;
    // For kernels that have it (KernelFeatures::sa_direction): they check the direction of packets then. With cpu,
    // nat_keepalive and IP-TFS, which are newer, it is told in any case: see tells_direction().
    bool tell_direction = false;
    std::uint32_t acquire_sequence = 0;  // of the ACQUIRE that this answers: its larval SA goes; 0 none
    IpTfs iptfs;                         // for Mode::iptfs
    std::optional<SaProgress> progress;  // of the SA that this one goes on from; nothing: it is a new one
};

SaSpec clone(const SaSpec& sa);

bool tells_direction(const SaSpec& sa);

// What remains of a spec in its direction and mode: as the kernel will keep it. Two ways to ask for the same are equal.
SaProperties effective(const SaSpec& sa);

// "10.0.0.1 -> 10.0.0.2 spi 0xc1234567"
std::string to_string(const SaProperties& sa);
// "10.0.0.2 spi 0xc1234567", "10.0.0.2 ah spi 0xc1234567 mark 0x1/0xff"
std::string to_string(const SaId& id);

// What the kernel tells of an SA it has. Times are its wall clock's.
struct SaState : SaProperties {
    AlgorithmNames algorithms;
    std::optional<bool> inbound;  // where the kernel was told
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    std::chrono::sys_seconds added;
    // The last packet where the kernel tells (XFRMA_LASTUSED), else the first one; nullopt before any.
    std::optional<std::chrono::sys_seconds> used;
};

// Linux puts a larval SA where a packet met a template without SA, and waits for an answer to its ACQUIRE. It has the
// template's SPI, so one may stand where the template's SA has gone; it carries nothing, and has no algorithms.
bool is_larval(const SaState& sa);

// What the kernel has in another way than it was asked for, in one word for the log: "reqid", "mode", ...; empty where
// nothing. Keys cannot be compared, and an offload that fell back is no difference.
std::string difference(const SaSpec& wanted, const SaState& had);

}  // namespace xfrmd::netlink
