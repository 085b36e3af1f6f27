// A tunnel: one pair of SAs and the policies that lead into them, as the daemon asks for it (TunnelSpec), as it is kept
// (Tunnel), and what of it goes into the kernel. Pure values; who shares what with whom is the Installer's affair.
#pragma once

#include <optional>
#include <vector>

#include "netlink/kernel.h"

namespace xfrmd::netlink {

// What a tunnel's policies are like, beyond their selectors.
struct PolicyOptions {
    bool install = true;          // or states alone
    bool forward_out = false;     // a forward policy for outbound traffic, too
    std::uint32_t priority = 0;   // 0: by the selector
    bool by_cpu = false;          // the kernel chooses among the outbound SAs of its reqid (RFC 9611)
    bool asks_for_cpus = false;   // as of PolicySpec
    std::uint32_t interface = 0;  // that they are bound to, by its index; 0 none
    Mark mark_in;
    Mark mark_out;
    std::uint32_t if_id_in = 0;
    std::uint32_t if_id_out = 0;
    friend bool operator==(const PolicyOptions&, const PolicyOptions&) = default;
};

// An SA that was added then, so long ago.
struct Age {
    std::chrono::sys_seconds added;
    std::chrono::seconds ago{0};
};

// What its SAs are like, beyond keys and addresses. Marks and ids they share with the policies.
struct SaOptions {
    SaFlags flags;
    bool mark_in_sa = false;  // the inbound SA has mark_in, too
    Mark output_mark_in;
    Mark output_mark_out;
    std::uint32_t tfc_bytes = 0;
    Lifetime lifetime;
    std::optional<Offload> offload;
    bool tell_direction = false;
    std::optional<std::uint32_t> cpu;
    // As which the outbound SA is added; its limits are what they would be without. With by_cpu Linux may take a
    // younger one that is for all CPUs before one that is for the packet's, and asks for another one of that CPU then.
    std::optional<Age> age_out;
    std::uint32_t acquire_sequence = 0;  // of the ACQUIRE that the outbound SA answers
};

// RFC 3173: IPComp before ESP or AH. CPIs are SPIs of 16 bits.
struct IpCompSpis {
    Spi in{};
    Spi out{};
    friend bool operator==(const IpCompSpis&, const IpCompSpis&) = default;
};

struct TunnelSpec {
    base::Address local;  // outer addresses
    base::Address remote;
    Mode mode = Mode::tunnel;
    std::uint8_t protocol = kEsp;
    // Outbound view: source is our side. selectors_between() makes them.
    std::vector<Selector> selectors;
    Spi spi_in{};
    Spi spi_out{};
    Algorithms algorithms_in;
    Algorithms algorithms_out;
    std::optional<UdpEncapsulation> encapsulation;  // source_port is ours
    std::uint32_t replay_window = 32;
    bool esn = false;
    std::optional<IpCompSpis> ipcomp;
    std::optional<Reqid> reqid;  // nothing: chosen here
    // Of the tunnel whose place it takes: while both stand, either's policies let in what comes on both. Has no effect
    // where `reqid` is given, or other tunnels have these selectors already.
    std::optional<Reqid> preferred_reqid;
    // Its out policies come with Installer::use(); with PolicyOptions::by_cpu its outbound SA rests until then, too.
    bool defers_outbound = false;
    SaOptions sa;
    PolicyOptions policy;
};

// What the caller keeps to remove the tunnel or to ask for its counters.
struct InstalledTunnel {
    Reqid reqid{};
    SaId inbound;
    SaId outbound;
    std::optional<IpCompSpis> ipcomp = {};
    friend bool operator==(const InstalledTunnel&, const InstalledTunnel&) = default;
};

struct Tunnel {
    InstalledTunnel ids;
    bool owns_reqid = true;  // it was chosen by Reqids, and goes back there
    Mode mode = Mode::tunnel;
    base::Address local;
    base::Address remote;
    std::vector<Selector> selectors;  // as tidied() makes them
    PolicyOptions policy;
    std::uint32_t offload_interface = 0;  // the NIC that does everything for its SAs, by index; 0 none
    bool defers_outbound = false;
    Reqid reqid_out{};  // of its outbound SA: another one than its policies' keeps packets away from it
    friend bool operator==(const Tunnel&, const Tunnel&) = default;
};

// Canonical, sorted, without repetition.
std::vector<Selector> tidied(const std::vector<Selector>& selectors);

Tunnel make_tunnel(const TunnelSpec& spec, std::vector<Selector> tidied_selectors, Reqid reqid);

// In the order of adding them: what receives before what sends. The SA's algorithms with their keys move out of `spec`.
SaSpec sa_of(TunnelSpec& spec, const Tunnel& tunnel, std::size_t number);
std::uint32_t sa_count(const InstalledTunnel& tunnel);
// Theirs, in the same order.
std::vector<SaId> sa_ids_of(const InstalledTunnel& tunnel);

// In the order of adding them, in and forward before out: what may be answered is to be let in (RFC 7296 2.8). Without
// those for out while they are deferred.
std::vector<PolicySpec> policies_of(const Tunnel& tunnel);
// One of them alone; `number` is below policy_count().
PolicySpec policy_of(const Tunnel& tunnel, std::size_t number);
PolicyId policy_id_of(const Tunnel& tunnel, std::size_t number);
std::size_t policy_count(const Tunnel& tunnel);

}  // namespace xfrmd::netlink
