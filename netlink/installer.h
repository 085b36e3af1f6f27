// Installs and removes whole tunnels over the port: two SAs and the policies of every selector, all or nothing. What is
// waiting goes to the kernel together. Tunnels with a selector in common share its policies, which lead into the newest
// of them; when that goes, into the next.
#pragma once

#include <span>
#include <vector>

#include "netlink/installation.h"
#include "netlink/relocation.h"

namespace xfrmd::netlink {

class Installer {
public:
    using Result = tl::expected<InstalledTunnel, InstallError>;

    // `books` outlive it.
    explicit Installer(Books& books) : books_(books), installation_(books) {}

    // One result for each. Inbound SA first, then outbound, then policies in, fwd, out (RFC 7296 2.8: be ready to
    // receive before sending). On any error what was done for that tunnel is undone and the error says which step
    // failed. A policy that somebody else has is EEXIST: what is not ours is not touched. No selector at all is EINVAL.
    // The algorithms with their keys may have moved out of the specs afterwards, whatever became of them.
    std::vector<Result> install(std::span<TunnelSpec> specs);
    Result install(TunnelSpec& spec) { return install({&spec, 1}).front(); }
    Result install(TunnelSpec&& spec) { return install(spec); }
    // Packets go out on a tunnel that was installed with defers_outbound. One that is not there, or is in use already,
    // is not an error; the first other error is returned after everything was tried twice.
    KernelResult<void> use(const InstalledTunnel& tunnel);
    // Nothing goes out on a tunnel any more among whose like the kernel chooses (PolicyOptions::by_cpu); what comes in
    // on it is taken. Errors: as use().
    KernelResult<void> rest(const InstalledTunnel& tunnel);
    // Packets go out on one that rests again, some sequence numbers left out. Errors: as use(), and that too few are
    // left.
    KernelResult<void> wake(const InstalledTunnel& tunnel);
    // Its policies, where they stand, have that changed. Errors: as use().
    KernelResult<void> ask_for_cpus(const InstalledTunnel& tunnel, bool asks);
    // See Relocation::run().
    Relocation::Outcome move(const InstalledTunnel& tunnel, const OuterEnds& ends) {
        return Relocation(books_).run(tunnel, ends);
    }
    // Policies first, those nobody else uses, then both SAs. What is gone already is not an error, nor is a tunnel that
    // was removed before; the first other error is returned after everything was tried twice.
    KernelResult<void> remove(std::span<const InstalledTunnel> tunnels);
    KernelResult<void> remove(const InstalledTunnel& tunnel) { return remove({&tunnel, 1}); }

private:
    const KeptTunnel* find(const InstalledTunnel& tunnel) const;
    KernelResult<void> lead_out_by(const KeptTunnel& kept, Reqid reqid, bool was_sent_on = false);
    void plan_removal(const KeptTunnel& kept, std::vector<Change>& changes);

    Books& books_;
    Installation installation_;  // kept for the memory that it has
};

}  // namespace xfrmd::netlink
