// What the first request of an IKE SA shows before it is decoded: its nonce, the cookie it brings (RFC 7296 2.6) and
// the ticket (RFC 5723 4.3.2), in place and without allocating anything, so that a flood of them costs next to nothing.
#pragma once

#include <optional>

#include "ike/base/bytes.h"

namespace xfrmd::ikev2::wire {

// Views borrow from the message.
struct FirstLook {
    base::ByteView nonce;
    std::optional<base::ByteView> cookie;
    std::optional<base::ByteView> ticket;
};

// `message` begins with the header. Nothing where payloads do not fill the message to its last byte, or one nonce of a
// valid size, and in IKE_SA_INIT SA and KE, are not among them: decode() and check_grammar() say then what is wrong.
std::optional<FirstLook> look_at_first_request(base::ByteView message);

// Whether a COOKIE stands first, as an initiator that was asked for one puts it (RFC 7296 2.6); it may be anything.
bool brings_cookie(base::ByteView message);

}  // namespace xfrmd::ikev2::wire
