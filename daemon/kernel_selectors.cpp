#include "daemon/kernel_selectors.h"

#include <netinet/in.h>

#include <optional>

namespace xfrmd::daemon {

namespace {

using base::Reason;

netlink::TrafficEnd end_of(const policy::TrafficSelector& selector) {
    return {selector.addresses, selector.first_port, selector.last_port};
}

// 0 is any protocol, and goes with every other (RFC 7296 3.13.1); two different ones have no traffic in common.
std::optional<std::uint8_t> common_protocol(const policy::TrafficSelector& a, const policy::TrafficSelector& b) {
    if (a.protocol == 0 || a.protocol == b.protocol) return b.protocol;
    if (b.protocol == 0) return a.protocol;
    return std::nullopt;
}

}  // namespace

base::Result<std::vector<netlink::Selector>> kernel_selectors(const policy::TrafficSelectors& local_ts,
                                                              const policy::TrafficSelectors& remote_ts) {
    std::vector<netlink::Selector> all;
    for (const policy::TrafficSelector& local : local_ts) {
        for (const policy::TrafficSelector& remote : remote_ts) {
            const auto protocol = common_protocol(local, remote);
            if (!protocol || local.addresses.first.family() != remote.addresses.first.family()) continue;
            const auto pieces = netlink::selectors_between(end_of(local), end_of(remote), *protocol);
            if (!pieces) {
                return base::fail(Reason::TrafficSelectorsUnacceptable,
                                  "Linux cannot express " + local.to_string() + " === " + remote.to_string());
            }
            all.insert(all.end(), pieces->begin(), pieces->end());
            if (all.size() > kMostSelectors) {
                return base::fail(Reason::TrafficSelectorsUnacceptable,
                                  "more than " + std::to_string(kMostSelectors) + " policies for each direction");
            }
        }
    }
    if (all.empty()) return base::fail(Reason::TrafficSelectorsUnacceptable, "the two sides have no traffic in common");
    return all;
}

policy::TriggeringPacket triggering_packet(const netlink::Selector& packet) {
    const auto end = [&](const base::Prefix& prefix, const netlink::PortMatch& port) {
        policy::TrafficSelector selector{{prefix.network, prefix.network}, packet.protocol};
        const bool has_ports = packet.protocol != IPPROTO_ICMP && packet.protocol != IPPROTO_ICMPV6;
        if (has_ports && port.mask == 0xffff) selector.first_port = selector.last_port = port.value;
        return selector;
    };
    return {end(packet.source, packet.source_port), end(packet.destination, packet.destination_port)};
}

}  // namespace xfrmd::daemon
