// Additional key exchanges after CREATE_CHILD_SA, each in an IKE_FOLLOWUP_KE (RFC 9370 2.2.4): how far they are, as
// initiator and as responder. No behaviour here.
#pragma once

#include <variant>
#include <vector>

#include "ike/base/secret_bytes.h"
#include "ike/ikev2/sa/negotiated_child.h"
#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::sa {

struct SharedSecrets {
    base::SecretBytes first = {};       // SK(0), of CREATE_CHILD_SA; empty without a key exchange
    base::SecretBytes additional = {};  // SK(1) | ... SK(n)
};

struct FollowUps {
    std::vector<policy::KeyExchangeId> methods;
    std::size_t done = 0;
    SharedSecrets secrets;  // as far as they are done
    base::Bytes link;       // ADDITIONAL_KEY_EXCHANGE's data, for the next request
};

// As initiator: the peer has granted what we asked for in CREATE_CHILD_SA.
struct Granted {
    wire::Payloads answer;
    FollowUps follow_ups;
};

// As responder: we have. The peer's requests for it may not come.
struct AwaitedIkeSa {
    policy::Proposal proposal;
    crypto::IkeSuite suite;
    wire::IkeSpi spi_i{};
    wire::IkeSpi spi_r{};
};
struct AwaitedFollowUps {
    FollowUps follow_ups;
    std::variant<NegotiatedChild, AwaitedIkeSa> what;
    base::Bytes nonce_i;
    base::Bytes nonce_r;
    base::Instant until;
};

}  // namespace xfrmd::ikev2::sa
