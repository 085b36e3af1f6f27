#include "daemon/attributes/held_addresses.h"

#include <iterator>
#include <utility>

namespace xfrmd::daemon {

HeldAddresses::HeldAddresses(asio::io_context& io, Log& log, NetworkSide* network, std::string device,
                             const ResolveOptions& resolve)
    : log_(log),
      network_(network),
      device_(std::move(device)),
      resolves_(resolve.load),
      splits_(can_split_dns(resolve)),
      name_servers_(io, log, resolve) {
    if (network_ != nullptr && resolves_) name_servers_.clear_leftovers(network_->devices_with_leftovers());
}

void HeldAddresses::hold(const ike::HoldAddresses& given) {
    if (network_ == nullptr) return;
    for (const base::Address& address : given.addresses) put(address, given);
    if (given.name_servers.empty() || !resolves_) return;
    // RFC 8598: others know no servers for some domains alone.
    if (!given.domains.empty() && !splits_) {
        return log_.warning("DNS servers for single domains are not used, as there is no systemd-resolved: " +
                            given.domains[0]);
    }
    const NameService service{given.name_servers, given.domains, device_of(given)};
    services_.emplace(services_.begin(), given.holder, service);
    use_services();
}

// That of a virtual address, or where there is none, that by which packets leave.
std::string HeldAddresses::device_of(const ike::HoldAddresses& given) const {
    for (const base::Address& address : given.addresses) {
        const auto held = addresses_.find(address);
        if (held != addresses_.end() && !held->second.was_there) return held->second.device;
    }
    const auto device = network_->device_towards(given.remote, given.local);
    return device ? device->name : std::string();
}

void HeldAddresses::use_services() {
    std::vector<NameService> services;
    for (const auto& [holder, service] : services_) services.push_back(service);
    name_servers_.set(std::move(services));
}

void HeldAddresses::put(const base::Address& address, const ike::HoldAddresses& given) {
    const auto known = addresses_.find(address);
    if (known != addresses_.end()) {
        if (known->second.remote != given.remote) {
            log_.warning("virtual address " + address.to_string() + " comes from " + given.remote.to_string() +
                         ", and from " + known->second.remote.to_string() + " as well");
        }
        known->second.holders.insert(given.holder);
        return;
    }
    if (network_->is_own(address)) {
        addresses_.emplace(address, Held{{}, true, given.remote, {given.holder}});
        return log_.warning("virtual address " + address.to_string() + " is one of this host already");
    }
    // The way to the gateway would end here.
    if (address == given.remote) {
        return log_.error("virtual address " + address.to_string() + " is the gateway's own, and not taken");
    }
    if (network_->is_router(address, given.remote, given.local)) {
        return log_.error("virtual address " + address.to_string() + " is this host's router, and not taken");
    }
    const auto device = network_->add_virtual_address(address, given.remote, given.local, device_);
    if (!device) return log_.error("virtual address " + address.to_string() + ": " + device.error().text);
    addresses_.emplace(address, Held{*device, false, given.remote, {given.holder}});
    log_.info("virtual address " + address.to_string() + " is on " + *device);
}

void HeldAddresses::drop(policy::LeaseHolder holder) {
    if (std::erase_if(services_, [holder](const auto& one) { return one.first == holder; }) != 0) use_services();
    for (auto held = addresses_.begin(); held != addresses_.end();) {
        held->second.holders.erase(holder);
        const bool is_wanted = !held->second.holders.empty();
        if (!is_wanted && !held->second.was_there) network_->remove_virtual_address(held->first, held->second.device);
        held = is_wanted ? std::next(held) : addresses_.erase(held);
    }
}

void HeldAddresses::clean() {
    services_.clear();
    use_services();
    for (const auto& [address, held] : std::exchange(addresses_, {})) {
        if (!held.was_there) network_->remove_virtual_address(address, held.device);
    }
}

}  // namespace xfrmd::daemon
