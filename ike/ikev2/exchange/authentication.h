// AUTH (RFC 7296 2.15): what each side signs, and how: a pre-shared key, a signature (signature_auth.h), nothing
// (null_auth.h), or the keys of a resumed IKE SA (resumed_auth.h). EAP comes beside it.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// Who we say we are in a round of ours: as configured, else by our address.
policy::Identity own_identity(const policy::AuthRound& round, const base::Address& local);

// ID payload body without the generic header: what prf(SK_p, ...) covers.
base::Bytes identity_body(const wire::Identification& identification);

// What one side's AUTH covers: its first message, the other's nonce, and who it says it is.
base::Bytes local_octets(const sa::Keyed& keyed, const sa::Transcript& transcript, const policy::Identity& local);
base::Bytes remote_octets(const sa::Keyed& keyed, const sa::Transcript& transcript, const wire::Identification& remote);

// How two sides know each other: a connection, and who they are in a round of it. A side with fewer rounds is who it
// was last.
struct Parties {
    const policy::Connection& connection;
    policy::Identity local;
    policy::Identity remote;
    std::size_t round = 0;

    // Where that side has this round.
    const policy::AuthRound& own_round() const { return *connection.local_round(round); }
    const policy::AuthRound& peer_round() const { return *connection.remote_round(round); }
};

// Ours: [CERT+], AUTH. Errors: NoSharedSecret, NoPrivateKey, AuthenticationMethodUnacceptable (no signature that the
// peer understands).
struct OwnProof {
    std::vector<wire::Payload> certificates;
    wire::Authentication auth;
};
base::Result<OwnProof> make_auth(sa::Step& step, const sa::Keyed& keyed, const sa::Transcript& transcript,
                                 const Parties& parties, const std::vector<wire::CertificateRequest>& asked);
// Could it be made? Asked before the peer is bothered. Error: NoSharedSecret, NoPrivateKey.
base::Result<void> check_own_key(const sa::Sa& sa, const Parties& parties);

// What the peer has sent to prove who it is.
struct PeerProof {
    const wire::Identification& id;
    const wire::Authentication& auth;
    const std::vector<wire::Certificate>& certificates;
};
// Errors: AuthenticationMethodUnacceptable, NoSharedSecret, AuthenticationFailed, and those of certificates. One answer
// goes to the peer for all of them, so that it cannot tell a wrong key from a wrong name.
base::Result<void> verify_auth(sa::Step& step, const sa::Keyed& keyed, const sa::Transcript& transcript,
                               const Parties& parties, const PeerProof& proof);

// Is this the kind of AUTH that a side is to send?
bool is_method_of(const policy::AuthRound& round, wire::AuthMethodId method);

}  // namespace xfrmd::ikev2::exchange
