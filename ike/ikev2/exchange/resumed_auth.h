// AUTH of a resumed IKE SA (RFC 5723 4.3.3): with its keys in place of a secret.
#pragma once

#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ikev2::exchange {

// What it covers. RFC 5723 4.3.3 says "message octets", and means those of RFC 7296 2.15, with nonce and identity;
// libreswan takes the message alone. That is no less: SK_p is made of both nonces, and the identity has to be the
// ticket's.
enum class Octets : std::uint8_t { all, message };

wire::Authentication make_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                       const policy::Identity& local, Octets octets);
// What the peer's covers. Error: AuthenticationFailed. The method does not matter: peers put that of the first time
// into it.
base::Result<Octets> verify_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                         const wire::Identification& remote, const wire::Authentication& auth);

}  // namespace xfrmd::ikev2::exchange
