// Installs and removes whole tunnels over the port: two SAs and the policies of every selector, all or nothing. Keeps
// what tunnels share: reqids (see reqids.h) and policies. Tunnels with a selector in common share its policies, which
// point at the newest of them; when that goes, they point at the next. One instance for each network namespace, one
// thread.
#pragma once

#include <memory>

#include "netlink/tunnel.h"

namespace xfrmd::netlink {

enum class InstallStep : std::uint8_t { inbound_sa, outbound_sa, policy };

struct InstallError {
    InstallStep step = InstallStep::inbound_sa;
    // "adding the inbound SA 10.0.0.2 -> 10.0.0.1 spi 0xc1234567: EEXIST: File exists"
    KernelError kernel;
};

class Installer {
public:
    // `first_reqid` is not 0.
    explicit Installer(Kernel& kernel, Reqid first_reqid = Reqid{1});
    ~Installer();

    // Inbound SA first, then outbound, then policies in, fwd, out (RFC 7296 2.8: be ready to receive before sending).
    // On any error what was done is undone and the error says which step failed. A policy that somebody else has is
    // EEXIST: what is not ours is not touched. No selector at all is EINVAL.
    tl::expected<InstalledTunnel, InstallError> install(const TunnelSpec& spec);
    // Policies first, those nobody else uses, then both SAs. What is gone already is not an error, nor is a tunnel that
    // was removed before; the first other error is returned after everything was tried twice.
    KernelResult<void> remove(const InstalledTunnel& tunnel);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace xfrmd::netlink
