#include "ike/ikev2/exchange/single_pair.h"

#include <algorithm>
#include <iterator>

namespace xfrmd::ikev2::exchange {

namespace {

constexpr std::size_t kMostPairs = 16;

bool holds(const policy::TrafficSelectors& selectors, const base::Address& address) {
    return std::ranges::any_of(selectors, [&](const auto& selector) { return selector.addresses.contains(address); });
}

// Each once. Nothing where they are not all single hosts: a network has too many.
std::vector<base::Address> hosts_of(const policy::TrafficSelectors& selectors) {
    std::vector<base::Address> hosts;
    for (const policy::TrafficSelector& selector : selectors) {
        if (!selector.is_host()) return {};
        if (std::ranges::find(hosts, selector.addresses.first) == hosts.end())
            hosts.push_back(selector.addresses.first);
    }
    return hosts;
}

// They stand first in what was proposed (2.9).
std::vector<sa::AddressPair> pair_of_packet(const sa::ProposedChild& proposed) {
    const policy::TrafficSelector& from = proposed.local_ts.front();
    const policy::TrafficSelector& to = proposed.remote_ts.front();
    if (!from.is_host() || !to.is_host()) return {};
    return {{from.addresses.first, to.addresses.first}};
}

std::vector<sa::AddressPair> pairs_of(const sa::ProposedChild& proposed) {
    const std::vector<base::Address> local = hosts_of(proposed.local_ts);
    const std::vector<base::Address> remote = hosts_of(proposed.remote_ts);
    if (local.empty() || remote.empty()) return pair_of_packet(proposed);
    std::vector<sa::AddressPair> pairs;
    if (local.size() * remote.size() > kMostPairs) return pairs;
    for (const base::Address& one : local) {
        for (const base::Address& other : remote) {
            if (one.family() == other.family()) pairs.push_back({one, other});
        }
    }
    return pairs;
}

}  // namespace

policy::TrafficSelectors of_address(const policy::TrafficSelectors& selectors, const base::Address& address) {
    return narrow(selectors, {policy::TrafficSelector{{address, address}}});
}

sa::AddressPair pair_of(const policy::TriggeringPacket& packet) {
    return {packet.local.addresses.first, packet.remote.addresses.first};
}

bool serves(const sa::ChildSa& child, const sa::AddressPair& pair) {
    return holds(child.local_ts, pair.local) && holds(child.remote_ts, pair.remote);
}

bool ask_for_pairs(sa::Step& step, const sa::ProposedChild& refused) {
    if (refused.only) return false;
    const std::vector<sa::AddressPair> pairs = pairs_of(refused);
    if (pairs.empty() || step.sa.tasks.size() + pairs.size() > step.options.most_tasks) return false;
    step.report(ike::Level::info, "peer takes child SA " + refused.name + " for single pairs of addresses only: " +
                                      std::to_string(pairs.size()) + " to ask for");
    std::vector<sa::Task> tasks{
        sa::CreateChildTask{refused.name, refused.operation, {}, refused.replaces, refused.number, 0, pairs.front()}};
    for (std::size_t i = 1; i < pairs.size(); ++i) {
        tasks.emplace_back(sa::CreateChildTask{refused.name, ike::OperationId::none, {}, {}, {}, 0, pairs[i]});
    }
    step.sa.tasks.insert(step.sa.tasks.begin(), std::make_move_iterator(tasks.begin()),
                         std::make_move_iterator(tasks.end()));
    return true;
}

}  // namespace xfrmd::ikev2::exchange
