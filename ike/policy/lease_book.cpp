#include "ike/policy/lease_book.h"

#include <algorithm>

namespace xfrmd::policy {

namespace {

const Pool* find(const std::vector<Pool>& pools, std::string_view name) {
    const auto found = std::ranges::find(pools, name, &Pool::name);
    return found == pools.end() ? nullptr : &*found;
}

}  // namespace

std::string LeaseBook::objection(const std::vector<Pool>& pools) const {
    for (const auto& [name, leases] : pools_) {
        const std::size_t online = leases.all.size() - leases.offline.size();
        if (online == 0) continue;
        const Pool* next = find(pools, name);
        if ((next != nullptr && next->addresses == leases.pool.addresses)) continue;
        return "pool " + base::printable(name) + " has " + std::to_string(online) + " leases online, and cannot be " +
               (next == nullptr ? "removed" : "changed");
    }
    return {};
}

void LeaseBook::configure(const std::vector<Pool>& pools) {
    std::map<std::string_view, const Pool*> next;
    for (const Pool& pool : pools) next.emplace(pool.name, &pool);
    std::erase_if(pools_, [&](const auto& one) {
        const auto found = next.find(one.first);
        const bool is_as_before = found != next.end() && found->second->addresses == one.second.pool.addresses;
        const bool has_online = one.second.all.size() > one.second.offline.size();
        if (has_online && !is_as_before && found != next.end()) next.erase(found);
        return !is_as_before && !has_online;
    });
    for (const auto& [name, pool] : next) pools_[std::string(name)].pool = *pool;
}

Grant LeaseBook::lease(const LeaseRequest& request) {
    Grant grant = granted_before(request);
    if (!grant.addresses.empty()) return grant;
    for (const base::Address& wanted : request.wanted) {
        static_cast<void>(lease_by(&LeaseBook::find_own, request, wanted, grant) ||
                          lease_by(&LeaseBook::find_new, request, wanted, grant) ||
                          lease_by(&LeaseBook::find_others, request, wanted, grant));
    }
    add_attributes(request, grant);
    return grant;
}

Grant LeaseBook::granted_before(const LeaseRequest& request) const {
    Grant grant;
    const auto held = held_.find(request.holder);
    if (held == held_.end()) return grant;
    for (const Held& one : held->second) {
        grant.addresses.push_back(pools_.find(one.pool)->second.pool.addresses.at(one.offset));
    }
    add_attributes(request, grant);
    return grant;
}

bool LeaseBook::lease_by(Find find, const LeaseRequest& request, const base::Address& wanted, Grant& grant) {
    for (const std::string& name : request.pools) {
        const auto pool = pools_.find(name);
        Offset offset = 0;
        if (pool == pools_.end() || pool->second.pool.addresses.base.family() != wanted.family() ||
            !(this->*find)(pool->second, request, wanted, offset))
            continue;
        hold(pool->second, offset, request);
        held_[request.holder].push_back({name, offset});
        grant.addresses.push_back(pool->second.pool.addresses.at(offset));
        return true;
    }
    return false;
}

// Of this peer's: the one that it wants before others. Nobody (RFC 7619) is another one each time.
bool LeaseBook::find_own(Leases& leases, const LeaseRequest& request, const base::Address& wanted, Offset& found) {
    const auto own = leases.of_peers.find(request.peer.folded());
    if (own == leases.of_peers.end() || request.peer.is_null()) return false;
    int best = 0;
    for (const Offset offset : own->second) {
        const auto& holders = leases.all.at(offset).holders;
        const bool is_wanted = leases.pool.addresses.at(offset) == wanted;
        const bool is_there =
            std::ranges::any_of(holders, [&](const auto& holder) { return holder.second == request.remote; });
        const bool comes_again = is_there && (is_wanted || wanted.is_any());
        const bool is_free = holders.empty() || request.takes_over || comes_again;
        if (!is_free || holders.contains(request.holder)) continue;
        const int fits = is_wanted ? 3 : comes_again ? 2 : 1;
        if (fits > best) found = offset;
        best = std::max(best, fits);
    }
    return best > 0;
}

bool LeaseBook::find_new(Leases& leases, const LeaseRequest&, const base::Address&, Offset& found) {
    if (leases.unused == leases.pool.addresses.size || leases.offline.size() >= kMostRemembered) return false;
    found = leases.unused++;
    return true;
}

bool LeaseBook::find_others(Leases& leases, const LeaseRequest&, const base::Address&, Offset& found) {
    if (leases.offline.empty()) return false;
    found = leases.offline.front();
    return true;
}

void LeaseBook::hold(Leases& leases, Offset offset, const LeaseRequest& request) {
    const auto known = leases.all.find(offset);
    if (known != leases.all.end() && known->second.peer.folded() != request.peer.folded()) forget(leases, offset);
    const auto [lease, is_new] = leases.all.try_emplace(offset);
    if (is_new) {
        lease->second.peer = request.peer;
        leases.of_peers[request.peer.folded()].insert(offset);
    } else if (lease->second.holders.empty()) {
        leases.offline.erase(lease->second.place);
    }
    lease->second.holders.insert_or_assign(request.holder, request.remote);
}

// Of an offline one.
void LeaseBook::forget(Leases& leases, Offset offset) {
    const auto lease = leases.all.find(offset);
    const auto own = leases.of_peers.find(lease->second.peer.folded());
    own->second.erase(offset);
    if (own->second.empty()) leases.of_peers.erase(own);
    leases.offline.erase(lease->second.place);
    leases.all.erase(lease);
}

void LeaseBook::let_go(Leases& leases, Offset offset, LeaseHolder holder) {
    Lease& lease = leases.all.at(offset);
    lease.holders.erase(holder);
    if (lease.holders.empty()) lease.place = leases.offline.insert(leases.offline.end(), offset);
}

void LeaseBook::move(LeaseHolder holder, const base::Endpoint& remote) {
    const auto held = held_.find(holder);
    if (held == held_.end()) return;
    for (const Held& one : held->second) pools_.find(one.pool)->second.all.at(one.offset).holders.at(holder) = remote;
}

void LeaseBook::give_back(LeaseHolder holder) {
    const auto held = held_.extract(holder);
    if (held.empty()) return;
    for (const Held& one : held.mapped()) let_go(pools_.find(one.pool)->second, one.offset, holder);
}

void LeaseBook::add_attributes(const LeaseRequest& request, Grant& grant) const {
    if (!grant.addresses.empty()) grant.attributes = common_;
    for (const std::string& name : request.pools) {
        const auto found = pools_.find(name);
        if (found == pools_.end()) continue;
        const Pool& pool = found->second.pool;
        const bool gave = std::ranges::any_of(
            grant.addresses, [&](const base::Address& address) { return pool.addresses.contains(address); });
        if (gave) grant.attributes.insert(grant.attributes.end(), pool.attributes.begin(), pool.attributes.end());
    }
}

std::vector<PoolState> LeaseBook::pools() const {
    std::vector<PoolState> states;
    for (const auto& [name, leases] : pools_) {
        states.push_back(
            {name, leases.pool.addresses, leases.all.size() - leases.offline.size(), leases.offline.size()});
    }
    return states;
}

std::vector<LeaseState> LeaseBook::leases(std::string_view pool) const {
    std::vector<LeaseState> states;
    const auto found = pools_.find(pool);
    if (found == pools_.end()) return states;
    for (const auto& [offset, lease] : found->second.all) {
        states.push_back({found->second.pool.addresses.at(offset), lease.peer, !lease.holders.empty()});
    }
    return states;
}

}  // namespace xfrmd::policy
