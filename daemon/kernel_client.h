// The door from the kernel's side of the daemon to whoever speaks with peers. Called on the main thread, by the number
// and names of a tunnel's owner; nothing of it may block or throw.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/tunnels.h"
#include "daemon/wanted_child.h"
#include "ike/base/address.h"

namespace xfrmd::daemon {

// What the kernel's side wants of whoever speaks with peers.
class KernelClient {
public:
    virtual ~KernelClient() = default;
    // A tunnel whose SAs have gone from the kernel, by whoever's hand; or that could not follow its IKE SA, for this
    // reason.
    virtual void renew(const TunnelOwner& owner, const std::optional<std::string>& stranded) = 0;
    // A tunnel that has reached a soft limit, of either of its SAs.
    virtual void rekey(const TunnelOwner& owner) = 0;
    // A tunnel that has reached its hard limit.
    virtual void expire(const TunnelOwner& owner) = 0;
    // Authentic packets of it come from there now.
    virtual void follow(const TunnelOwner& owner, const base::Endpoint& remote) = 0;
    // This child is wanted, by a packet where there is one; `done` when there is one, or why none can be had.
    virtual void acquire(const WantedChild& child, std::optional<policy::TriggeringPacket> packet,
                         std::function<void(const base::Result<void>&)> done) = 0;
    // An address of this host has gone.
    virtual void lose_address(const base::Address& address) = 0;
};

}  // namespace xfrmd::daemon
