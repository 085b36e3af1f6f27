// A tunnel: one pair of SAs and the policies that lead into them, as the daemon asks for it (TunnelSpec), as it is kept
// (Tunnel), and what of it goes into the kernel. Pure values; who shares what with whom is the Installer's affair.
#pragma once

#include <optional>
#include <vector>

#include "netlink/kernel.h"

namespace xfrmd::netlink {

struct TunnelSpec {
    base::Address local;  // outer addresses
    base::Address remote;
    Mode mode = Mode::tunnel;
    // Outbound view: source is our side. selectors_between() makes them.
    std::vector<Selector> selectors;
    Spi spi_in{};
    Spi spi_out{};
    Algorithms algorithms_in;
    Algorithms algorithms_out;
    std::optional<UdpEncapsulation> encapsulation;  // source_port is ours
    std::uint32_t replay_window = 32;
    bool esn = false;
};

// What the caller keeps to remove the tunnel or to ask for its counters.
struct InstalledTunnel {
    Reqid reqid{};
    SaId inbound;
    SaId outbound;
    friend bool operator==(const InstalledTunnel&, const InstalledTunnel&) = default;
};

struct Tunnel {
    InstalledTunnel ids;
    Mode mode = Mode::tunnel;
    base::Address local;
    base::Address remote;
    std::vector<Selector> selectors;  // as tidied() makes them
};

// Canonical, sorted, without repetition.
std::vector<Selector> tidied(const std::vector<Selector>& selectors);

Tunnel make_tunnel(const TunnelSpec& spec, std::vector<Selector> tidied_selectors, Reqid reqid);

SaSpec inbound_sa(const TunnelSpec& spec, const Tunnel& tunnel);
SaSpec outbound_sa(const TunnelSpec& spec, const Tunnel& tunnel);

// In the order of adding them, in and forward before out: what may be answered is to be let in (RFC 7296 2.8).
std::vector<PolicySpec> policies_of(const Tunnel& tunnel);

}  // namespace xfrmd::netlink
