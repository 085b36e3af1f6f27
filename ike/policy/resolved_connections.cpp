#include "ike/policy/resolved_connections.h"

namespace xfrmd::policy {

Snapshot ResolvedConnections::take(Snapshot configured) {
    configured_ = std::move(configured);
    return again();
}

Snapshot ResolvedConnections::again() {
    SharedList<Connection>::Pointers connections = configured_->connections().pointers();
    std::unordered_map<const Connection*, Resolved> known;
    for (Pointer& connection : connections) {
        if (!connection->has_names()) continue;
        Resolved now{connection, resolved(connection)};
        connection = now.connection;
        known.emplace(now.configured.get(), std::move(now));
    }
    known_ = std::move(known);
    if (known_.empty()) return configured_;
    return configured_->with_connections(SharedList<Connection>(std::move(connections)));
}

ResolvedConnections::Pointer ResolvedConnections::resolved(const Pointer& configured) const {
    auto local = resolve(configured->local_hosts, addresses_of_);
    auto remote = resolve(configured->remote_hosts, addresses_of_);
    const auto is_so = [&](const Connection& one) { return one.local_addrs == local && one.remote_addrs == remote; };
    const auto before = known_.find(configured.get());
    if (before != known_.end() && is_so(*before->second.connection)) return before->second.connection;
    auto made = std::make_shared<Connection>(*configured);
    made->local_addrs = std::move(local);
    made->remote_addrs = std::move(remote);
    return made;
}

}  // namespace xfrmd::policy
