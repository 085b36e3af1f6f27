// Which virtual address is whose. A pure value: one for all engines, in whoever's thread owns it. A lease is online
// while somebody holds it; offline it is remembered for its peer, and given to another one only when nothing else is
// left, the one that has been offline longest first. That is what charon does, but for this last rule, and that no more
// than kMostRemembered are.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ike/policy/pool.h"

namespace xfrmd::policy {

struct LeaseState {
    base::Address address;
    Identity peer;
    bool is_online = false;
};

struct PoolState {
    std::string name;
    PoolAddresses addresses;
    std::size_t online = 0;
    std::size_t offline = 0;
};

class LeaseBook {
public:
    LeaseBook() = default;
    explicit LeaseBook(const std::vector<Pool>& pools) { configure(pools); }
    LeaseBook(LeaseBook&&) = delete;  // leases know each other's places

    // What keeps these pools from taking the place of those that are here: one of those has gone, or has other
    // addresses, and leases of it are online. Empty: nothing. Attributes may change at any time.
    std::string objection(const std::vector<Pool>& pools) const;
    // Leases of pools that stay as they are stay as they are; so does a pool that there is an objection about.
    void configure(const std::vector<Pool>& pools);

    // What everybody is told who gets an address, before what its pool tells.
    void tell_all(std::vector<PoolAttribute> attributes) { common_ = std::move(attributes); }

    // For each wanted address one, in the order of the pools: an offline lease of this peer; where the peer's other IKE
    // SAs are going, or it asks for it, or for any, from where it has it, one that it has online; one that nobody has
    // had; somebody else's offline one. What was leased to this holder before is what it gets.
    Grant lease(const LeaseRequest& request);
    // Who holds them is there now.
    void move(LeaseHolder holder, const base::Endpoint& remote);
    // All that it holds. Nothing for one that holds nothing.
    void give_back(LeaseHolder holder);

    std::vector<PoolState> pools() const;  // by name
    // Of one pool, in the order of the addresses; of no pool, none.
    std::vector<LeaseState> leases(std::string_view pool) const;

    static constexpr std::size_t kMostRemembered = 65'536;  // offline leases of a pool

private:
    using Offset = std::uint32_t;
    struct Lease {
        Identity peer;
        std::map<LeaseHolder, base::Endpoint> holders;  // with where the peer was; empty: offline
        std::list<Offset>::iterator place;              // in `offline`, where it is
    };
    struct Leases {
        Pool pool;
        std::map<Offset, Lease> all;
        std::map<base::Bytes, std::set<Offset>> of_peers;  // by Identity::folded()
        std::list<Offset> offline;                         // the longest first
        Offset unused = 0;                                 // from here on nobody has had any
    };
    using Find = bool (LeaseBook::*)(Leases&, const LeaseRequest&, const base::Address&, Offset&);

    bool find_own(Leases& leases, const LeaseRequest& request, const base::Address& wanted, Offset& found);
    bool find_new(Leases& leases, const LeaseRequest& request, const base::Address& wanted, Offset& found);
    bool find_others(Leases& leases, const LeaseRequest& request, const base::Address& wanted, Offset& found);
    bool lease_by(Find find, const LeaseRequest& request, const base::Address& wanted, Grant& grant);
    Grant granted_before(const LeaseRequest& request) const;
    void add_attributes(const LeaseRequest& request, Grant& grant) const;
    static void hold(Leases& leases, Offset offset, const LeaseRequest& request);
    static void let_go(Leases& leases, Offset offset, LeaseHolder holder);
    static void forget(Leases& leases, Offset offset);

    struct Held {
        std::string pool;
        Offset offset = 0;
    };
    std::vector<PoolAttribute> common_;
    std::map<std::string, Leases, std::less<>> pools_;
    std::unordered_map<LeaseHolder, std::vector<Held>> held_;
};

}  // namespace xfrmd::policy
