#include "ike/ikev2/exchange/virtual_addresses.h"

#include <algorithm>
#include <utility>

#include "ike/ikev2/wire/configuration_type.h"

namespace xfrmd::ikev2::exchange {

namespace {

namespace cp = wire::configuration;
using base::Address;
using base::Family;
using base::Reason;

constexpr std::uint8_t kPrefixLength = 64;  // of IPv6 addresses, as charon says it

const std::vector<Address>& wanted_by(const sa::Sa& sa) {
    return sa.vips.before.empty() ? sa.connection->vips : sa.vips.before;
}

bool has_family(const std::vector<Address>& addresses, Family family) {
    return std::ranges::any_of(addresses, [family](const Address& one) { return one.family() == family; });
}

// One that a host can have, and others can send to.
bool is_usable(const Address& address) {
    const base::ByteView octets = address.bytes();
    const bool is_v4 = address.family() == Family::ipv4;
    // RFC 1122 3.2.1.3 (0/8), RFC 1112 4 (240/4), RFC 4291 2.5.5.2 (::ffff:0:0/96).
    const bool is_reserved = is_v4 ? octets[0] == 0 || octets[0] >= 240
                                   : std::ranges::all_of(octets.first(10), [](std::uint8_t one) { return one == 0; });
    return !is_reserved && !address.is_any() && !address.is_loopback() && !address.is_multicast() &&
           !address.is_broadcast() && !address.is_link_local();
}

std::optional<Address> address_in(Family family, base::ByteView value) {
    const bool is_v6 = family == Family::ipv6;
    const std::size_t size = is_v6 ? 16 : 4;
    // RFC 7296 3.15.1: an IPv6 address has the length of its prefix behind it.
    if (value.size() != size && !(is_v6 && value.size() == size + 1)) return std::nullopt;
    const auto address = Address::from_bytes(value.first(size));
    return address && is_usable(*address) ? address : std::nullopt;
}

// RFC 8598 4.1: in the form of RFC 1035, without anything that a resolver's file or a program would read otherwise.
bool is_domain(std::string_view name) {
    constexpr std::size_t kLongest = 253;
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !name.empty() && name.size() <= kLongest && name.front() != '-' && name.front() != '.' &&
           name.find("..") == std::string_view::npos && std::ranges::all_of(name, is_plain);
}

void add(std::vector<Address>& addresses, const std::optional<Address>& address, std::size_t most) {
    if (address && addresses.size() < most && std::ranges::find(addresses, *address) == addresses.end())
        addresses.push_back(*address);
}

// No more of a family than were wanted of it.
void add_given(std::vector<Address>& given, const std::optional<Address>& address, const std::vector<Address>& wanted) {
    const auto of_family = [&](const Address& one) { return one.family() == address->family(); };
    if (address && std::ranges::count_if(given, of_family) < std::ranges::count_if(wanted, of_family))
        add(given, address, kMostAddresses);
}

ike::HoldAddresses read_reply(const sa::Sa& sa, const wire::Configuration& reply) {
    ike::HoldAddresses given{holder_of(sa), sa.local.address, sa.remote.address, {}, {}, {}};
    for (const auto& [type, value] : reply.attributes) {
        if (type == cp::kIp4Address || type == cp::kIp6Address) {
            const Family family = type == cp::kIp4Address ? Family::ipv4 : Family::ipv6;
            add_given(given.addresses, address_in(family, value), wanted_by(sa));
        } else if (type == cp::kIp4Dns || type == cp::kIp6Dns) {
            const Family family = type == cp::kIp4Dns ? Family::ipv4 : Family::ipv6;
            add(given.name_servers, address_in(family, value), kMostNameServers);
        } else if (type == cp::kDnsDomain && given.domains.size() < kMostDomains) {
            std::string domain(base::as_text(value));
            if (is_domain(domain)) given.domains.push_back(std::move(domain));
        }
    }
    return given;
}

bool has_anchors(const wire::Configuration& reply) {
    return std::ranges::any_of(reply.attributes, [](const auto& one) { return one.first == cp::kDnssecTa; });
}

}  // namespace

policy::LeaseHolder holder_of(const sa::Sa& sa) {
    return policy::LeaseHolder{static_cast<std::uint64_t>(sa.own_spi())};
}

std::vector<Address> local_hosts(const sa::Sa& sa) {
    return sa.vips.local.empty() ? std::vector<Address>{sa.local.address} : sa.vips.local;
}

std::vector<Address> hosts_to_come(const sa::Sa& sa) {
    std::vector<Address> hosts;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (has_family(wanted_by(sa), family)) hosts.push_back(Address::any(family));
    }
    return hosts.empty() ? local_hosts(sa) : hosts;
}

std::vector<Address> remote_hosts(const sa::Sa& sa) {
    return sa.vips.remote.empty() ? std::vector<Address>{sa.remote.address} : sa.vips.remote;
}

policy::TrafficSelectors resolve(const std::vector<policy::ConfiguredSelector>& configured,
                                 const std::vector<Address>& hosts) {
    policy::TrafficSelectors selectors;
    for (const policy::ConfiguredSelector& selector : configured) {
        if (!selector.dynamic) selectors.push_back(selector.selector);
        if (!selector.dynamic) continue;
        for (const Address& host : hosts) selectors.push_back(selector.resolve(host));
    }
    return selectors;
}

void append_address_request(const sa::Step& step, std::vector<wire::Payload>& payloads) {
    const sa::Sa& sa = step.sa;
    const std::vector<Address>& wanted = wanted_by(sa);
    if (wanted.empty()) return;
    wire::Configuration request{cp::kRequest, {}};
    for (const Address& address : wanted) {
        base::Bytes value;
        if (!address.is_any()) value = base::to_bytes(address.bytes());
        if (!address.is_any() && address.is_v6()) value.push_back(kPrefixLength);
        request.attributes.emplace_back(address.is_v6() ? cp::kIp6Address : cp::kIp4Address, std::move(value));
    }
    if (has_family(wanted, Family::ipv4)) request.attributes.emplace_back(cp::kIp4Dns, base::Bytes{});
    if (has_family(wanted, Family::ipv6)) request.attributes.emplace_back(cp::kIp6Dns, base::Bytes{});
    // RFC 8598 3.1: who cannot have servers for single domains does not ask for domains.
    if (step.options.splits_dns) request.attributes.emplace_back(cp::kDnsDomain, base::Bytes{});
    payloads.emplace_back(std::move(request));
}

void take_addresses(sa::Step& step, const wire::Payloads& answer) {
    sa::Sa& sa = step.sa;
    const auto& reply = answer.configuration;
    if (wanted_by(sa).empty() || !reply || reply->type != cp::kReply) return;
    ike::HoldAddresses given = read_reply(sa, *reply);
    if (given.addresses.empty()) return;
    for (const Address& address : given.addresses) {
        step.report(ike::Level::info, "installing new virtual IP " + address.to_string());
    }
    // RFC 8598 3.2: they were not asked for, as nobody here could use them.
    if (has_anchors(*reply)) step.report(ike::Level::info, "peer's DNSSEC trust anchors are ignored");
    sa.vips.local = given.addresses;
    sa.vips.name_servers = given.name_servers;
    sa.vips.holder = given.holder;
    step.actions.push_back(std::move(given));
}

base::Result<NegotiatedChild> narrow_to_addresses(const sa::Sa& sa, const policy::Child& child,
                                                  NegotiatedChild negotiated) {
    if (wanted_by(sa).empty()) return negotiated;
    if (sa.vips.local.empty()) {
        return base::fail(Reason::PeerRefused, "it has given us none of the virtual addresses that we want");
    }
    const policy::TrafficSelectors ours = resolve(child.local_ts, sa.vips.local);
    policy::TrafficSelectors both = narrow(ours, negotiated.local_ts);
    if (both.empty()) {
        return base::fail(Reason::TrafficSelectorsUnacceptable, "with our virtual addresses child " + child.name +
                                                                    " has " + to_string(ours) + ", peer answered " +
                                                                    to_string(negotiated.local_ts));
    }
    negotiated.local_ts = std::move(both);
    return negotiated;
}

}  // namespace xfrmd::ikev2::exchange
