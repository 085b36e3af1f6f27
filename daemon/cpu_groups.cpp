#include "daemon/cpu_groups.h"

#include <algorithm>
#include <utility>

namespace xfrmd::daemon {

void CpuGroups::add(const WantedChild& of, ike::ChildSaId child, const Member& member, bool may_ask) {
    Group& group = groups_[of];
    group.may_ask = may_ask;
    group.members.insert_or_assign(child, member);
    group_by_child_.insert_or_assign(child, of);
    if (member.is_used) lead(child, member);
    settle(group);
}

void CpuGroups::use(ike::ChildSaId child) {
    const auto group = group_of(child);
    if (group == groups_.end()) return;
    Member& member = group->second.members.at(child);
    member.is_used = true;
    lead(child, member);
    settle(group->second);
}

void CpuGroups::move(ike::ChildSaId child, const netlink::InstalledTunnel& tunnel) {
    const auto group = group_of(child);
    if (group != groups_.end()) group->second.members.at(child).tunnel = tunnel;
}

void CpuGroups::remove(ike::ChildSaId child) {
    const auto group = group_of(child);
    if (group == groups_.end()) return;
    const Member gone = group->second.members.at(child);
    for (const auto from : {group, group_of(gone.replaces)}) {
        if (from == groups_.end()) continue;
        for (auto& [other, member] : from->second.members) {
            if (member.rests_for == child) follow(member, gone);
        }
    }
    group_by_child_.erase(child);
    group->second.members.erase(child);
    if (group->second.members.empty()) groups_.erase(group);
}

bool CpuGroups::rests(ike::ChildSaId child) {
    const auto group = group_of(child);
    return group != groups_.end() && group->second.members.at(child).rests_for != ike::ChildSaId::none;
}

bool CpuGroups::ask(ike::ChildSaId child, std::uint32_t cpu) {
    const auto group = group_of(child);
    if (group == groups_.end()) return false;
    const bool is_there = std::ranges::any_of(
        group->second.members, [cpu](const auto& entry) { return entry.second.is_used && entry.second.cpu == cpu; });
    if (is_there || !group->second.asked.insert(cpu).second) return false;
    settle(group->second);
    return true;
}

void CpuGroups::may_ask_again(netlink::Reqid reqid, std::uint32_t cpu) {
    for (auto& [of, group] : groups_) {
        if (group.members.begin()->second.tunnel.reqid != reqid || group.asked.erase(cpu) == 0) continue;
        settle(group);
    }
}

void CpuGroups::ask_no_more(const WantedChild& of) {
    const auto group = groups_.find({of.connection, of.child, of.ike_sa, {}});
    if (group == groups_.end()) return;
    group->second.may_ask = false;
    settle(group->second);
}

CpuGroups::Groups::iterator CpuGroups::group_of(ike::ChildSaId child) {
    const auto of = group_by_child_.find(child);
    return of == group_by_child_.end() ? groups_.end() : groups_.find(of->second);
}

// The peer takes packets on the new one, and will not on the old one for long.
void CpuGroups::lead(ike::ChildSaId child, const Member& member) {
    const auto before = group_of(member.replaces);
    if (before == groups_.end()) return;
    for (auto& [other, old] : before->second.members) {
        if (other != child && (other == member.replaces || member.replaces_group)) rest(old, child);
    }
}

void CpuGroups::rest(Member& member, ike::ChildSaId in_favour_of) {
    member.rests_for = in_favour_of;
    if (!std::exchange(member.is_used, false)) return;
    complain(installer_.rest(member.tunnel));
}

// What was sent on in its place is replaced itself; or has gone, as when another IKE SA could not take this one's place
// after all. Within an IKE SA the peer has deleted this one: packets go by the one for all CPUs.
void CpuGroups::follow(Member& member, const Member& gone) {
    if (!gone.is_used) member.rests_for = gone.rests_for;
    if (!gone.is_used || !gone.replaces_group) return;
    member.rests_for = ike::ChildSaId::none;
    member.is_used = true;
    complain(installer_.wake(member.tunnel));
}

void CpuGroups::settle(Group& group) {
    for (const auto& [child, member] : group.members) {
        if (member.is_used && member.cpu) group.asked.erase(*member.cpu);
    }
    const bool asks = group.may_ask && group.asked.empty();
    for (const auto& [child, member] : group.members) complain(installer_.ask_for_cpus(member.tunnel, asks));
}

// The next comparison puts policies right; an SA that has gone is noticed as any other.
void CpuGroups::complain(const netlink::KernelResult<void>& result) const {
    if (!result && log_ != nullptr) log_->error("SAs for single CPUs: " + result.error().text);
}

}  // namespace xfrmd::daemon
