// Pools of virtual addresses, and what a peer asks of them (RFC 7296 2.19, 3.15.1). Values only; LeaseBook has the
// leases.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/result.h"
#include "ike/policy/identity.h"

namespace xfrmd::policy {

// Addresses that follow each other: `size` of them from `base` on, 1..kMostInPool.
struct PoolAddresses {
    static constexpr std::uint32_t kMostInPool = 1U << 31;

    base::Address base;
    std::uint32_t size = 0;

    // strongSwan's `addrs`: "10.3.0.0/24" (10.3.0.1 to .254: of more than two addresses the first and the last one are
    // left out), "10.3.0.100/24" (from .100 to .254), or "10.3.0.10-10.3.0.20" (all of them). Of a greater network the
    // first kMostInPool. Error: ConfigurationInvalid.
    static base::Result<PoolAddresses> parse(std::string_view text);

    // `offset` is less than `size`.
    base::Address at(std::uint32_t offset) const;
    bool contains(const base::Address& address) const;
    std::uint32_t offset_of(const base::Address& address) const;  // of one that it contains
    bool overlaps(const PoolAddresses& other) const { return contains(other.base) || other.contains(base); }
    friend bool operator==(const PoolAddresses&, const PoolAddresses&) = default;
};

// As it goes into a Configuration payload.
struct PoolAttribute {
    std::uint16_t type = 0;  // 15 bits
    base::Bytes value;
    friend bool operator==(const PoolAttribute&, const PoolAttribute&) = default;
};

struct Pool {
    std::string name;
    PoolAddresses addresses;
    std::vector<PoolAttribute> attributes;  // for whoever gets an address of it
    friend bool operator==(const Pool&, const Pool&) = default;
};

// The first two pools of which each has addresses that the other one has as well; nullptrs: there are none.
std::pair<const Pool*, const Pool*> overlapping(const std::vector<Pool>& pools);

// Who holds leases: an IKE SA and those that take its place by rekeying. Of all engines no two have the same number.
enum class LeaseHolder : std::uint64_t { none = 0 };

struct LeaseRequest {
    LeaseHolder holder{};
    std::vector<std::string> pools;
    Identity peer;
    base::Endpoint remote;
    std::vector<base::Address> wanted;  // any(): whichever there is of that family
    bool takes_over = false;            // the peer's other IKE SAs are going
};

struct Grant {
    std::vector<base::Address> addresses;  // no more than were wanted
    std::vector<PoolAttribute> attributes;
};

}  // namespace xfrmd::policy
