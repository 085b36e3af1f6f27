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

IndexedConfiguration::IndexedConfiguration(Configuration configuration)
    : configuration_(std::move(configuration)),
      connection_index_(std::make_unique<ConnectionIndex>(configuration_.connections)),
      secret_index_(std::make_unique<SecretIndex>(configuration_.secrets)) {}

IndexedConfiguration::~IndexedConfiguration() = default;

Snapshot IndexedConfiguration::of(Configuration configuration) {
    return Snapshot(new IndexedConfiguration(std::move(configuration)));
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

}  // namespace xfrmd::policy
