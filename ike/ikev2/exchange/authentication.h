// AUTH with pre-shared keys (RFC 7296 2.15) and of resumed IKE SAs (RFC 5723 4.3.3): what each side signs, and the
// check of the peer's. Certificates and EAP come beside it.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// Who we say we are: as configured, else by our address.
policy::Identity own_identity(const policy::Connection& connection, const base::Address& local);

// ID payload body without the generic header: what prf(SK_p, ...) covers.
base::Bytes identity_body(const wire::Identification& identification);

// Our AUTH. Error: NoSharedSecret.
base::Result<wire::Authentication> make_psk_auth(const sa::Sa& sa, const sa::Keyed& keyed,
                                                 const sa::Transcript& transcript, const policy::Identity& local,
                                                 const policy::Identity& remote);

// Errors: AuthenticationMethodUnacceptable, NoSharedSecret, AuthenticationFailed. One answer goes to the peer for all
// of them, so that it cannot tell a wrong key from a wrong name.
base::Result<void> verify_psk_auth(const sa::Sa& sa, const sa::Keyed& keyed, const sa::Transcript& transcript,
                                   const policy::Identity& local, const wire::Identification& remote,
                                   const wire::Authentication& auth);

// What AUTH of a resumed IKE SA covers. RFC 5723 4.3.3 says "message octets", and means those of RFC 7296 2.15, with
// nonce and identity; libreswan takes the message alone. That is no less: SK_p is made of both nonces, and the identity
// has to be the ticket's.
enum class Octets : std::uint8_t { all, message };

// RFC 5723 4.3.3: with the keys of the IKE SA in place of a secret.
wire::Authentication make_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                       const policy::Identity& local, Octets octets);
// What the peer's covers. Error: AuthenticationFailed. The method does not matter: peers put that of the first time
// into it.
base::Result<Octets> verify_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                         const wire::Identification& remote, const wire::Authentication& auth);

}  // namespace xfrmd::ikev2::exchange
