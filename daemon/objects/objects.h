// All that is configured, wherever it came from: connections, secrets, keys, certificates and authorities, of files
// (swanctl.conf and the folders beside it) and of management clients (vici, JSON-RPC), as one set. The last load of a
// name wins, whoever loads it; when files are read again, what came from them and is there no more goes, and what
// clients have loaded under other names stays. Main thread only; nothing here reads a socket or waits.
//
// What engines work with is a snapshot of it, one for many changes; `changed` is called at the first of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/swanctl_loader.h"
#include "daemon/objects/answer.h"
#include "daemon/objects/credential_set.h"
#include "daemon/objects/entries.h"
#include "daemon/objects/load_shared.h"
#include "daemon/objects/object_list.h"
#include "daemon/objects/ordered.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

class Objects {
public:
    struct Circumstances {
        // Why this host cannot do what a client's connection asks for; empty where it can.
        std::function<std::string(const policy::Connection&)> lacking;
        // Why these cannot be all the pools; empty where they can.
        std::function<std::string(const std::vector<policy::Pool>&)> objection;
        std::function<void()> changed;
    };

    // `files`, where clients' cert sections may name some, outlives it.
    Objects(const Files& files, const HostSettings& host, Circumstances circumstances);

    // What the files hold now, in place of what they held before; not while there is an objection to it.
    void take_files(LoadResult loaded);
    std::string objection(const LoadResult& loaded) const;

    // `section`, of a document_of(): named as the connection, its settings and sections as in swanctl.conf; in `certs`,
    // `cacerts` and `pubkeys` stand the octets themselves, PEM or DER. What is equal to what is there changes nothing.
    // Refusals: "unknown option: KEY, config discarded", "invalid value for: KEY, config discarded", and sentences of
    // our own that end the same way. The answer are warnings for the log.
    Answer<std::vector<std::string>> load_connection(const settings::Document& document,
                                                     const settings::Section& section, Origin from = Origin::vici);
    Answer<> unload_connection(std::string_view name);
    std::vector<std::string> connection_names() const;  // in the order in which they came

    // A section of `secrets`, named as there: ike*, ppk*, eap*, xauth*, ntlm*. The answer are warnings.
    Answer<std::vector<std::string>> load_secret(const settings::Document& document, const settings::Section& section,
                                                 Origin from);
    Answer<> load_shared(LoadShared secret);
    Answer<> unload_shared(std::string_view id);
    std::vector<std::string> shared_ids() const;
    bool has_shared(std::string_view id) const { return secrets_.find(id) != nullptr; }

    // `type`, `flag`: as vici has them (X509, CA), or the older names (x509ca). PEM or DER.
    Answer<> load_certificate(std::string_view type, std::string_view flag, base::ByteView data);
    // `type`: rsa, ecdsa or any, in any case. The answer is the key's id: SHA-1 of the subjectPublicKey, hexadecimal.
    Answer<std::string> load_key(std::string_view type, base::ByteView data, Origin from = Origin::vici);
    Answer<> unload_key(std::string_view id);
    std::vector<std::string> key_ids() const { return credentials_.key_ids(); }
    // Only what swanctl.conf names: a token may make one wait, and nobody waits here. The answer is the key's id.
    Answer<std::string> load_token(std::string_view handle) const;
    // Engines forget what they have found out about certificates. `type`: empty, or one of load_certificate().
    Answer<> flush_certificates(std::string_view type);
    // All secrets, keys, certificates and lists but those that connections and authorities have brought.
    void clear_credentials();

    // A section named as the authority: cacert (octets) or file, crl_uris, ocsp_uris, cert_uri_base.
    Answer<std::vector<std::string>> load_authority(const settings::Document& document,
                                                    const settings::Section& section, Origin from = Origin::vici);
    Answer<> unload_authority(std::string_view name);
    std::vector<Authority> authorities() const;
    // Nothing changes where somebody holds an address that would go.
    Answer<std::vector<std::string>> load_pool(const settings::Document& document, const settings::Section& section,
                                               Origin from = Origin::vici);
    Answer<> unload_pool(std::string_view name);

    // Some of all objects, by kind and then in the order in which their names came.
    ObjectPage list(const ObjectQuery& query) const;

    // Made now if something has changed since the last one.
    const policy::Snapshot& snapshot();
    bool is_changed() const { return changes_.any(); }
    // The pools may be others than those of the last snapshot.
    bool has_other_pools() const { return changes_.others; }

    // No client makes us grow without end.
    static constexpr std::size_t kMostConnections = 1'000'000;
    static constexpr std::size_t kMostSecrets = 1'000'000;
    static constexpr std::size_t kMostOthers = 10'000;  // of each kind

private:
    struct Changes {
        bool connections = true;
        bool secrets = true;
        bool credentials = true;
        bool others = true;
        bool any() const { return connections || secrets || credentials || others; }
    };

    void note(bool Changes::* what);
    void put(policy::Connection connection, std::shared_ptr<const CredentialParts> brings, Origin from);
    void put(KindOfSecret secret, const std::string& id, Origin from);
    void put(Authority authority, Origin from);
    void take_file_credentials(std::shared_ptr<const crypto::Credentials> credentials,
                               std::vector<Authority> authorities);
    void take_file_secrets(policy::Configuration& configuration, std::vector<KindOfSecret> others);
    Answer<> load_list(base::ByteView data);
    Answer<> load_public_key(base::ByteView data);
    Answer<> admit(const crypto::PublicKey& key) const;
    void note_credentials();
    void take_file_pools(std::vector<policy::Pool> pools);
    template <typename Change>
    Answer<> put_pools(Change change);
    static std::vector<policy::Pool> values_of(const Ordered<PoolEntry>& pools);
    void refresh_connections();
    void refresh_secrets();
    void refresh_credentials();
    CredentialParts join_credentials() const;
    void join_named(CredentialJoin& join, const ConnectionEntry& entry) const;
    std::vector<policy::AuthRound> distinct_rounds() const;

    const Files& files_;
    ConnectionDefaults defaults_;
    Circumstances circumstances_;
    Changes changes_;
    Ordered<ConnectionEntry> connections_;
    Ordered<SecretEntry> secrets_;
    Ordered<AuthorityEntry> authorities_;
    Ordered<PoolEntry> pools_;
    CredentialSet credentials_;
    std::map<std::string, std::string> token_keys_;        // as of LoadResult
    std::shared_ptr<const crypto::Credentials> of_files_;  // what rounds of files name is here
    bool clients_have_credentials_ = false;                // else those of the files are all there are
    std::uint64_t nameless_ = 0;                           // secrets without an id so far
    policy::ConfigurationParts parts_;
    policy::Snapshot snapshot_;
};

}  // namespace xfrmd::daemon
