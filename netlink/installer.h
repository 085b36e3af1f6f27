// Installs and removes whole tunnels over the port: two SAs and the policies of every selector pair, all or nothing. Keeps
// what must be shared: reqids (counted from 1, one for each set of selectors), and policies used by more than one tunnel.
// One instance for each network namespace, one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "netlink/kernel.h"

namespace xfrmd::netlink {

struct TunnelSpec {
    base::Address local;   // outer addresses
    base::Address remote;
    Mode mode = Mode::tunnel;
    std::vector<Selector> selectors;  // outbound view: source is our side; one for each pair
    Spi spi_in{};
    Spi spi_out{};
    std::variant<Aead, CipherAndMac> algorithms_in;
    std::variant<Aead, CipherAndMac> algorithms_out;
    std::optional<UdpEncapsulation> encapsulation;  // source_port is ours
    std::uint32_t replay_window = 32;
    bool esn = false;
};

// What the caller keeps to remove the tunnel or to ask for its counters.
struct InstalledTunnel {
    Reqid reqid{};
    SaId inbound;
    SaId outbound;
};

class Installer {
public:
    explicit Installer(Kernel& kernel);
    ~Installer();

    // Inbound SA first, then outbound, then policies in, fwd, out (RFC 7296 2.8: be ready to receive before sending). On any
    // error what was done is undone and the error says which step failed. EEXIST on the inbound SA is an SPI collision.
    KernelResult<InstalledTunnel> install(const TunnelSpec& tunnel);
    // Removes policies nobody else uses, then both SAs. What is gone already is not an error; the first other error is
    // returned after everything was tried.
    KernelResult<void> remove(const InstalledTunnel& tunnel);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// strongSwan's priorities (for scripts that compare): 400000 less 512 for each prefix bit of both ends, 256 with a protocol,
// 4 for each bit of port mask, 1 unless it is a trap. Lower is preferred.
std::uint32_t policy_priority(const Selector& selector);

}  // namespace xfrmd::netlink
