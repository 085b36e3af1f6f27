// What a handler of one event is given, and what it returns: the services of the engine, the next phase, and what
// follows for other IKE SAs. No behaviour here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/actions.h"
#include "ike/base/random.h"
#include "ike/ikev2/sa/options.h"
#include "ike/ikev2/sa/sa.h"
#include "ike/ikev2/sa/tickets.h"
#include "ike/ikev2/sa/validation.h"
#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::sa {

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
    // One between these identities that counts with this connection, and whose peer is at another address; another
    // engine's counts as well.
    virtual bool has_elsewhere(const policy::Identity& local, const policy::Identity& remote,
                               const policy::Connection& connection, const base::Address& address) const = 0;
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

// What an IKE SA borrows from its engine for the length of a call. `actions` are those of one event; they count only if
// its handler does not fail.
struct Surroundings {
    base::Instant now;
    base::Random& random;
    SpiSource& spis;
    const Options& options;
    Tickets& tickets;
    Validation& validation;
    ike::Actions& actions;
    std::vector<Succession>& successions;
};

// One event being handled.
struct Step : Surroundings {
    Sa& sa;
    Phase& phase;

    void send(base::Bytes bytes) { send_on({sa.local, sa.remote}, std::move(bytes)); }
    void send_on(const Path& path, const Datagrams& datagrams) {
        for (const base::Bytes& bytes : datagrams) send_on(path, bytes);
    }
    void send_on(const Path& path, base::Bytes bytes) {
        sa.last_outbound = now;
        const std::uint8_t dscp = sa.connection == nullptr ? 0 : sa.connection->dscp;
        actions.push_back(ike::SendDatagram{path.local, path.remote, std::move(bytes), dscp});
    }
    // What waits for a response goes out once more, to where the path leads now. That is no try of the schedule's: the
    // peer, too, has a say in how often the path changes.
    void send_again() {
        if (const Datagrams* waiting = sa.window.outstanding()) send_on({sa.local, sa.remote}, *waiting);
    }
    void report(ike::Level level, std::string text, std::optional<base::Reason> reason = {},
                ike::Milestone milestone = {}) {
        const bool unproven = level >= ike::Level::warning && is_half_open(id_of(phase));
        actions.push_back(ike::Report{level, sa.id, sa.connection_name(), reason, std::move(text), unproven,
                                      std::move(milestone), sa.own_id});
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
    base::Bytes covered = {};  // of IKE_INTERMEDIATE: what AUTH covers of it (RFC 9242 3.3.2)
};

}  // namespace xfrmd::ikev2::sa
