// Connections with the addresses that their names resolve to now. What is configured as before, and resolves to the
// same, is the same object as before, so that everybody sees at a glance that nothing has changed.
#pragma once

#include <memory>
#include <unordered_map>
#include <utility>

#include "ike/policy/configuration.h"
#include "ike/policy/hosts.h"

namespace xfrmd::policy {

class ResolvedConnections {
public:
    explicit ResolvedConnections(AddressesOf addresses_of) : addresses_of_(std::move(addresses_of)) {}

    // The configuration with addresses; itself where no connection of it has a name.
    Snapshot take(Snapshot configured);
    // The last one taken, once more: names resolve to something else.
    Snapshot again();

private:
    using Pointer = std::shared_ptr<const Connection>;
    struct Resolved {
        Pointer configured;  // held, so that nothing else gets its place in memory
        Pointer connection;
    };

    Pointer resolved(const Pointer& configured) const;

    AddressesOf addresses_of_;
    Snapshot configured_;
    std::unordered_map<const Connection*, Resolved> known_;  // by what is configured
};

}  // namespace xfrmd::policy
