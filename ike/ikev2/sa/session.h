// What an IKE SA leaves to the one that resumes it (RFC 5723 5), and what holds it meanwhile: the ticket, in which the
// responder gives it away sealed, and what the initiator keeps beside that. Values only.
#pragma once

#include <string>

#include "ike/base/address.h"
#include "ike/base/instant.h"
#include "ike/base/secret_bytes.h"
#include "ike/ikev2/wire/header.h"
#include "ike/policy/identity.h"
#include "ike/policy/proposal.h"

namespace xfrmd::ikev2::sa {

// How long the authentication counts, whatever keys the IKE SA is given meanwhile (RFC 4478): who began it does so
// again in time, which makes another IKE SA (RFC 7296 2.8.3).
struct Proof {
    bool is_ours_to_repeat = false;
    base::Instant repeat_at = base::kNever;
    base::Instant over_at = base::kNever;  // deleted then
};

// "From the ticket", in the words of RFC 5723 5.
struct Session {
    policy::Identity local_id;
    policy::Identity remote_id;
    policy::Proposal proposal;
    base::SecretBytes sk_d;
    base::Bytes credential;  // a print of the secret, and of what else the peer has had to prove
    Proof proof;             // resuming proves nothing anew
};

// As responder. All tickets of an IKE SA have one number, or a few: it is what is remembered of those that count no
// longer.
struct Ticket {
    std::uint64_t number = 0;
    wire::IkeSpi spi{};  // ours, of the old IKE SA
    base::Instant expires_at;
    std::string connection;
    Session session;
};

// As initiator.
struct HeldTicket {
    base::Bytes bytes;  // as they came
    base::Address gateway;
    wire::IkeSpi spi{};  // ours, of the old IKE SA
    base::Instant expires_at;
    Session session;
};

}  // namespace xfrmd::ikev2::sa
