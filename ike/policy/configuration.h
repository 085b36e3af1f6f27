// All that the operator asked for: connections, secrets and what else there is, as it was loaded, and as engines share
// it.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ike/policy/connection.h"
#include "ike/policy/manual_sa.h"
#include "ike/policy/pool.h"
#include "ike/policy/shared_list.h"
#include "ike/policy/shared_secret.h"
#include "ike/policy/xfrm_interface.h"

namespace xfrmd::crypto {
class Credentials;
}

namespace xfrmd::policy {

// As it was loaded.
struct Configuration {
    std::vector<Connection> connections;
    std::vector<SharedSecret> secrets;
    std::vector<SharedSecret> ppks;  // RFC 8784, 9867; their owners are PPK_IDs
    std::vector<ManualSa> manual;    // sound, and no two of them with the same SA in the kernel
    std::vector<XfrmInterface> interfaces;
    std::vector<Pool> pools;                                 // no two of one name
    std::shared_ptr<const crypto::Credentials> credentials;  // carried for those who know what it is; nullptr: none
};

class ConnectionIndex;
class SecretIndex;
class IndexedConfiguration;

// The same in pieces that several snapshots may share; none is nullptr but perhaps the last.
struct ConfigurationParts {
    explicit ConfigurationParts(Configuration configuration = {});

    SharedList<Connection> connections;
    std::shared_ptr<const SecretIndex> secrets;
    std::shared_ptr<const SecretIndex> ppks;
    std::shared_ptr<const std::vector<ManualSa>> manual;
    std::shared_ptr<const std::vector<XfrmInterface>> interfaces;
    std::shared_ptr<const std::vector<Pool>> pools;
    std::shared_ptr<const crypto::Credentials> credentials;
};

// What engines share: immutable, and with answers whose cost does not grow with what is configured. Pointers that it
// gives live as long as it does.
using Snapshot = std::shared_ptr<const IndexedConfiguration>;

class IndexedConfiguration {
public:
    static Snapshot of(Configuration configuration) { return join(ConfigurationParts(std::move(configuration))); }
    static Snapshot join(ConfigurationParts parts);
    // The same with these for connections.
    Snapshot with_connections(SharedList<Connection> connections) const;
    ~IndexedConfiguration();
    IndexedConfiguration(const IndexedConfiguration&) = delete;
    IndexedConfiguration& operator=(const IndexedConfiguration&) = delete;

    const SharedList<Connection>& connections() const { return parts_.connections; }
    const SharedList<SharedSecret>& secrets() const;
    const std::vector<ManualSa>& manual() const { return *parts_.manual; }
    const std::vector<XfrmInterface>& interfaces() const { return *parts_.interfaces; }
    const std::vector<Pool>& pools() const { return *parts_.pools; }
    const crypto::Credentials* credentials() const { return parts_.credentials.get(); }
    const Connection* connection(std::string_view name) const;

    // The connections that may be meant by a peer at `remote` that talks to `local` and claims an identity (IKE_AUTH),
    // best first: an address that is named before a range that holds it before any, remote before local, then as
    // configured. Few, however many are configured: those whose remote.id fits.
    std::vector<const Connection*> candidates(const base::Address& local, const base::Address& remote,
                                              const Identity& remote_id) const;
    // Before there is an identity (IKE_SA_INIT): in the same order, the first one of each distinct list of IKE
    // proposals.
    std::vector<const Connection*> candidates_by_proposals(const base::Address& local,
                                                           const base::Address& remote) const;

    // The first few whose peers sign, as long as it is not known who the peer is.
    const std::vector<const Connection*>& first_signed() const { return first_signed_; }

    // The best key for this pair, nullptr if there is none. strongSwan's order: how well an owner fits the remote
    // identity (exactly, by wildcard, %any or no owners at all, not) counts first, then the same for the local one,
    // then the order of the configuration. So a key for anybody goes before one that is only ours. An address is an
    // identity too.
    const SharedSecret* shared_secret(const Identity& local, const Identity& remote) const;
    // The post-quantum pre-shared key of this name, by the octets of a PPK_ID; nullptr if there is none.
    const SharedSecret* ppk(base::ByteView ppk_id) const;
    bool has_ppks() const;

private:
    explicit IndexedConfiguration(ConfigurationParts parts);

    ConfigurationParts parts_;
    std::unique_ptr<const ConnectionIndex> connection_index_;
    std::vector<const Connection*> first_signed_;
};

// The same configuration, which has a connection that is not in it live on.
Snapshot keeping(Snapshot configuration, const Connection& connection);

}  // namespace xfrmd::policy
