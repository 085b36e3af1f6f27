// Finds connections by name, by the addresses of a packet and by the identity of a peer without looking at all of them.
// Connections that differ in names, identities and children only form a group; groups are few, or told apart by the
// exact remote address. Linear only in the groups whose remote_addrs are ranges or any. For IndexedConfiguration only.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "ike/policy/configuration.h"

namespace xfrmd::policy {

class ConnectionIndex {
public:
    // Borrows the connections.
    explicit ConnectionIndex(const SharedList<Connection>& connections);

    const Connection* find(std::string_view name) const;

    using Found = std::vector<const Connection*>;
    Found by_identity(const base::Address& local, const base::Address& remote, const Identity& remote_id) const;
    Found by_proposals(const base::Address& local, const base::Address& remote) const;

private:
    using Position = std::uint32_t;  // in connections_ or groups_

    struct Group {
        Position proposals = 0;  // equal for equal lists of proposals
        std::vector<Position> members;
        std::vector<Position> open_members;  // those whose remote.id is any or has a wildcard
    };
    struct Ranked {
        int remote = 0;
        int local = 0;
        Position group = 0;
    };
    struct ByIdentity {
        Position group = 0;
        base::Bytes identity;
        Position connection = 0;
        friend auto operator<=>(const ByIdentity&, const ByIdentity&) = default;
    };

    void index_group(Position group);
    void index_member(Position group, Position connection);
    std::vector<Ranked> groups_for(const base::Address& local, const base::Address& remote) const;
    std::vector<Position> identity_members(Position group, const Identity& remote_id) const;

    const SharedList<Connection>& connections_;
    std::vector<Position> by_name_;
    std::vector<Group> groups_;
    std::vector<std::pair<base::Address, Position>> by_remote_host_;
    std::vector<Position> open_groups_;  // those with a range, or nothing, among their remote addresses
    std::vector<ByIdentity> by_identity_;
};

}  // namespace xfrmd::policy
