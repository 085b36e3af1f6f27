// What every phase of an IKE SA shares, the services a handler is given, and what a handler returns. No behaviour here.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/actions.h"
#include "ike/base/instant.h"
#include "ike/base/random.h"
#include "ike/ikev2/sa/mobility.h"
#include "ike/ikev2/sa/options.h"
#include "ike/ikev2/sa/phases.h"
#include "ike/ikev2/sa/reassembly.h"
#include "ike/ikev2/sa/tasks.h"
#include "ike/ikev2/sa/window.h"
#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::sa {

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

struct Sa {
    ike::IkeSaId id{};
    ike::IkeSaId predecessor{};      // whose place it has taken by rekeying; may have gone. none: it is the first
    bool is_rival = false;           // made by the peer while we were making one ourselves: one of the two will stay
    ike::IkeSaId reauthenticates{};  // made to take the place of this one once it has its children; none: nobody's
    base::Instant caught_up = {};    // with the children that one had then
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
    Reassembly fragmented_request;   // of the peer's
    Reassembly fragmented_response;  // to ours
    Window window;
    std::deque<Task> tasks;
    base::Instant created;
    base::Instant half_open_until = base::kNever;  // as responder: by then the peer has to be authenticated
    Origin origin;                                 // once established
    base::Instant last_inbound;  // of the peer: an authenticated message, or packets that a look has found
    base::Instant last_outbound;
    bool has_inherited_sas = false;         // see ike::Initiate
    bool announce_initial_contact = false;  // as initiator: no other IKE SA between these identities (RFC 7296 2.4)
    bool peer_announced_initial_contact = false;

    wire::IkeSpi own_spi() const { return original_initiator ? spi_i : spi_r; }
    std::string connection_name() const { return connection == nullptr ? std::string() : connection->name; }
};

// SPIs, CPIs and numbers of our own choice, unique in the engine; and what an IKE SA may know of the others in it.
class SpiSource {
public:
    virtual ~SpiSource() = default;
    virtual wire::IkeSpi new_ike_spi() = 0;
    virtual ike::IkeSaId new_ike_id() = 0;
    virtual ike::EspSpi new_esp_spi() = 0;
    virtual void release(ike::EspSpi spi) = 0;
    // There are 61,184 of them. Nothing where a free one is hard to find.
    virtual std::optional<ike::Cpi> new_cpi() = 0;
    virtual void release(ike::Cpi cpi) = 0;
    virtual ike::ChildSaId new_child_id() = 0;
    virtual std::size_t ike_sas() const = 0;
    // Established, and no other one has taken its place.
    virtual bool is_live(ike::IkeSaId id) const = 0;
    // One between these identities whose peer is at another address; another engine's counts as well.
    virtual bool has_elsewhere(const policy::Identity& local, const policy::Identity& remote,
                               const base::Address& address) const = 0;
    // The child that carries this one's packets in another IKE SA with the same peer, which is authenticating again
    // (RFC 7296 2.8.3); none: nobody's does.
    virtual ike::ChildSaId twin_of(const Sa& sa, const Established& phase, const std::string& name,
                                   const policy::TrafficSelectors& local,
                                   const policy::TrafficSelectors& remote) const = 0;
    // Another one has, and the peer has not deleted it yet.
    virtual bool awaits_delete(ike::IkeSaId id) const = 0;
};

// An IKE SA that a rekeying has made (RFC 7296 2.18), without children yet.
struct Birth {
    Sa sa;
    Established phase;
    bool is_redundant = false;  // deleted at once, by us who made it (RFC 7296 2.8.2)
};

// What becomes of the IKE SA that was rekeyed.
enum class Predecessor : std::uint8_t { stays, is_deleted, waits_for_delete, is_gone };

// Handlers know one IKE SA; what a rekeying means for others is carried out by the engine, after the event.
struct Succession {
    std::unique_ptr<Birth> born;
    ike::IkeSaId heir{};  // takes the children and the number; none: nobody does, yet
    Predecessor predecessor = Predecessor::stays;
    ike::IkeSaId loser = {};  // of two that crossed; the peer made it and deletes it, if it still knows it
};

// One event being handled. `actions` are those of this event only; they count only if the handler does not fail.
struct Step {
    Sa& sa;
    Phase& phase;
    base::Instant now;
    base::Random& random;
    SpiSource& spis;
    const Options& options;
    ike::Actions& actions;
    std::vector<Succession>& successions;

    void send(base::Bytes bytes) { send_on({sa.local, sa.remote}, std::move(bytes)); }
    void send_on(const Path& path, const Datagrams& datagrams) {
        for (const base::Bytes& bytes : datagrams) send_on(path, bytes);
    }
    void send_on(const Path& path, base::Bytes bytes) {
        sa.last_outbound = now;
        actions.push_back(ike::SendDatagram{path.local, path.remote, std::move(bytes)});
    }
    void report(ike::Level level, std::string text, std::optional<base::Reason> reason = {},
                ike::Milestone milestone = {}) {
        const bool unproven = level >= ike::Level::warning && std::holds_alternative<HalfOpen>(phase);
        actions.push_back(
            ike::Report{level, sa.id, sa.connection_name(), reason, std::move(text), unproven, std::move(milestone)});
    }
    void done(ike::OperationId operation, ike::ChildSaId child, base::Result<void> result, bool existed = false) {
        if (operation == ike::OperationId::none) return;
        actions.push_back(ike::OperationDone{operation, sa.id, child, std::move(result), existed});
    }
};

// The next phase, or nothing to stay. On an error nothing of the SA may have changed (design rule 5).
using Next = base::Result<std::optional<Phase>>;
inline Next stay() { return std::optional<Phase>(); }

// One message for a handler: decrypted where it was protected, grammar checked. `bytes` is the whole datagram without
// marker, which AUTH needs of the first two messages.
struct Message {
    wire::Header header;
    wire::Shape shape;
    wire::Payloads payloads;
    base::ByteView bytes;
};

}  // namespace xfrmd::ikev2::sa
