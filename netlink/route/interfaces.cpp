#include "netlink/route/interfaces.h"

#include <algorithm>
#include <tuple>

namespace xfrmd::netlink::route {

bool Interfaces::apply(const Event& event) {
    return std::visit([this](const auto& which) { return learn(which); }, event);
}

void Interfaces::clear() {
    links_.clear();
    names_.clear();
    addresses_.clear();
}

Interfaces::AddressKey Interfaces::key_of(const LocalAddress& address) {
    return {address.address, address.interface, address.prefix_length};
}

bool Interfaces::learn(const AddressAppeared& event) {
    const auto [place, added] = addresses_.try_emplace(key_of(event.address), event.address);
    if (added) return true;
    const bool news = place->second != event.address;
    place->second = event.address;
    return news;
}

bool Interfaces::learn(const AddressGone& event) { return addresses_.erase(key_of(event.address)) != 0; }

bool Interfaces::learn(const Link& link) {
    Link& known = links_[link.index];
    if (known == link) return false;
    forget_name(known);
    known = link;
    names_[link.name] = link.index;
    return true;
}

bool Interfaces::learn(const LinkGone& event) {
    const InterfaceIndex index = event.link.index;
    std::erase_if(addresses_, [index](const auto& entry) { return entry.first.interface == index; });
    const auto link = links_.find(index);
    if (link == links_.end()) return false;
    forget_name(link->second);
    links_.erase(link);
    return true;
}

// While names change hands, another interface may already have this one.
void Interfaces::forget_name(const Link& link) {
    const auto name = names_.find(link.name);
    if (name != names_.end() && name->second == link.index) names_.erase(name);
}

const Link* Interfaces::by_index(InterfaceIndex index) const {
    const auto found = links_.find(index);
    return found == links_.end() ? nullptr : &found->second;
}

const Link* Interfaces::by_name(std::string_view name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : by_index(found->second);
}

bool Interfaces::is_up(std::string_view name) const {
    const Link* link = by_name(name);
    return link != nullptr && link->is_up();
}

bool Interfaces::is_switched_on(InterfaceIndex index) const {
    const Link* link = by_index(index);
    return link != nullptr && link->switched_on;
}

const Link* Interfaces::interface_of(const base::Address& address) const {
    for (auto entry = addresses_.lower_bound({address, InterfaceIndex{}, 0});
         entry != addresses_.end() && entry->first.address == address; ++entry) {
        if (is_switched_on(entry->first.interface)) return by_index(entry->first.interface);
    }
    return nullptr;
}

std::vector<LocalAddress> Interfaces::addresses_within(const base::Prefix& prefix) const {
    std::vector<LocalAddress> found;
    const base::Address last = prefix.network.last_of_network(prefix.length);
    for (auto entry = addresses_.lower_bound({prefix.network.network(prefix.length), InterfaceIndex{}, 0});
         entry != addresses_.end() && entry->first.address <= last; ++entry) {
        if (is_switched_on(entry->first.interface)) found.push_back(entry->second);
    }
    std::stable_sort(found.begin(), found.end(), [](const LocalAddress& a, const LocalAddress& b) {
        return std::tie(a.deprecated, a.temporary) < std::tie(b.deprecated, b.temporary);
    });
    return found;
}

std::vector<LocalAddress> Interfaces::addresses_of(InterfaceIndex index) const {
    std::vector<LocalAddress> found;
    for (const auto& [key, address] : addresses_) {
        if (key.interface == index) found.push_back(address);
    }
    return found;
}

}  // namespace xfrmd::netlink::route
