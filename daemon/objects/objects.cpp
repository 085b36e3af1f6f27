#include "daemon/objects/objects.h"

#include <algorithm>
#include <utility>

#include "ike/base/bytes.h"
#include "ike/policy/secret_index.h"

namespace xfrmd::daemon {

namespace {

bool is_equal(const policy::SharedSecret& a, const policy::SharedSecret& b) {
    return a.name == b.name && a.owners == b.owners && a.secret == b.secret;
}

}  // namespace

Objects::Objects(const Files& files, const HostSettings& host, Circumstances circumstances)
    : files_(files), defaults_{.host = host}, circumstances_(std::move(circumstances)) {}

void Objects::note(bool Changes::* what) {
    const bool is_first = !changes_.any();
    changes_.*what = true;
    if (is_first) circumstances_.changed();
}

// What is there already keeps its place in memory, by which everybody knows at once that it is the same.
void Objects::put(policy::Connection connection, std::shared_ptr<const CredentialParts> brings, Origin from) {
    const ConnectionEntry* old = connections_.find(connection.name);
    if (old != nullptr && *old->connection == connection) return;
    const bool took = old != nullptr && old->brings != nullptr;
    const auto knows = [&](const policy::AuthRound* round) {
        return parts_.credentials != nullptr && parts_.credentials->knows_trust_of(*round);
    };
    const bool needs_credentials =
        took || (from != Origin::files && (brings != nullptr || !std::ranges::all_of(connection.all(), knows)));
    const std::string name = connection.name;
    connections_.put(name,
                     {std::make_shared<const policy::Connection>(std::move(connection)), std::move(brings), from});
    note(&Changes::connections);
    if (needs_credentials) note_credentials();
}

void Objects::put(KindOfSecret secret, const std::string& id, Origin from) {
    const SecretEntry* old = secrets_.find(id);
    if (old != nullptr && old->kind == secret.kind && is_equal(*old->secret, secret.secret)) return;
    secrets_.put(id, {std::make_shared<const policy::SharedSecret>(std::move(secret.secret)), secret.kind, from});
    note(&Changes::secrets);
}

void Objects::put(Authority authority, Origin from) {
    const AuthorityEntry* old = authorities_.find(authority.name);
    if (old != nullptr && old->authority == authority) return;
    const std::string name = authority.name;
    authorities_.put(name, {std::move(authority), from});
    note(&Changes::credentials);
}

Answer<> Objects::unload_connection(std::string_view name) {
    if (name.empty()) return refuse("unload: missing connection name");
    const ConnectionEntry* entry = connections_.find(name);
    if (entry == nullptr) return refuse_missing("unload: connection '" + base::printable(name) + "' not found");
    if (entry->brings != nullptr) note_credentials();
    connections_.remove(name);
    note(&Changes::connections);
    return {};
}

std::vector<std::string> Objects::connection_names() const {
    std::vector<std::string> names;
    connections_.each([&](const std::string& name, const ConnectionEntry&) { names.push_back(name); });
    return names;
}

std::vector<std::string> Objects::shared_ids() const {
    std::vector<std::string> ids;
    secrets_.each([&](const std::string& id, const SecretEntry& entry) {
        if (!entry.secret->name.empty()) ids.push_back(id);
    });
    return ids;
}

Answer<> Objects::unload_authority(std::string_view name) {
    if (name.empty()) return refuse("unload: missing authority name");
    if (!authorities_.remove(name))
        return refuse_missing("unload: authority '" + base::printable(name) + "' not found");
    note_credentials();
    return {};
}

std::vector<Authority> Objects::authorities() const {
    std::vector<Authority> all;
    authorities_.each([&](const std::string&, const AuthorityEntry& entry) { all.push_back(entry.authority); });
    return all;
}

std::vector<policy::Pool> Objects::values_of(const Ordered<PoolEntry>& pools) {
    std::vector<policy::Pool> all;
    pools.each([&](const std::string&, const PoolEntry& entry) { all.push_back(entry.pool); });
    return all;
}

void Objects::clear_credentials() {
    secrets_ = {};
    credentials_.clear();
    note(&Changes::secrets);
    note_credentials();
}

const policy::Snapshot& Objects::snapshot() {
    if (!changes_.any()) return snapshot_;
    if (changes_.secrets) refresh_secrets();
    if (changes_.connections) refresh_connections();
    if (changes_.credentials) refresh_credentials();
    if (changes_.others) parts_.pools = std::make_shared<const std::vector<policy::Pool>>(values_of(pools_));
    changes_ = {false, false, false, false};
    snapshot_ = policy::IndexedConfiguration::join(parts_);
    return snapshot_;
}

void Objects::refresh_connections() {
    policy::SharedList<policy::Connection>::Pointers all;
    all.reserve(connections_.size());
    connections_.each([&](const std::string&, const ConnectionEntry& entry) { all.push_back(entry.connection); });
    parts_.connections = policy::SharedList<policy::Connection>(std::move(all));
}

void Objects::refresh_secrets() {
    policy::SharedList<policy::SharedSecret>::Pointers ike;
    policy::SharedList<policy::SharedSecret>::Pointers ppk;
    secrets_.each([&](const std::string&, const SecretEntry& entry) {
        if (entry.kind == SecretKind::ike) ike.push_back(entry.secret);
        if (entry.kind == SecretKind::ppk) ppk.push_back(entry.secret);
    });
    const auto index = [](auto& secrets) {
        return std::make_shared<const policy::SecretIndex>(
            policy::SharedList<policy::SharedSecret>(std::move(secrets)));
    };
    parts_.secrets = index(ike);
    parts_.ppks = index(ppk);
}

}  // namespace xfrmd::daemon
