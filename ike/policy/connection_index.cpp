#include "ike/policy/connection_index.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace xfrmd::policy {

namespace {

constexpr int kNo = 0;
constexpr int kAny = 1;
constexpr int kRange = 2;
constexpr int kHost = 3;

bool is_host(const base::AddressRange& range) { return range.first == range.last; }

int fit(const std::vector<base::AddressRange>& ranges, const base::Address& address) {
    if (ranges.empty()) return kAny;
    int best = kNo;
    for (const base::AddressRange& range : ranges) {
        if (range.contains(address)) best = std::max(best, is_host(range) ? kHost : kRange);
    }
    return best;
}

template <typename Number>
void append_number(std::string& key, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i) key.push_back(static_cast<char>(number >> (8 * i)));
}

std::string key_of(const std::vector<Proposal>& proposals) {
    std::string key;
    for (const Proposal& proposal : proposals) {
        append_number(key, static_cast<std::uint8_t>(proposal.protocol));
        append_number(key, proposal.transforms.size());
        for (const Transform& transform : proposal.transforms) {
            append_number(key, static_cast<std::uint8_t>(transform.type));
            append_number(key, transform.id);
            append_number(key, transform.key_bits);
        }
    }
    return key;
}

void append_ranges(std::string& key, const std::vector<base::AddressRange>& ranges) {
    append_number(key, ranges.size());
    for (const base::AddressRange& range : ranges) {
        append_number(key, range.first.size());
        key += base::as_text(range.first.bytes());
        key += base::as_text(range.last.bytes());
    }
}

// Gives equal keys equal numbers, counted from 0.
class Numbering {
public:
    std::uint32_t of(std::string key) {
        return numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(numbers_.size())).first->second;
    }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace

ConnectionIndex::ConnectionIndex(const SharedList<Connection>& connections) : connections_(connections) {
    Numbering proposals;
    Numbering groups;
    Position same_proposals = 0;
    const Connection* previous = nullptr;
    for (Position i = 0; i < connections.size(); ++i) {
        by_name_.push_back(i);
        if (!connections[i].negotiates() || !connections[i].is_resolved()) continue;
        // Neighbours mostly have the same list, and comparing is cheaper than making a key.
        if (previous == nullptr || connections[i].proposals != previous->proposals) {
            same_proposals = proposals.of(key_of(connections[i].proposals));
        }
        previous = &connections[i];
        std::string key;
        append_number(key, same_proposals);
        append_ranges(key, connections[i].local_addrs);
        append_ranges(key, connections[i].remote_addrs);
        const Position group = groups.of(std::move(key));
        if (group == groups_.size()) groups_.push_back({same_proposals, {}, {}});
        index_member(group, i);
    }
    for (Position group = 0; group < groups_.size(); ++group) index_group(group);
    std::sort(by_remote_host_.begin(), by_remote_host_.end());
    std::sort(by_identity_.begin(), by_identity_.end());
    std::stable_sort(by_name_.begin(), by_name_.end(),
                     [&](Position a, Position b) { return connections[a].name < connections[b].name; });
}

void ConnectionIndex::index_member(Position group, Position connection) {
    const Identity& remote_id = connections_[connection].remote.id;
    groups_[group].members.push_back(connection);
    if (remote_id.is_exact()) {
        by_identity_.push_back({group, remote_id.folded(), connection});
    } else {
        groups_[group].open_members.push_back(connection);
    }
}

void ConnectionIndex::index_group(Position group) {
    const auto& remote_addrs = connections_[groups_[group].members.front()].remote_addrs;
    for (const base::AddressRange& range : remote_addrs) {
        if (is_host(range)) by_remote_host_.emplace_back(range.first, group);
    }
    if (remote_addrs.empty() || !std::all_of(remote_addrs.begin(), remote_addrs.end(), is_host)) {
        open_groups_.push_back(group);
    }
}

const Connection* ConnectionIndex::find(std::string_view name) const {
    const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                        [&](Position i, std::string_view n) { return connections_[i].name < n; });
    return found != by_name_.end() && connections_[*found].name == name ? &connections_[*found] : nullptr;
}

std::vector<ConnectionIndex::Ranked> ConnectionIndex::groups_for(const base::Address& local,
                                                                 const base::Address& remote) const {
    std::vector<Position> possible = open_groups_;
    auto host = std::lower_bound(by_remote_host_.begin(), by_remote_host_.end(), std::pair(remote, Position{0}));
    for (; host != by_remote_host_.end() && host->first == remote; ++host) possible.push_back(host->second);
    std::sort(possible.begin(), possible.end());
    possible.erase(std::unique(possible.begin(), possible.end()), possible.end());

    std::vector<Ranked> groups;
    for (const Position group : possible) {
        const Connection& first = connections_[groups_[group].members.front()];
        const Ranked ranked{fit(first.remote_addrs, remote), fit(first.local_addrs, local), group};
        if (ranked.remote != kNo && ranked.local != kNo) groups.push_back(ranked);
    }
    return groups;
}

std::vector<ConnectionIndex::Position> ConnectionIndex::identity_members(Position group,
                                                                         const Identity& remote_id) const {
    std::vector<Position> members;
    const auto add_fitting = [&](Position connection) {
        if (match(connections_[connection].remote.id, remote_id) > 0) members.push_back(connection);
    };
    const base::Bytes identity = remote_id.folded();
    auto exact = std::lower_bound(by_identity_.begin(), by_identity_.end(), ByIdentity{group, identity, 0});
    for (; exact != by_identity_.end() && exact->group == group && exact->identity == identity; ++exact) {
        add_fitting(exact->connection);
    }
    for (const Position connection : groups_[group].open_members) add_fitting(connection);
    return members;
}

ConnectionIndex::Found ConnectionIndex::by_identity(const base::Address& local, const base::Address& remote,
                                                    const Identity& remote_id) const {
    std::vector<std::tuple<int, int, Position>> order;
    for (const Ranked& ranked : groups_for(local, remote)) {
        for (const Position member : identity_members(ranked.group, remote_id)) {
            order.emplace_back(-ranked.remote, -ranked.local, member);
        }
    }
    std::sort(order.begin(), order.end());
    Found found;
    found.reserve(order.size());
    for (const auto& entry : order) found.push_back(&connections_[std::get<Position>(entry)]);
    return found;
}

ConnectionIndex::Found ConnectionIndex::by_proposals(const base::Address& local, const base::Address& remote) const {
    std::vector<Ranked> groups = groups_for(local, remote);
    const auto order = [&](const Ranked& one) {
        return std::tuple(-one.remote, -one.local, groups_[one.group].members.front());
    };
    std::sort(groups.begin(), groups.end(), [&](const Ranked& a, const Ranked& b) { return order(a) < order(b); });
    std::unordered_set<Position> seen;
    Found firsts;
    for (const Ranked& ranked : groups) {
        const Group& group = groups_[ranked.group];
        if (seen.insert(group.proposals).second) firsts.push_back(&connections_[group.members.front()]);
    }
    return firsts;
}

}  // namespace xfrmd::policy
