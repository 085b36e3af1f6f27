// What is measured, as calls of the port that the daemon makes: the same for the kernel and for a recorder, so that
// what the others send is what the port sends. Any error ends the run: std::runtime_error.
#pragma once

#include <memory>
#include <span>

#include "netlink/books.h"
#include "netlink/installer.h"

namespace xfrmd::bench {

// Of how many tunnels renew() replaces the policies.
std::size_t sample_of(std::size_t tunnels);

class PortWork {
public:
    virtual ~PortWork() = default;
    // Makes what install() uses up, and frees what it left of that; neither is measured.
    virtual void prepare() = 0;
    virtual void tidy_up() = 0;
    // The work comes in parts, from 0 on, in their order: so many tunnels as the daemon's queue has waiting when there
    // is much to do.
    virtual std::size_t parts() const = 0;
    virtual void install(std::size_t part) = 0;
    // Both SAs of every tunnel.
    virtual void update(std::size_t part) = 0;
    virtual void remove(std::size_t part) = 0;
    // The policies of a sample of the tunnels, at once: replacing one takes Linux longer the more there are.
    virtual void renew() = 0;

    virtual bool has_sas() const = 0;
};

// Both keep `specs` in view, which outlive them, as `port` does.
std::unique_ptr<PortWork> tunnel_work(netlink::Kernel& port, std::span<const netlink::TunnelSpec> specs);
std::unique_ptr<PortWork> policy_work(netlink::Kernel& port, std::span<const netlink::TunnelSpec> specs);

}  // namespace xfrmd::bench
