#include "daemon/manual_specs.h"

#include <algorithm>
#include <utility>

#include "daemon/esp_algorithms.h"
#include "daemon/kernel_selectors.h"
#include "netlink/tunnel.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;
using netlink::Direction;
using policy::ManualProtocol;
using policy::ManualSa;

// One of the SAs that a packet goes through.
struct Layer {
    std::uint8_t protocol;
    std::uint32_t spi;
    netlink::Mode mode;
};

// Innermost first. What is around a tunnel protects the tunnel's own packets, which is transport mode (RFC 4301 4.3).
std::vector<Layer> layers_of(const ManualSa& sa) {
    const netlink::Mode mode = kernel_mode(sa);
    switch (sa.protocol) {
        case ManualProtocol::ah:
            return {{netlink::kAh, sa.spi, mode}};
        case ManualProtocol::esp:
            return {{netlink::kEsp, sa.spi, mode}};
        case ManualProtocol::bundle:
            break;
    }
    return {{netlink::kEsp, sa.auxiliary_spi, mode}, {netlink::kAh, sa.spi, netlink::Mode::transport}};
}

netlink::Mark mark_of(const ManualSa& sa) { return {sa.mark.value, sa.mark.mask}; }

netlink::SaId id_of(const ManualSa& sa, const Layer& layer, bool inbound) {
    return {inbound ? sa.local_addrs : sa.remote_addrs, netlink::Spi{layer.spi}, layer.protocol, mark_of(sa)};
}

// RFC 2410: without encryption ESP has the NULL cipher. A bundle's ESP only encrypts: its AH authenticates.
base::Result<netlink::Algorithms> esp_algorithms(const ManualSa& sa) {
    crypto::ChildSuite suite;
    suite.encryption = policy::EncryptionId::null;
    base::SecretBytes encryption_key;
    base::SecretBytes integrity_key;
    if (sa.encryption) {
        suite.encryption = sa.encryption->algorithm;
        suite.key_bits = sa.encryption->key_bits;
        encryption_key = sa.encryption->key.clone();
    }
    if (sa.authentication && sa.protocol == ManualProtocol::esp) {
        suite.integrity = sa.authentication->algorithm;
        integrity_key = sa.authentication->key.clone();
    }
    return to_kernel(suite, std::move(encryption_key), std::move(integrity_key));
}

// AH computes what ESP without encryption does, under the same names.
base::Result<netlink::Algorithms> ah_algorithms(const ManualSa& sa) {
    if (!sa.authentication) return base::fail(Reason::AlgorithmUnavailable, "AH without authentication");
    crypto::ChildSuite suite;
    suite.encryption = policy::EncryptionId::null;
    suite.integrity = sa.authentication->algorithm;
    auto pair = to_kernel(suite, {}, sa.authentication->key.clone());
    if (!pair) return pair;
    auto& known = std::get<netlink::CipherAndMac>(*pair);
    return netlink::Mac{std::move(known.mac), std::move(known.mac_key), known.icv_bits};
}

base::Result<netlink::SaSpec> sa_spec(const ManualSa& sa, const Layer& layer, bool inbound,
                                      const std::vector<netlink::Selector>& selectors, netlink::Reqid reqid) {
    auto algorithms = layer.protocol == netlink::kAh ? ah_algorithms(sa) : esp_algorithms(sa);
    if (!algorithms) return tl::unexpected(algorithms.error());
    netlink::SaSpec spec;
    spec.algorithms = std::move(*algorithms);
    spec.inbound = inbound;
    spec.source = inbound ? sa.remote_addrs : sa.local_addrs;
    spec.id = id_of(sa, layer, inbound);
    spec.reqid = reqid;
    spec.mode = layer.mode;
    spec.if_id = sa.if_id;
    // RFC 4303 3.3.3, RFC 4302 3.3.2: keys that stay go without anti-replay, so the sender may start again.
    spec.replay_window = 0;
    spec.flags.sequence_may_wrap = true;
    // An SA has room for one selector; with several, the policies alone decide. In tunnel mode they do anyway.
    if (kernel_mode(sa) == netlink::Mode::transport && selectors.size() == 1) {
        spec.selector = inbound ? reversed(selectors.front()) : selectors.front();
        spec.selector->interface = 0;  // which only policies are bound to
    }
    return spec;
}

// `selector` is in the outbound view.
netlink::PolicySpec policy_spec(const ManualSa& sa, const netlink::Selector& selector, Direction direction,
                                netlink::Reqid reqid) {
    const bool out = direction == Direction::out;
    netlink::PolicySpec policy;
    policy.id = {direction, out ? selector : reversed(selector), mark_of(sa), sa.if_id};
    policy.priority = netlink::policy_priority(selector);
    for (const Layer& layer : layers_of(sa)) {
        netlink::Template served_by;
        served_by.mode = layer.mode;
        served_by.protocol = layer.protocol;
        served_by.reqid = reqid;
        served_by.source = out ? sa.local_addrs : sa.remote_addrs;
        served_by.destination = out ? sa.remote_addrs : sa.local_addrs;
        // Several SAs may have the reqid and the addresses: this one is to be sent over, any of them may be received.
        if (out) served_by.spi = netlink::Spi{layer.spi};
        policy.templates.push_back(served_by);
    }
    return policy;
}

std::vector<Direction> directions_of(const ManualSa& sa) {
    std::vector<Direction> directions;
    if (sa.receives()) directions.push_back(Direction::in);
    // RFC 4301 5.2: what came out of a tunnel may be for another host.
    if (sa.receives() && sa.mode == policy::Mode::tunnel) directions.push_back(Direction::forward);
    if (sa.sends()) directions.push_back(Direction::out);
    return directions;
}

policy::TrafficSelectors resolved(const std::vector<policy::ConfiguredSelector>& configured, const base::Address& end) {
    policy::TrafficSelectors selectors;
    for (const policy::ConfiguredSelector& one : configured) selectors.push_back(one.resolve(end));
    return selectors;
}

}  // namespace

netlink::Mode kernel_mode(const ManualSa& sa) {
    return sa.mode == policy::Mode::tunnel ? netlink::Mode::tunnel : netlink::Mode::transport;
}

base::Result<std::vector<netlink::Selector>> manual_selectors(const ManualSa& sa, std::uint32_t interface) {
    auto selectors = kernel_selectors(resolved(sa.local_ts, sa.local_addrs), resolved(sa.remote_ts, sa.remote_addrs));
    if (!selectors) return selectors;
    const auto has_other_family = [&](const netlink::Selector& one) {
        return one.source.network.family() != sa.local_addrs.family();
    };
    // xfrm_state_look_at() holds the outer SA's family against that of the packet inside both.
    if (sa.protocol == ManualProtocol::bundle && std::any_of(selectors->begin(), selectors->end(), has_other_family)) {
        return base::fail(Reason::TrafficSelectorsUnacceptable,
                          "Linux has no bundle with one family inside and the other outside");
    }
    for (netlink::Selector& one : *selectors) one.interface = interface;
    return netlink::tidied(*selectors);
}

base::Result<ManualSpecs> manual_specs(const ManualSa& sa, const std::vector<netlink::Selector>& selectors,
                                       netlink::Reqid reqid) {
    ManualSpecs specs;
    for (const bool inbound : {true, false}) {
        if (inbound ? !sa.receives() : !sa.sends()) continue;
        for (const Layer& layer : layers_of(sa)) {
            auto spec = sa_spec(sa, layer, inbound, selectors, reqid);
            if (!spec) return tl::unexpected(spec.error());
            specs.sas.push_back(std::move(*spec));
        }
    }
    for (const Direction direction : directions_of(sa)) {
        for (const netlink::Selector& selector : selectors) {
            specs.policies.push_back(policy_spec(sa, selector, direction, reqid));
        }
    }
    return specs;
}

netlink::SaId counted_sa(const ManualSa& sa, bool inbound) { return id_of(sa, layers_of(sa).front(), inbound); }

}  // namespace xfrmd::daemon
