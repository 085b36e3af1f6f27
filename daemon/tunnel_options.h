// From a child's options in swanctl.conf to those of a kernel tunnel: marks, interface ids, limits, flags, offload.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "ike/base/result.h"
#include "ike/child_install.h"
#include "netlink/tunnel.h"

namespace xfrmd::daemon {

// Gives out the numbers that %unique and %unique-dir stand for, from 1. Those of a connection are for all children of
// an IKE SA alike.
class UniqueNumbers {
public:
    struct Pair {
        std::uint32_t in = 0;
        std::uint32_t out = 0;
    };

    // Of a child's own marks and interface ids. One that replaces another has the same.
    struct OfChild {
        Pair marks;
        Pair set_marks;
        Pair interface_ids;
    };

    OfChild of_child(const policy::Child& child);
    // The interface ids of the connection: the same for every child of that IKE SA. Each call wants a release().
    Pair of_ike_sa(ike::IkeSaId ike_sa, const policy::Connection& connection);
    void release(ike::IkeSaId ike_sa);

private:
    Pair next(policy::NumberKind in, policy::NumberKind out);

    struct Shared {
        Pair pair;
        std::size_t uses = 0;
    };

    std::uint32_t last_ = 0;
    std::unordered_map<ike::IkeSaId, Shared> of_ike_sas_;  // of connections that want them unique
};

netlink::Mode kernel_mode(policy::Mode mode);

// Those that can be told before there is an SA: with what %unique stands for left out. Error: ConfigurationInvalid for
// an interface that is not there.
base::Result<void> set_policy_options(netlink::PolicyOptions& options, const policy::Connection& connection,
                                      const policy::Child& child);

// `common`: of_ike_sa(). Error: as set_policy_options().
base::Result<void> set_options(netlink::TunnelSpec& spec, const policy::Connection& connection,
                               const policy::Child& child, const UniqueNumbers::Pair& common,
                               const UniqueNumbers::OfChild& chosen);

}  // namespace xfrmd::daemon
