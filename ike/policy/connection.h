// What the operator asked for as a connection, with swanctl's names for every option. Immutable once loaded. Defaults
// are strongSwan's.
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
#include "ike/policy/proposal.h"

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
    // For `unique`: this connection, or one that differs in where the ends are and in what is negotiated only, as
    // strongSwan has it.
    bool counts_with(const Connection& other) const;
    // A connection that only holds shunts has no peer and is no candidate for one.
    bool negotiates() const { return shunts.empty() || !children.empty(); }
    friend bool operator==(const Connection&, const Connection&) = default;
};

}  // namespace xfrmd::policy
