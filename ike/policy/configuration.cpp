#include "ike/policy/configuration.h"

#include <algorithm>
#include <utility>

#include "ike/policy/connection_index.h"
#include "ike/policy/secret_index.h"

namespace xfrmd::policy {

ConfigurationParts::ConfigurationParts(Configuration configuration)
    : connections(std::move(configuration.connections)),
      secrets(std::make_shared<const SecretIndex>(SharedList(std::move(configuration.secrets)))),
      ppks(std::make_shared<const SecretIndex>(SharedList(std::move(configuration.ppks)))),
      manual(std::make_shared<const std::vector<ManualSa>>(std::move(configuration.manual))),
      interfaces(std::make_shared<const std::vector<XfrmInterface>>(std::move(configuration.interfaces))),
      pools(std::make_shared<const std::vector<Pool>>(std::move(configuration.pools))),
      credentials(std::move(configuration.credentials)) {}

IndexedConfiguration::IndexedConfiguration(ConfigurationParts parts)
    : parts_(std::move(parts)), connection_index_(std::make_unique<ConnectionIndex>(parts_.connections)) {
    constexpr std::size_t kFew = 20;
    for (const Connection& connection : parts_.connections) {
        if (first_signed_.size() == kFew) break;
        const auto signs = [](const AuthRound& round) { return round.auth == AuthMethod::pubkey; };
        if (signs(connection.remote) ||
            std::any_of(connection.further_remote.begin(), connection.further_remote.end(), signs))
            first_signed_.push_back(&connection);
    }
}

IndexedConfiguration::~IndexedConfiguration() = default;

Snapshot IndexedConfiguration::join(ConfigurationParts parts) {
    return Snapshot(new IndexedConfiguration(std::move(parts)));
}

Snapshot IndexedConfiguration::with_connections(SharedList<Connection> connections) const {
    ConfigurationParts parts = parts_;
    parts.connections = std::move(connections);
    return join(std::move(parts));
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
