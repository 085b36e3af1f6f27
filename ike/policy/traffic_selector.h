// Traffic selectors (RFC 7296 2.9, 3.13.1; RFC 4301 4.4.1): protocol, port range, address range. Pure values with the
// intersection that narrowing is made of. Ports are in host order; for ICMP the "port" is type << 8 | code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/result.h"

namespace xfrmd::policy {

struct TrafficSelector {
    base::AddressRange addresses;
    std::uint8_t protocol = 0;  // IP protocol number; 0 is any
    std::uint16_t first_port = 0;
    std::uint16_t last_port = 65535;  // first 65535 and last 0 mean OPAQUE (RFC 7296 3.13.1)

    bool is_opaque() const { return first_port == 65535 && last_port == 0; }
    bool any_port() const { return first_port == 0 && last_port == 65535; }
    bool is_host() const { return addresses.first == addresses.last; }
    bool contains(const TrafficSelector& other) const;
    std::string to_string() const;  // "10.1.0.0/24", "10.1.0.0/24[tcp/443]", "10.0.0.1..10.0.0.5[udp/1000-2000]"

    friend bool operator==(const TrafficSelector&, const TrafficSelector&) = default;
};

// A selector as configured: `dynamic` ones take the IKE SA's address (or a virtual one) when it is known.
struct ConfiguredSelector {
    bool dynamic = false;
    TrafficSelector selector;  // addresses are without meaning while dynamic

    TrafficSelector resolve(const base::Address& host) const;
    friend bool operator==(const ConfiguredSelector&, const ConfiguredSelector&) = default;
};

using TrafficSelectors = std::vector<TrafficSelector>;

// A packet that asks for a child SA: single addresses, and single ports where its protocol has them.
struct TriggeringPacket {
    TrafficSelector local;
    TrafficSelector remote;
    friend bool operator==(const TriggeringPacket&, const TriggeringPacket&) = default;
};

// One swanctl.conf item: `CIDR|from-to|address|dynamic` with optional `[proto/port]`. Error: ConfigurationInvalid.
base::Result<ConfiguredSelector> parse_selector(std::string_view text);

std::optional<TrafficSelector> intersect(const TrafficSelector& a, const TrafficSelector& b);

// What both `ours` and the peer's `offered` hold (RFC 7296 2.9), ours first in order, without repetition and without
// selectors that another one contains. Empty when nothing is common.
TrafficSelectors narrow(const TrafficSelectors& ours, const TrafficSelectors& offered);

// Every selector of `inner` lies inside one of `outer`: as initiator, the answer must (RFC 7296 2.9).
bool covers(const TrafficSelectors& outer, const TrafficSelectors& inner);

// What is offered to the peer: the packet's selector before the others (RFC 7296 2.9), where they cover it and there is
// room.
TrafficSelectors with_packet_first(TrafficSelectors selectors, const TrafficSelector& packet);

std::string to_string(const TrafficSelectors& selectors);

}  // namespace xfrmd::policy
