// What the operator asked for, as values: connections, children and secrets, with swanctl's names for every option.
// Immutable once loaded; engines share one snapshot and get a new one on reload. Defaults are strongSwan's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ike/base/address.h"
#include "ike/policy/auth_round.h"
#include "ike/policy/child.h"
#include "ike/policy/connection_choices.h"
#include "ike/policy/hosts.h"
#include "ike/policy/identity.h"
#include "ike/policy/manual_sa.h"
#include "ike/policy/pool.h"
#include "ike/policy/proposal.h"
#include "ike/policy/shared_list.h"
#include "ike/policy/shared_secret.h"
#include "ike/policy/xfrm_interface.h"

namespace xfrmd::crypto {
class Credentials;
}

namespace xfrmd::policy {

struct Connection;

// Who owns a value is no part of it.
struct SharedConnection : std::enable_shared_from_this<Connection> {
    friend bool operator==(const SharedConnection&, const SharedConnection&) { return true; }
};

struct Connection : AuthRounds, SharedConnection {
    std::string name;
    // Empty: any, so that we cannot initiate; but not where there are names (see is_resolved()).
    std::vector<base::AddressRange> local_addrs;
    std::vector<base::AddressRange> remote_addrs;
    Hosts local_hosts;  // where names are configured: what the addresses above come from
    Hosts remote_hosts;
    std::uint16_t local_port = 500;
    std::uint16_t remote_port = 500;
    std::vector<Proposal> proposals;  // never empty after loading
    std::vector<base::Address> vips;  // that we ask the peer for, as initiator (RFC 7296 2.19); any(): whichever
    std::vector<std::string> pools;   // that peers get addresses from, as responder; some may be there later
    bool encap = false;               // force UDP encapsulation
    std::uint8_t dscp = 0;            // of IKE packets that we send, 0-63 (RFC 2474)
    bool mobike = true;               // RFC 4555, where the peer can do it
    Fragmentation fragmentation = Fragmentation::yes;
    Childless childless = Childless::allow;
    bool send_certreq = true;  // RFC 7296 3.7
    OcspInIke ocsp = OcspInIke::reply;
    SendCertificate send_cert = SendCertificate::if_asked;
    Identity ppk_id;            // the post-quantum pre-shared key for this peer (RFC 8784); %any: of any name
    bool ppk_required = false;  // nothing without one
    PpkExchange ppk_exchange = PpkExchange::any;
    bool session_resumption = false;     // our own: RFC 5723, as client and as gateway
    std::chrono::seconds dpd_delay{0};   // 0: no liveness checks of our own
    std::uint32_t keyingtries = 1;       // 0: for ever
    std::chrono::seconds rekey_time{0};  // of the IKE SA, as of a child's; it ends over_time after this
    std::chrono::seconds over_time{0};
    std::chrono::seconds rand_time{0};
    std::chrono::seconds reauth_time{0};  // another one takes its place, with IKE_AUTH (RFC 7296 2.8.3); 0: never
    Unique unique = Unique::no;
    InterfaceId if_id_in;  // of children that have none of their own
    InterfaceId if_id_out;
    OnLocalDown on_local_down = OnLocalDown::hold;
    bool fail_closed = false;  // our own: block policies below those of the children, so that nothing leaks
    std::vector<Child> children;
    std::vector<Child> shunts;  // children with mode pass or drop: installed, never negotiated

    const Child* child(std::string_view child_name) const;
    const Child* shunt(std::string_view shunt_name) const;
    bool has_names() const { return !local_hosts.names.empty() || !remote_hosts.names.empty(); }
    // False while a name is all that is known of an end: no address is this connection's then.
    bool is_resolved() const {
        return (local_hosts.is_any() || !local_addrs.empty()) && (remote_hosts.is_any() || !remote_addrs.empty());
    }
    bool is_configured_as(const Connection& other) const;  // equal, whatever the names resolve to
    bool has_same_ike(const Connection& other) const;      // likewise, whatever their children are
    // A connection that only holds shunts has no peer and is no candidate for one.
    bool negotiates() const { return shunts.empty() || !children.empty(); }
    friend bool operator==(const Connection&, const Connection&) = default;
};

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
    static Snapshot of(Configuration configuration) { return of(ConfigurationParts(std::move(configuration))); }
    static Snapshot of(ConfigurationParts parts);
    // The same, where names resolve to these addresses.
    Snapshot with_addresses(const AddressesOf& addresses_of) const;
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
};

// The same configuration, which has a connection that is not in it live on.
Snapshot keeping(Snapshot configuration, const Connection& connection);

}  // namespace xfrmd::policy
