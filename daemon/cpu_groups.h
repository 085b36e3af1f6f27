// Tunnels with the same selectors of which each is for one CPU, beside one for all of them (RFC 9611): on which of them
// the kernel may send, and whether packets ask for more of them. Main thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "daemon/log.h"
#include "daemon/wanted_child.h"
#include "netlink/installer.h"

namespace xfrmd::daemon {

class CpuGroups {
public:
    struct Member {
        netlink::InstalledTunnel tunnel;
        std::optional<std::uint32_t> cpu;
        bool is_used = true;          // or its outbound SA rests
        ike::ChildSaId replaces{};    // whose outbound SA rests once this one is used
        bool replaces_group = false;  // and those of its whole group
        ike::ChildSaId rests_for{};   // who is sent on in its place; none: nobody
    };

    // Both outlive it; the log may be nobody.
    CpuGroups(netlink::Installer& installer, Log* log) : installer_(installer), log_(log) {}

    // `of` is the same for all of a group, without a CPU. `may_ask`: the peer makes more of them.
    void add(const WantedChild& of, ike::ChildSaId child, const Member& member, bool may_ask);
    // Of children that are in no group nothing is done.
    void use(ike::ChildSaId child);
    void move(ike::ChildSaId child, const netlink::InstalledTunnel& tunnel);
    void remove(ike::ChildSaId child);

    // Another one is sent on in its place.
    bool rests(ike::ChildSaId child);

    // Packets on this CPU ask for a tunnel: until it is used, or the kernel has forgotten that, none of this group do.
    // False where they have asked already.
    bool ask(ike::ChildSaId child, std::uint32_t cpu);
    void may_ask_again(netlink::Reqid reqid, std::uint32_t cpu);
    // Until a member is added that may.
    void ask_no_more(const WantedChild& of);

private:
    struct Group {
        std::map<ike::ChildSaId, Member> members;
        std::set<std::uint32_t> asked;
        bool may_ask = true;
    };
    using Groups = std::map<WantedChild, Group>;

    Groups::iterator group_of(ike::ChildSaId child);
    void lead(ike::ChildSaId child, const Member& member);
    void rest(Member& member, ike::ChildSaId in_favour_of);
    void follow(Member& member, const Member& gone);
    void settle(Group& group);
    void complain(const netlink::KernelResult<void>& result) const;

    netlink::Installer& installer_;
    Log* log_;
    Groups groups_;
    std::unordered_map<ike::ChildSaId, WantedChild> group_by_child_;
};

}  // namespace xfrmd::daemon
