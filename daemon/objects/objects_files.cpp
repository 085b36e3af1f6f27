#include <utility>

#include "daemon/objects/objects.h"

namespace xfrmd::daemon {

namespace {

// What clients have loaded under other names, behind what is in files: their order is that of the files.
template <typename Entry>
void keep_clients(Ordered<Entry>& now, const Ordered<Entry>& before) {
    before.each([&](const std::string& name, const Entry& entry) {
        if (entry.from != Origin::files && now.find(name) == nullptr) now.put(name, entry);
    });
}

template <typename Entry>
void keep_place(Ordered<Entry>& now, const Ordered<Entry>& before, const std::string& name) {
    const Entry* old = before.find(name);
    if (old == nullptr) return;
    now.put(name, *old);
    now.find(name)->from = Origin::files;
}

}  // namespace

std::string Objects::objection(const LoadResult& loaded) const {
    Ordered<PoolEntry> pools;
    for (const policy::Pool& pool : loaded.configuration.pools) pools.put(pool.name, {pool, Origin::files});
    keep_clients(pools, pools_);
    return circumstances_.objection(values_of(pools));
}

void Objects::take_files(LoadResult loaded) {
    policy::Configuration& configuration = loaded.configuration;
    take_file_credentials(std::move(configuration.credentials), std::move(loaded.authorities));
    token_keys_ = std::move(loaded.token_keys);
    take_file_secrets(configuration, std::move(loaded.other_secrets));
    const Ordered<ConnectionEntry> before = std::exchange(connections_, {});
    for (policy::Connection& connection : configuration.connections) {
        keep_place(connections_, before, connection.name);
        put(std::move(connection), nullptr, Origin::files);
    }
    keep_clients(connections_, before);
    parts_.manual = std::make_shared<const std::vector<policy::ManualSa>>(std::move(configuration.manual));
    parts_.interfaces = std::make_shared<const std::vector<policy::XfrmInterface>>(std::move(configuration.interfaces));
    take_file_pools(std::move(configuration.pools));
    for (bool Changes::* what : {&Changes::connections, &Changes::secrets, &Changes::credentials, &Changes::others}) {
        note(what);
    }
}

void Objects::take_file_credentials(std::shared_ptr<const crypto::Credentials> credentials,
                                    std::vector<Authority> authorities) {
    const Ordered<AuthorityEntry> before = std::exchange(authorities_, {});
    for (Authority& authority : authorities) put(std::move(authority), Origin::files);
    keep_clients(authorities_, before);
    of_files_ = std::move(credentials);
    if (of_files_ != nullptr) credentials_.take_files(of_files_->parts());
}

void Objects::take_file_pools(std::vector<policy::Pool> pools) {
    const Ordered<PoolEntry> before = std::exchange(pools_, {});
    for (policy::Pool& pool : pools) {
        const std::string name = pool.name;
        pools_.put(name, {std::move(pool), Origin::files});
    }
    keep_clients(pools_, before);
}

void Objects::take_file_secrets(policy::Configuration& configuration, std::vector<KindOfSecret> others) {
    const Ordered<SecretEntry> before = std::exchange(secrets_, {});
    const auto take = [&](KindOfSecret secret) {
        const std::string id = secret.secret.name;
        keep_place(secrets_, before, id);
        put(std::move(secret), id, Origin::files);
    };
    for (policy::SharedSecret& secret : configuration.secrets) take({SecretKind::ike, std::move(secret)});
    for (policy::SharedSecret& secret : configuration.ppks) take({SecretKind::ppk, std::move(secret)});
    for (KindOfSecret& secret : others) take(std::move(secret));
    keep_clients(secrets_, before);
}

}  // namespace xfrmd::daemon
