// What every phase of an IKE SA shares. No behaviour here.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "ike/actions.h"
#include "ike/base/instant.h"
#include "ike/base/secret_bytes.h"
#include "ike/ikev2/sa/mobility.h"
#include "ike/ikev2/sa/phases.h"
#include "ike/ikev2/sa/reassembly.h"
#include "ike/ikev2/sa/redirection.h"
#include "ike/ikev2/sa/tasks.h"
#include "ike/ikev2/sa/virtual_addresses.h"
#include "ike/ikev2/sa/window.h"
#include "ike/policy/configuration.h"

namespace xfrmd::ikev2::sa {

// RFC 6311: both have said that message ids may be agreed on anew after a failover of the peer, a cluster.
struct IdSync {
    bool agreed = false;
    std::size_t print = 0;  // of the last request for it
    base::Bytes answer;     // and what it got; empty where there was none
};

// What tells an IKE_SA_INIT request from any other: all of it (RFC 7296 2.1), as a hash, and where it came from.
struct FirstRequest {
    wire::IkeSpi spi_i{};
    base::Endpoint remote;
    std::size_t print = 0;
    friend auto operator<=>(const FirstRequest&, const FirstRequest&) = default;
};

// RFC 7296 2.23: who sits behind a NAT.
struct NatStatus {
    bool local = false;
    bool remote = false;
    bool any() const { return local || remote; }
};

// RFC 7383 2.3: what both have said they can do with fragments.
struct Fragmentation {
    bool receives = false;
    bool sends = false;
};

// Of the IKE SA that began with IKE_AUTH, for it and all that have taken its place by rekeying.
struct Origin {
    bool is_ours = false;
    wire::IkeSpi spi_i{};
    base::Instant created;
    base::Instant established;
};

// An IKE SA is made to take the place of another one with the same peer, which it has once it has that one's children
// (RFC 7296 2.8.3).
struct RepeatedChild {
    ike::ChildSaId number{};  // that the old one has been known by, and has been asked for
    bool is_cleared = false;  // by an operator meanwhile
};
struct Repetition {
    ike::IkeSaId of{};  // none: it takes nobody's place
    std::vector<RepeatedChild> children;
    base::Instant again_at = base::kNever;  // what was not granted is asked for then
    unsigned tries = 0;                     // of that
};

struct Sa {
    ike::IkeSaId id{};           // goes over to the one that takes its place
    ike::IkeSaId own_id{};       // stays: what `id` was first
    ike::IkeSaId predecessor{};  // whose place it has taken by rekeying; may have gone. none: it is the first
    ike::IkeSaId successor{};    // that has its children since it was authenticated again; none: nobody has
    bool is_rival = false;       // made by the peer while we were making one ourselves: one of the two will stay
    Repetition repeats;
    ike::IkeSaId repeated_by{};  // the one that is made to take this one's place; none: none is
    bool original_initiator = false;
    wire::IkeSpi spi_i{};
    wire::IkeSpi spi_r{};
    base::Endpoint local;
    base::Endpoint remote;
    Path reply;  // of the peer's request that is worked on: its response goes back there (RFC 7296 2.11)
    FirstRequest first_request;  // as responder
    policy::Snapshot configuration;
    const policy::Connection* connection =
        nullptr;  // into `configuration`; a responder knows it for sure after IKE_AUTH
    NatStatus nat;
    Fragmentation fragmentation;
    Mobility mobility;
    Redirection redirection;
    VirtualAddresses vips;
    IdSync id_sync;
    base::SecretBytes crash_token;   // with which the peer would show that it knows this IKE SA no more (RFC 6290)
    std::uint64_t ticket = 0;        // as responder: the number of those that the peer has been given for it; 0: none
    wire::IkeSpi resumes{};          // as responder: our SPI of the one that its ticket was of; none: there is none
    Reassembly fragmented_request;   // of the peer's
    Reassembly fragmented_response;  // to ours
    Window window;
    std::deque<Task> tasks;
    std::vector<PostponedChild> postponed;  // no more than there may be tasks
    base::Instant created;
    base::Instant half_open_until = base::kNever;  // as responder: by then the peer has to be authenticated
    base::Instant waits_since = base::kNever;      // for answers from outside (ike/enquiries.h)
    Origin origin;                                 // once established
    base::Instant last_inbound;  // of the peer: an authenticated message, or packets that a look has found
    base::Instant last_outbound;
    bool begins_anew = false;        // as initiator: what was to be resumed is not, and the engine begins another one
    bool has_inherited_sas = false;  // see ike::Initiate
    bool announce_initial_contact = false;  // as initiator: no other IKE SA between these identities (RFC 7296 2.4)
    bool peer_announced_initial_contact = false;
    std::optional<base::Address> told_at;  // where the peer is by what other engines know; nothing: they know of none

    wire::IkeSpi own_spi() const { return original_initiator ? spi_i : spi_r; }
    std::string connection_name() const { return connection == nullptr ? std::string() : connection->name; }
    // What the log and its readers are told of this IKE SA.
    ike::Report news(std::string text, ike::Turn turn = ike::Turn::none) const {
        return {ike::Level::info, id, connection_name(), {}, std::move(text), false, {turn}, own_id};
    }
};

}  // namespace xfrmd::ikev2::sa
