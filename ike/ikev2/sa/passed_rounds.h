// Several rounds of authentication, one after the other (RFC 4739). Values only.
#pragma once

#include <cstddef>

#include "ike/ikev2/sa/keyed.h"
#include "ike/ikev2/wire/message.h"
#include "ike/policy/identity.h"

namespace xfrmd::ikev2::sa {

// Responder: what rounds of authentication leave for those that follow (RFC 4739), and for the end.
struct PassedRounds {
    std::size_t count = 0;
    wire::Payloads request;  // the first one: what it asks for is answered when all have passed
    wire::Shape shape{};
    policy::Identity local_id;  // by the last round of each
    policy::Identity remote_id;
    PpkUse ppk = PpkUse::none;
};

}  // namespace xfrmd::ikev2::sa
