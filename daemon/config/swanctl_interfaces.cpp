#include "daemon/config/swanctl_interfaces.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "daemon/config/swanctl_member_setters.h"
#include "daemon/config/swanctl_section.h"
#include "ike/base/bytes.h"
#include "ike/base/mtu.h"

namespace xfrmd::daemon {

namespace {

using settings::View;

settings::Position place_of(const View& section, std::string_view option) {
    const settings::Setting* setting = section.setting(option);
    return setting == nullptr ? section.at() : setting->value_at;
}

// "10.0.0.1/24", host bits and all.
std::optional<base::Prefix> read_address(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = base::Address::parse(text.substr(0, slash));
    if (!address || !base::Prefix::parse(text)) return std::nullopt;
    if (slash == std::string_view::npos) return base::Prefix{*address, address->bits()};
    unsigned length = 0;
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
    return base::Prefix{*address, length};
}

bool is_v6(const base::Prefix& prefix) { return prefix.network.is_v6(); }

}  // namespace

Verdict set_interface_addrs(const Draft& draft, const Value& value) {
    draft.interface->addrs.clear();
    for (const std::string_view item : value.items) {
        const auto address = read_address(item);
        if (!address)
            return complain("'" + base::printable(item, 64) + "' is no address with a prefix length, like 10.0.0.1/24");
        const bool usable = !address->network.is_any() && !address->network.is_multicast();
        if (!usable) return complain("'" + base::printable(item, 64) + "' is no address that an interface can have");
        draft.interface->addrs.push_back(*address);
    }
    return {};
}

Verdict set_interface_mtu(const Draft& draft, const Value& value) {
    if (value.number == 0) {
        draft.interface->mtu = 0;
        return {};
    }
    if (const Verdict fits = check_range(value.number, base::kLeastMtu, base::kMostMtu); !fits) return fits;
    draft.interface->mtu = static_cast<std::uint32_t>(value.number);
    return {};
}

Verdict set_interface_routes(const Draft& draft, const Value& value) {
    draft.interface->routes.clear();
    for (const std::string_view item : value.items) {
        const auto network = base::Prefix::parse(item);
        if (!network) return complain("'" + base::printable(item, 64) + "' is no network, like 10.2.0.0/16");
        if (network->network.is_multicast())
            return complain("'" + base::printable(item, 64) + "' is multicast, which has no route");
        draft.interface->routes.push_back(*network);
    }
    return {};
}

policy::XfrmInterface InterfaceReader::read(const View& section) {
    const std::string path = "interfaces." + base::printable(section.name(), 64);
    policy::XfrmInterface interface;
    interface.name = section.name();
    read_settings(section, Place::interface, path, {.interface = &interface}, errors_);
    for (const View& inner : section.sections()) errors_.add(inner.at(), path + ": unknown section in it");
    check(interface, section, path);
    check_others(interface, section, path);
    return interface;
}

void InterfaceReader::check(const policy::XfrmInterface& interface, const View& section, const std::string& path) {
    if (interface.name.empty()) errors_.add(place_of(section, "name"), path + ".name: expected a name");
    if (const Verdict fits = check_interface(interface.name); !fits)
        errors_.add(section.at(), path + ": " + fits.error());
    if (!section.has("if_id")) {
        errors_.add(section.at(), path + ": 'if_id' is missing");
    } else if (interface.if_id == 0) {
        errors_.add(place_of(section, "if_id"), path + ".if_id: expected a number from 1 to 4294967295");
    }
    const bool has_v6 = std::any_of(interface.addrs.begin(), interface.addrs.end(), is_v6) ||
                        std::any_of(interface.routes.begin(), interface.routes.end(), is_v6);
    if (has_v6 && interface.mtu != 0 && interface.mtu < base::kLeastMtuOfIpv6) {
        errors_.add(place_of(section, "mtu"), path + ".mtu: IPv6 needs 1280 at least (RFC 8200)");
    }
    if (interface.parent == interface.name && !interface.name.empty()) {
        errors_.add(place_of(section, "parent"), path + ".parent: an interface cannot sit on itself");
    }
}

// Linux has one interface of a name and for an if_id, and one route to a network.
void InterfaceReader::check_others(const policy::XfrmInterface& interface, const View& section,
                                   const std::string& path) {
    const auto claim = [&](auto& taken, const auto& what, std::string_view option, const std::string& shown) {
        const auto [known, is_new] = taken.try_emplace(what, path);
        if (is_new || known->second == path) return;
        errors_.add(place_of(section, option),
                    path + "." + std::string(option) + ": " + known->second + " has " + shown);
    };
    claim(names_, interface.name, "name", "the same");
    if (interface.if_id != 0) claim(if_ids_, interface.if_id, "if_id", "the same");
    for (const base::Prefix& route : interface.routes) {
        claim(routes_, route.to_string(), "routes", route.to_string() + ", too");
    }
}

}  // namespace xfrmd::daemon
