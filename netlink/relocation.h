// Gives a tunnel that stands other outer addresses and ports (RFC 4555 3.5, RFC 7296 2.23), with as little lost as
// Linux allows. Where only the ports of its encapsulation change, its SAs are updated in place. An address is part of
// what Linux knows an SA by, so SAs with other ones are added anew, with the keys and numbers that the kernel tells of
// the old ones, and these deleted: in one round with the policies, behind which nothing waits.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "netlink/books.h"

namespace xfrmd::netlink {

// What it is to have.
struct OuterEnds {
    base::Address local;
    base::Address remote;
    std::optional<UdpEncapsulation> encapsulation;  // source_port is ours
};

class Relocation {
public:
    // What the tunnel is known by from now on. An error: it is not as it should be, and nobody can say how far it is.
    struct Outcome {
        InstalledTunnel tunnel;
        KernelResult<void> moved;
    };

    // Packets that may have gone out on the old SA between the question for its numbers and its end. That many sequence
    // numbers are left out, so that none is used twice.
    static constexpr std::uint64_t kLeftOut = 1U << 20;

    explicit Relocation(Books& books) : books_(books) {}

    // Errors: ESRCH where there is no such tunnel; EOPNOTSUPP for other addresses where a tunnel's policies follow its
    // addresses (transport mode and BEET), or a NIC does everything for it; ERANGE where too few sequence numbers are
    // left for SAs that are added anew; EEXIST where another tunnel has the SPI there; those of Kernel::read_sa() and
    // apply().
    Outcome run(const InstalledTunnel& tunnel, const OuterEnds& ends);

private:
    struct Sa {
        SaId known;             // by this so far
        SaSpec wanted;          // as it is to be
        bool in_place = false;  // by an update: what Linux knows it by stays
    };
    using Sas = std::vector<Sa>;

    KernelResult<Sa> read(const SaId& known, const SaId& moved, bool inbound, const Tunnel& to, const OuterEnds& ends);
    KernelResult<Sas> read(const Tunnel& old, const Tunnel& moved, const OuterEnds& ends);
    std::vector<Change> plan(Sas sas, const KeptTunnel& kept);
    KernelResult<void> carry_out(const std::vector<Change>& changes);
    KernelResult<void> try_again(const Change& change, const KernelError& error);

    Books& books_;
};

// Of an SA that Kernel::read_sa() has told, and that was sent on then: kLeftOut. Error: ERANGE where so many are not
// left.
KernelResult<void> leave_numbers_out(SaSpec& outbound);

}  // namespace xfrmd::netlink
