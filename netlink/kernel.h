// The port to Linux's XFRM framework: what an SA and a policy are, and the few things one can ask for. Knows nothing of IKE.
// Three implementations: XfrmKernel (libmnl, the real one), MemoryKernel (a faithful small model) and FailingKernel (refuses
// the n-th change). One contract test runs against all. One thread uses an instance; calls are synchronous, as XFRM netlink is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "ike/base/address.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::netlink {

// RFC 4303 2.1: 1..255 are reserved, 0 is never on the wire. Host order.
enum class Spi : std::uint32_t {};
// Joins policies to the states that serve them; 0 is none.
enum class Reqid : std::uint32_t {};

enum class Mode : std::uint8_t { transport, tunnel };
enum class Direction : std::uint8_t { in, out, forward };

// What the kernel said: an errno and, where it gave one, its extended-ack text. Transport failures carry an errno, too.
struct KernelError {
    int errno_value = 0;
    std::string text;  // "EEXIST: File exists" or with the kernel's own words behind it
};
template <typename T>
using KernelResult = tl::expected<T, KernelError>;

struct SaId {
    base::Address destination;
    Spi spi{};
    std::uint8_t protocol = 50;  // IPPROTO_ESP
    friend auto operator<=>(const SaId&, const SaId&) = default;
};

// RFC 3948: UDP encapsulation of ESP between these ports.
struct UdpEncapsulation {
    std::uint16_t source_port = 4500;
    std::uint16_t destination_port = 4500;
    friend bool operator==(const UdpEncapsulation&, const UdpEncapsulation&) = default;
};

// Linux crypto API names; `key` includes an AEAD's salt (RFC 4106 8.1 and the like). Sizes in bits.
struct Aead {
    std::string name;  // "rfc4106(gcm(aes))"
    base::SecretBytes key;
    std::uint32_t icv_bits = 128;
};
struct CipherAndMac {
    std::string cipher;  // "cbc(aes)", "ecb(cipher_null)"
    base::SecretBytes cipher_key;
    std::string mac;  // "hmac(sha256)"; empty for none
    base::SecretBytes mac_key;
    std::uint32_t icv_bits = 0;
};

// Which packets. Prefixes, as the kernel knows no ranges; `port_mask` 0 is any port.
struct Selector {
    base::Prefix source;
    base::Prefix destination;
    std::uint8_t protocol = 0;  // 0 any
    std::uint16_t source_port = 0, source_port_mask = 0;
    std::uint16_t destination_port = 0, destination_port_mask = 0;
    friend bool operator==(const Selector&, const Selector&) = default;
};

struct SaSpec {
    base::Address source;
    SaId id;
    Reqid reqid{};
    Mode mode = Mode::tunnel;
    std::variant<Aead, CipherAndMac> algorithms;
    std::optional<UdpEncapsulation> encapsulation;
    std::optional<Selector> selector;  // transport mode: what the SA itself accepts
    std::uint32_t replay_window = 32;  // packets, 0..4096; 0 is off
    bool esn = false;
    bool inbound = false;
};

struct PolicySpec {
    Direction direction = Direction::out;
    Selector selector;
    std::uint32_t priority = 0;  // the kernel prefers the lowest
    Mode mode = Mode::tunnel;
    std::uint8_t protocol = 50;
    Reqid reqid{};
    base::Address source;       // of the template: outer addresses
    base::Address destination;
    Spi spi{};                  // 0: any SA with this reqid
};
struct PolicyId {
    Direction direction = Direction::out;
    Selector selector;
    friend bool operator==(const PolicyId&, const PolicyId&) = default;
};

// What the kernel tells of an SA it has.
struct SaState {
    SaId id;
    Reqid reqid{};
    Mode mode = Mode::tunnel;
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    std::chrono::sys_seconds added;
    std::optional<std::chrono::sys_seconds> used;
};
struct PolicyState {
    PolicyId id;
    std::uint32_t priority = 0;
    Reqid reqid{};
};

// One change. A batch is a list of them; the kernel does not stop at a failing one, so every change has its own result.
struct AddSa { SaSpec sa; };          // EEXIST where the SPI is taken
struct UpdateSa { SaSpec sa; };       // ESRCH where it is gone
struct DeleteSa { SaId id; };         // ESRCH where it is gone
struct AddPolicy { PolicySpec policy; };     // EEXIST
struct UpdatePolicy { PolicySpec policy; };  // adds where there is none
struct DeletePolicy { PolicyId id; };        // ENOENT
using Change = std::variant<AddSa, UpdateSa, DeleteSa, AddPolicy, UpdatePolicy, DeletePolicy>;

class Kernel {
public:
    virtual ~Kernel() = default;

    // In order; one result for each change. More than 64 are sent in several rounds.
    virtual std::vector<KernelResult<void>> apply(std::span<const Change> changes) = 0;
    virtual KernelResult<SaState> find_sa(const SaId& id) = 0;
    virtual KernelResult<std::vector<SaState>> list_sas() = 0;
    // Policies of sockets are not listed.
    virtual KernelResult<std::vector<PolicyState>> list_policies() = 0;
    // Can it do ESP at all, for either family? The text is one sentence for the operator.
    virtual KernelResult<void> probe() = 0;
};

}  // namespace xfrmd::netlink
