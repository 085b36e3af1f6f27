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
    if (this == &other) return true;
    if (!has_names() || !other.has_names()) return *this == other;
    Connection same = other;
    same.local_addrs = local_addrs;
    same.remote_addrs = remote_addrs;
    return *this == same;
}

bool Connection::has_same_ike(const Connection& other) const {
    if (this == &other) return true;
    Connection same = other;
    same.children = children;
    same.shunts = shunts;
    return is_configured_as(same);
}

ConfigurationParts::ConfigurationParts(Configuration configuration)
    : connections(std::move(configuration.connections)),
      secrets(std::make_shared<const SecretIndex>(SharedList(std::move(configuration.secrets)))),
      ppks(std::make_shared<const SecretIndex>(SharedList(std::move(configuration.ppks)))),
      manual(std::make_shared<const std::vector<ManualSa>>(std::move(configuration.manual))),
      interfaces(std::make_shared<const std::vector<XfrmInterface>>(std::move(configuration.interfaces))),
      pools(std::make_shared<const std::vector<Pool>>(std::move(configuration.pools))),
      credentials(std::move(configuration.credentials)) {}

IndexedConfiguration::IndexedConfiguration(ConfigurationParts parts)
    : parts_(std::move(parts)), connection_index_(std::make_unique<ConnectionIndex>(parts_.connections)) {}

IndexedConfiguration::~IndexedConfiguration() = default;

Snapshot IndexedConfiguration::of(ConfigurationParts parts) {
    return Snapshot(new IndexedConfiguration(std::move(parts)));
}

Snapshot IndexedConfiguration::with_addresses(const AddressesOf& addresses_of) const {
    SharedList<Connection>::Pointers connections = parts_.connections.pointers();
    for (auto& connection : connections) {
        if (!connection->has_names()) continue;
        auto resolved = std::make_shared<Connection>(*connection);
        resolved->local_addrs = resolve(connection->local_hosts, addresses_of);
        resolved->remote_addrs = resolve(connection->remote_hosts, addresses_of);
        connection = std::move(resolved);
    }
    ConfigurationParts parts = parts_;
    parts.connections = SharedList<Connection>(std::move(connections));
    return of(std::move(parts));
}

const Connection* IndexedConfiguration::connection(std::string_view name) const {
    return connection_index_->find(name);
}

const SharedList<SharedSecret>& IndexedConfiguration::secrets() const { return parts_.secrets->secrets(); }

bool IndexedConfiguration::has_ppks() const { return !parts_.ppks->secrets().empty(); }

std::vector<const Connection*> IndexedConfiguration::candidates(const base::Address& local, const base::Address& remote,
                                                                const Identity& remote_id) const {
    return connection_index_->by_identity(local, remote, remote_id);
}

std::vector<const Connection*> IndexedConfiguration::candidates_by_proposals(const base::Address& local,
                                                                             const base::Address& remote) const {
    return connection_index_->by_proposals(local, remote);
}

const SharedSecret* IndexedConfiguration::shared_secret(const Identity& local, const Identity& remote) const {
    return parts_.secrets->find(local, remote);
}

const SharedSecret* IndexedConfiguration::ppk(base::ByteView ppk_id) const {
    const Identity name{IdentityType::key_id, base::to_bytes(ppk_id)};
    return parts_.ppks->find(name, name);
}

// None but this connection: what it came with would pile up with each change.
Snapshot keeping(Snapshot configuration, const Connection& connection) {
    using Kept = std::pair<Snapshot, std::shared_ptr<const Connection>>;
    const auto kept = std::make_shared<const Kept>(std::move(configuration), connection.shared_from_this());
    return {kept, kept->first.get()};
}

}  // namespace xfrmd::policy
