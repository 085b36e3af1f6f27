// The addresses that each end has beside the one in use (RFC 4555 3.4, 3.6): ours are told in IKE_AUTH and whenever
// they change, the peer's are kept for when it does not answer any more.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// May the connection have this end here?
bool is_named(const policy::Connection& connection, const base::Address& local);
// Who is behind the peer is reached through the tunnel, and IKE to there would show the address outside of it. A peer
// that is itself among what its children protect is where it is.
bool is_behind(const sa::Established& phase, const base::Address& peer, const base::Address& other);

// What this peer is to know and does not.
bool has_untold_addresses(const sa::Step& step);
// All of ours, as nothing else counts afterwards. `and_none`: also says that there is none.
void append_additional_addresses(sa::Step& step, bool and_none, std::vector<wire::Payload>& payloads);
void send_additional_addresses(sa::Step& step, sa::Established& phase);
// The peer knows where we are: so do its children.
sa::Next on_additional_addresses_told(sa::Step& step, sa::Established& phase, const sa::TellingAddresses& asked);

bool lists_addresses(const wire::Payloads& payloads);
// Nothing where there is no list. One that comes from where the peer was not known to be, and has not where it was,
// tells us to go there: only the initiator decides on the path, and asks routing for it.
void keep_additional_addresses(sa::Step& step, const wire::Payloads& payloads);

}  // namespace xfrmd::ikev2::exchange
