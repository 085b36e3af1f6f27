// The phases of an IKE SA, each with exactly the data that exists in it (RFC 7296 1.2). Only Established and Deleting
// hold an authenticated peer: CREATE_CHILD_SA and INFORMATIONAL handlers take nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/crypto/key_exchange.h"
#include "ike/ikev2/sa/child_sa.h"
#include "ike/ikev2/sa/exchanges.h"
#include "ike/ikev2/sa/keyed.h"
#include "ike/ikev2/sa/passed_rounds.h"
#include "ike/ikev2/sa/phase_id.h"
#include "ike/ikev2/sa/session.h"
#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::sa {

// Initiator, nothing sent yet.
struct Created {};

// Initiator, IKE_SA_INIT sent; or IKE_SESSION_RESUME with a ticket, and without a key exchange (RFC 5723).
struct InitRequested {
    std::unique_ptr<crypto::KeyExchange> key_exchange;
    std::unique_ptr<HeldTicket> ticket;
    base::Bytes nonce;
    base::Bytes cookie;                  // what the responder asked us to repeat; may be empty
    base::Bytes request;                 // the first message as last sent
    unsigned restarts = 0;               // by COOKIE and INVALID_KE_PAYLOAD together
    std::optional<base::Error> refusal;  // unauthenticated, so only remembered (RFC 7296 2.21.1)
    bool is_doubted = false;             // the request has been sent once more since
};

// Initiator, IKE_INTERMEDIATE sent with the next of the additional key exchanges (RFC 9370 2.2.2), or with a PPK's name
// alone (RFC 9867 3.1).
struct IntermediateRequested {
    Keyed keyed;  // by all before it
    Transcript transcript;
    std::unique_ptr<crypto::KeyExchange> key_exchange;  // nullptr: only a PPK is to be agreed on
    IntAuth covered;
    bool childless = false;
    std::size_t done = 0;  // of these exchanges
};

// Initiator: keys are there, and a token is to sign.
struct Proving {
    Keyed keyed;
    Transcript transcript;
    bool childless = false;
};

// Initiator, IKE_AUTH sent: the first one, or that of a later round (RFC 4739).
struct AuthRequested {
    Keyed keyed;
    Transcript transcript;
    std::optional<ProposedChild> child;        // nothing: it is to come in an exchange of its own (RFC 6023)
    std::unique_ptr<Session> resumed = {};     // nullptr: it began with IKE_SA_INIT
    std::optional<AuthKeys> without_ppk = {};  // `keyed` has one, which the peer may not know before the first answer
    std::size_t round = 0;
    policy::Identity remote_id = {};  // who the peer has last proved to be
};

// Responder; additional key exchanges, or a PPK's name, are agreed on and to come.
struct IntermediateAwaited {
    Keyed keyed;
    Transcript transcript;
    IntAuth covered = {};
    std::size_t done = 0;                           // of these exchanges
    std::optional<crypto::SkCipher> previous = {};  // opens the last request, should it be repeated
};

// Responder, IKE_AUTH is to come: the first one, or that of a later round.
struct HalfOpen {
    Keyed keyed;
    Transcript transcript;
    std::unique_ptr<Ticket> ticket = {};            // nullptr: it began with IKE_SA_INIT
    std::optional<crypto::SkCipher> previous = {};  // as of IntermediateAwaited
    std::unique_ptr<PassedRounds> passed = {};      // nullptr: none yet
};

// A request whose answer waits for the kernel. `payloads` come first in the response.
struct PendingResponse {
    ike::ChildSaId child{};
    wire::ExchangeType exchange{};
    std::vector<wire::Payload> payloads;  // when the child is installed
    std::vector<wire::Payload> payloads_if_refused;
};

struct Established {
    Keyed keyed;
    policy::Identity local_id;
    policy::Identity remote_id;
    base::Instant since;
    std::vector<ChildSa> children;
    Exchange exchange;
    std::optional<PendingResponse> pending;
    base::Instant rekey_at = base::kNever;
    base::Instant over_at = base::kNever;            // deleted then, rekeyed or not
    base::Instant use_awaited_until = base::kNever;  // the kernel was asked what the children have carried
    Proof proof = {};
    PpkUse ppk = PpkUse::none;  // in its keys, which those of its children and successors come from
    std::vector<std::string> without_resources = {};  // children of which the peer makes no more for single CPUs
    bool is_redirected = false;  // the peer has heard that it is to go elsewhere; it goes at over_at
    bool is_outdone = false;     // another one with the same peer has come up; it goes at over_at
    bool is_succeeded = false;   // another IKE SA has taken its children and its number; it waits for its Delete
    std::unique_ptr<AwaitedFollowUps> awaited = {};  // of the peer's, one at a time; nullptr: none are
    unsigned lost_states = 0;                        // so often, one after the other, the peer has said STATE_NOT_FOUND
};

// Our Delete of the IKE SA is out.
struct Deleting {
    Keyed keyed;
    ike::OperationId operation{};
    base::Reason reason{};
};

// Initiator, given up while IKE_AUTH was out. The peer may have established it, so that our Delete is out as well; it
// has proved nothing, and nobody waits.
struct Withdrawing {
    Keyed keyed;
};

struct Closed {
    base::Error why;
};

using Phase = std::variant<Created, InitRequested, IntermediateRequested, Proving, AuthRequested, IntermediateAwaited,
                           HalfOpen, Established, Deleting, Withdrawing, Closed>;

inline constexpr std::size_t kPhases = std::variant_size_v<Phase>;
static_assert(static_cast<std::size_t>(PhaseId::closed) + 1 == kPhases);

inline PhaseId id_of(const Phase& phase) { return static_cast<PhaseId>(phase.index()); }

}  // namespace xfrmd::ikev2::sa
