#include "daemon/attributes/held_addresses.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace xfrmd::daemon {

void HeldAddresses::hold(const ike::HoldAddresses& given) {
    if (network_ == nullptr) return;
    for (const base::Address& address : given.addresses) put(address, given);
    if (given.name_servers.empty()) return;
    // RFC 8598: the resolver's file knows no servers for some domains alone.
    if (!given.domains.empty()) return log_.warning("DNS servers for single domains are not used: " + given.domains[0]);
    servers_.emplace(servers_.begin(), given.holder, given.name_servers);
    use_servers();
}

void HeldAddresses::use_servers() {
    std::vector<base::Address> all;
    for (const auto& [holder, servers] : servers_) {
        for (const base::Address& server : servers) {
            if (std::ranges::find(all, server) == all.end()) all.push_back(server);
        }
    }
    name_servers_.set(std::move(all));
}

void HeldAddresses::put(const base::Address& address, const ike::HoldAddresses& given) {
    const auto known = addresses_.find(address);
    if (known != addresses_.end()) {
        known->second.holders.insert(given.holder);
        return;
    }
    if (network_->is_own(address)) {
        addresses_.emplace(address, Held{{}, true, {given.holder}});
        return log_.warning("virtual address " + address.to_string() + " is one of this host already");
    }
    // The way to it would end here.
    if (address == given.remote) {
        return log_.error("virtual address " + address.to_string() + " is the gateway's own, and not taken");
    }
    const auto device = network_->add_virtual_address(address, given.remote, given.local);
    if (!device) return log_.error("virtual address " + address.to_string() + ": " + device.error().text);
    addresses_.emplace(address, Held{*device, false, {given.holder}});
    log_.info("virtual address " + address.to_string() + " is on " + *device);
}

void HeldAddresses::drop(policy::LeaseHolder holder) {
    if (std::erase_if(servers_, [holder](const auto& one) { return one.first == holder; }) != 0) use_servers();
    for (auto held = addresses_.begin(); held != addresses_.end();) {
        held->second.holders.erase(holder);
        const bool is_wanted = !held->second.holders.empty();
        if (!is_wanted && !held->second.was_there) network_->remove_virtual_address(held->first, held->second.device);
        held = is_wanted ? std::next(held) : addresses_.erase(held);
    }
}

void HeldAddresses::clean() {
    servers_.clear();
    use_servers();
    for (const auto& [address, held] : std::exchange(addresses_, {})) {
        if (!held.was_there) network_->remove_virtual_address(address, held.device);
    }
}

}  // namespace xfrmd::daemon
