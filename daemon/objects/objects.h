// All that is configured, wherever it came from: connections, secrets, keys, certificates and authorities, of files
// (swanctl.conf and the folders beside it) and of management clients (vici, JSON-RPC), as one set. The last load of a
// name wins, whoever loads it; when files are read again, what came from them and is there no more goes, and what
// clients have loaded under other names stays. Main thread only; nothing here reads a socket or waits.
//
// What engines work with is a snapshot of it. Many changes in a row make one: `changed` is called once, when the first
// change since the last snapshot() has come, and whoever needs the set as it is now calls snapshot() before that.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/swanctl_loader.h"
#include "daemon/objects/answer.h"
#include "daemon/objects/credential_set.h"
#include "daemon/objects/ordered.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

// strongSwan's kinds of shared secrets. Those after ppk are kept, and nothing asks for them yet.
enum class SecretKind : std::uint8_t { ike, ppk, eap, xauth, ntlm };

struct LoadShared {
    std::string id;  // replaces the one with this id; empty: another one without
    std::string type;
    base::SecretBytes data;
    std::vector<std::string> owners;  // none: anybody
};

class Objects {
public:
    // `files`: where cert sections of clients' connections have theirs; outlives it.
    Objects(const Files& files, const HostSettings& host, std::function<void()> changed);

    // What the files hold now, in place of what they held before.
    void take_files(LoadResult loaded);

    // A section named as the connection, its settings and sections as in swanctl.conf (see settings::document_of()); in
    // `certs`, `cacerts` and `pubkeys` stand the octets themselves, PEM or DER. What is equal to what is there changes
    // nothing. Refusals: "unknown option: KEY, config discarded", "invalid value for: KEY, config discarded".
    Answer<> load_connection(const settings::Document& document, const settings::Section& section);
    Answer<> unload_connection(std::string_view name);
    std::vector<std::string> connection_names() const;  // in the order in which they came

    // `type`: ike, eap, xauth, ntlm or ppk, in any case.
    Answer<> load_shared(LoadShared secret);
    Answer<> unload_shared(std::string_view id);
    std::vector<std::string> shared_ids() const;

    // `type`, `flag`: as vici has them (X509, CA), the older names (x509ca) too. PEM or DER.
    Answer<> load_certificate(std::string_view type, std::string_view flag, base::ByteView data);
    // `type`: rsa, ecdsa or any, in any case. The answer is the key's id in hexadecimal: SHA-1 of the subjectPublicKey.
    Answer<std::string> load_key(std::string_view type, base::ByteView data);
    Answer<> unload_key(std::string_view id);
    std::vector<std::string> key_ids() const;
    // All secrets, keys, certificates and lists but what connections and authorities have brought.
    void clear_credentials();

    // A section named as the authority: cacert (octets) or file, crl_uris, ocsp_uris, cert_uri_base.
    Answer<> load_authority(const settings::Document& document, const settings::Section& section);
    Answer<> unload_authority(std::string_view name);
    const Ordered<AuthorityEntry>& authorities() const { return authorities_; }

    // Made now if something has changed since the last one.
    const policy::Snapshot& snapshot();
    bool is_changed() const { return changes_.any(); }

    // A client cannot make us grow without end.
    static constexpr std::size_t kMostConnections = 1'000'000;
    static constexpr std::size_t kMostSecrets = 1'000'000;
    static constexpr std::size_t kMostCredentials = 100'000;

private:
    struct ConnectionEntry {
        std::shared_ptr<const policy::Connection> connection;
        std::shared_ptr<const CredentialParts> brings;  // the certificates and keys in its message; nullptr: none
        Origin from = Origin::files;
    };
    struct SecretEntry {
        std::shared_ptr<const policy::SharedSecret> secret;
        SecretKind kind = SecretKind::ike;
        Origin from = Origin::files;
    };
    struct Changes {
        bool connections = false;
        bool secrets = false;
        bool credentials = false;
        bool others = false;
        bool any() const { return connections || secrets || credentials || others; }
    };

    void note(bool Changes::* what);
    void take_connections(std::vector<policy::Connection> connections);
    void take_secrets(std::vector<policy::SharedSecret> secrets, SecretKind kind);
    bool put_connection(policy::Connection connection, std::shared_ptr<const CredentialParts> brings, Origin from);
    void refresh_connections();
    void refresh_secrets();
    void refresh_credentials();
    bool is_trust_known(const policy::Connection& connection) const;

    const Files& files_;
    ConnectionDefaults defaults_;
    std::function<void()> changed_;
    Changes changes_;
    Ordered<ConnectionEntry> connections_;
    Ordered<SecretEntry> secrets_;
    Ordered<AuthorityEntry> authorities_;
    CredentialSet credentials_;
    std::uint64_t nameless_ = 0;  // secrets without an id so far
    policy::ConfigurationParts parts_;
    policy::Snapshot snapshot_;
};

}  // namespace xfrmd::daemon
