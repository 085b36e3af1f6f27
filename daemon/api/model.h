// What the management API shows, as plain values: the daemon fills these in, view_json.h turns them into JSON. SPIs are
// in host order; ages count from now. Text that came from a peer has gone through base::printable before it gets here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/address.h"
#include "ike/ipcomp.h"
#include "ike/policy/proposal.h"

namespace xfrmd::daemon::api {

// An IKE SA ("7") or one child of it ("7.12"). Numbers start at 1, are never used again while the daemon runs, and stay
// the same when the SA is rekeyed.
struct SaId {
    std::uint64_t ike = 0;
    std::optional<std::uint64_t> child = std::nullopt;

    std::string to_string() const;
    // nullopt for anything but digits, or digits.digits, of numbers from 1.
    static std::optional<SaId> parse(std::string_view text);
    friend bool operator==(const SaId&, const SaId&) = default;
};

// Each enumeration with the words the API uses for it, in the same order.
enum class IkeSaState : std::uint8_t { connecting, established, rekeying, deleting };
inline constexpr std::string_view kIkeSaStates[] = {"connecting", "established", "rekeying", "deleting"};
enum class ChildSaState : std::uint8_t { installing, installed, rekeying, deleting };
inline constexpr std::string_view kChildSaStates[] = {"installing", "installed", "rekeying", "deleting"};
enum class Role : std::uint8_t { initiator, responder };
inline constexpr std::string_view kRoles[] = {"initiator", "responder"};
enum class Path : std::uint8_t { direct, nat_t };
inline constexpr std::string_view kPaths[] = {"direct", "nat-t"};
enum class Mode : std::uint8_t { tunnel, transport, beet };
inline constexpr std::string_view kModes[] = {"tunnel", "transport", "beet"};
enum class OffloadMode : std::uint8_t { crypto, packet };
inline constexpr std::string_view kOffloadModes[] = {"crypto", "packet"};
enum class SaKind : std::uint8_t { ike, child, manual };
inline constexpr std::string_view kSaKinds[] = {"ike", "child", "manual"};
// Without manual, which is configuration.
inline constexpr std::span<const std::string_view> kNegotiatedKinds{kSaKinds, 2};

constexpr std::string_view name(IkeSaState state) { return kIkeSaStates[static_cast<std::size_t>(state)]; }
constexpr std::string_view name(ChildSaState state) { return kChildSaStates[static_cast<std::size_t>(state)]; }
constexpr std::string_view name(Role role) { return kRoles[static_cast<std::size_t>(role)]; }
constexpr std::string_view name(Path path) { return kPaths[static_cast<std::size_t>(path)]; }
constexpr std::string_view name(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }
constexpr std::string_view name(OffloadMode mode) { return kOffloadModes[static_cast<std::size_t>(mode)]; }
constexpr std::string_view name(SaKind kind) { return kSaKinds[static_cast<std::size_t>(kind)]; }

// Work that a NIC does for both SAs of a child.
struct OffloadView {
    OffloadMode mode = OffloadMode::crypto;
    std::string interface;
};

// What packets of an SA have to carry; a mask of 0: nothing.
struct MarkView {
    std::uint32_t value = 0;
    std::uint32_t mask = 0;
};

struct ChildSaView {
    std::uint64_t id = 0;      // the same for all that replace each other
    std::uint64_t newest = 0;  // of them, by a number of its own: not shown
    std::uint64_t own_id = 0;  // that number, short: not shown, but by vici
    std::string child;         // its configured name
    ChildSaState state = ChildSaState::installing;
    Mode mode = Mode::tunnel;
    std::optional<std::uint32_t> cpu;  // that sends on it; nullopt: all
    std::uint32_t spi_in = 0;          // 0 while not known
    std::uint32_t spi_out = 0;
    std::uint32_t reqid = 0;
    std::string algorithms;
    policy::Proposal proposal;  // what `algorithms` is the text of
    std::optional<ike::IpComp> ipcomp;
    bool udp_encapsulation = false;
    std::vector<std::string> key_exchanges;         // its own, in the order in which they took place
    bool quantum_resistant = false;                 // by those, or by its IKE SA's
    std::optional<std::chrono::seconds> age;        // since it was installed
    std::optional<std::chrono::seconds> rekey_in;   // nullopt: never
    std::optional<std::chrono::seconds> life_left;  // until its end, rekeyed or not; nullopt: none
    std::optional<std::chrono::seconds> used_in;    // since the last packet; nullopt: none yet, or not known
    std::optional<std::chrono::seconds> used_out;
    MarkView mark_in;
    MarkView mark_out;
    std::uint32_t if_id_in = 0;
    std::uint32_t if_id_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::optional<OffloadView> offload;  // what there is, whatever was asked for
    std::vector<std::string> local_ts;
    std::vector<std::string> remote_ts;
    std::string last_error;  // empty: none
};

struct IkeSaView {
    std::uint64_t id = 0;      // the same for all that take each other's place
    std::uint64_t own_id = 0;  // of this very one, in all engines: not shown, but by vici
    std::string conn;          // empty while not known (a responder before IKE_AUTH)
    IkeSaState state = IkeSaState::connecting;
    Role role = Role::initiator;
    base::Endpoint local;
    base::Endpoint remote;
    std::string local_id;  // empty while not known
    std::string remote_id;
    Path path = Path::direct;
    bool nat_local = false;  // who is behind a NAT
    bool nat_remote = false;
    bool nat_pretended = false;  // by the connection's `encap`
    std::string ppk_exchange;    // that has brought a PPK into its keys; empty: none has
    std::uint64_t spi_i = 0;
    std::uint64_t spi_r = 0;                        // 0 while not known
    std::string algorithms;                         // empty while not known
    policy::Proposal proposal;                      // what `algorithms` is the text of
    std::vector<std::string> key_exchanges;         // as of ChildSaView
    bool quantum_resistant = false;                 // by those, or by those of the ones whose place it has taken
    std::optional<std::chrono::seconds> age;        // since it was established
    std::optional<std::chrono::seconds> rekey_in;   // or authenticated again; nullopt: never
    std::optional<std::chrono::seconds> reauth_in;  // of these two, the latter
    std::vector<std::string> local_vips;            // virtual addresses that the peer has given us
    std::vector<std::string> remote_vips;           // that it has from us
    std::string last_error;
    std::vector<ChildSaView> child_sas;
};

}  // namespace xfrmd::daemon::api
