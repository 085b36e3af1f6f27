#include "ike/policy/connection.h"

#include <algorithm>
#include <utility>

#include "ike/policy/connection_index.h"
#include "ike/policy/secret_index.h"

namespace xfrmd::policy {

namespace {

const Child* find(const std::vector<Child>& children, std::string_view name) {
    const auto found =
        std::find_if(children.begin(), children.end(), [&](const Child& one) { return one.name == name; });
    return found == children.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Proposal> Child::proposals() const {
    std::vector<Proposal> all = esp_proposals;
    all.insert(all.end(), ah_proposals.begin(), ah_proposals.end());
    return all;
}

bool Child::is_dynamic() const {
    const auto dynamic = [](const ConfiguredSelector& selector) { return selector.dynamic; };
    return std::any_of(local_ts.begin(), local_ts.end(), dynamic) ||
           std::any_of(remote_ts.begin(), remote_ts.end(), dynamic);
}

const Child* Connection::child(std::string_view child_name) const { return find(children, child_name); }

const Child* Connection::shunt(std::string_view shunt_name) const { return find(shunts, shunt_name); }

bool Connection::is_configured_as(const Connection& other) const {
    if (!has_names() || !other.has_names()) return *this == other;
    Connection same = other;
    same.local_addrs = local_addrs;
    same.remote_addrs = remote_addrs;
    return *this == same;
}

IndexedConfiguration::IndexedConfiguration(std::vector<Connection> connections, Fixed fixed)
    : connections_(std::move(connections)),
      fixed_(std::move(fixed)),
      connection_index_(std::make_unique<ConnectionIndex>(connections_)),
      secret_index_(std::make_unique<SecretIndex>(fixed_->secrets)),
      ppk_index_(std::make_unique<SecretIndex>(fixed_->ppks)) {}

IndexedConfiguration::~IndexedConfiguration() = default;

Snapshot IndexedConfiguration::of(Configuration configuration) {
    std::vector<Connection> connections = std::exchange(configuration.connections, {});
    auto fixed = std::make_shared<const Configuration>(std::move(configuration));
    return Snapshot(new IndexedConfiguration(std::move(connections), std::move(fixed)));
}

Snapshot IndexedConfiguration::with_addresses(const AddressesOf& addresses_of) const {
    std::vector<Connection> connections = connections_;
    for (Connection& connection : connections) {
        if (!connection.has_names()) continue;
        connection.local_addrs = resolve(connection.local_hosts, addresses_of);
        connection.remote_addrs = resolve(connection.remote_hosts, addresses_of);
    }
    return Snapshot(new IndexedConfiguration(std::move(connections), fixed_));
}

const Connection* IndexedConfiguration::connection(std::string_view name) const {
    return connection_index_->find(name);
}

std::vector<const Connection*> IndexedConfiguration::candidates(const base::Address& local, const base::Address& remote,
                                                                const Identity& remote_id) const {
    return connection_index_->by_identity(local, remote, remote_id);
}

std::vector<const Connection*> IndexedConfiguration::candidates_by_proposals(const base::Address& local,
                                                                             const base::Address& remote) const {
    return connection_index_->by_proposals(local, remote);
}

const SharedSecret* IndexedConfiguration::shared_secret(const Identity& local, const Identity& remote) const {
    return secret_index_->find(local, remote);
}

const SharedSecret* IndexedConfiguration::ppk(base::ByteView ppk_id) const {
    const Identity name{IdentityType::key_id, base::to_bytes(ppk_id)};
    return ppk_index_->find(name, name);
}

}  // namespace xfrmd::policy
