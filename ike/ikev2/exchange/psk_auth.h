// AUTH with a pre-shared key (RFC 7296 2.15).
#pragma once

#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ikev2::exchange {

// `octets` are what AUTH covers. Error: NoSharedSecret.
base::Result<wire::Authentication> make_psk_auth(const sa::Sa& sa, policy::PrfId prf, base::ByteView octets,
                                                 const Parties& parties);
base::Result<void> check_psk(const sa::Sa& sa, const Parties& parties);
// Errors: NoSharedSecret, AuthenticationFailed.
base::Result<void> verify_psk_auth(const sa::Sa& sa, policy::PrfId prf, base::ByteView octets, const Parties& parties,
                                   const wire::Authentication& auth);

}  // namespace xfrmd::ikev2::exchange
