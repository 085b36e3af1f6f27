// IntAuth: how AUTH covers IKE_INTERMEDIATE (RFC 9242 3.3.2).
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// IntAuth_[i/r]n = prf(SK_p[i/r]n, IntAuth_[i/r](n-1) | IntAuth_[i/r]nA | IntAuth_[i/r]nP). `content` is A and P of the
// message that we have sent, or received, under the keys `keyed`.
void cover_sent(const sa::Keyed& keyed, base::ByteView content, sa::IntAuth& covered);
void cover_received(const sa::Keyed& keyed, base::ByteView content, sa::IntAuth& covered);

// IntAuth_iN | IntAuth_rN | IKE_AUTH_MID
base::Bytes int_auth(const sa::Sa& sa, const sa::IntAuth& covered, wire::MessageId ike_auth);

}  // namespace xfrmd::ikev2::exchange
