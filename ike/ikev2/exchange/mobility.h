// MOBIKE (RFC 4555): the notifies of IKE_AUTH, and the INFORMATIONAL exchanges that tell of another path and check it.
// The initiator decides on the path, the responder follows what it is told. To an address that the peer has only named
// users' packets go when somebody there has answered with what nobody else can know.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// Can a peer that names this address be there?
bool is_usable(const base::Address& address);

// 3.2: for IKE_AUTH, if the connection wants it.
void append_mobility(sa::Step& step, std::vector<wire::Payload>& payloads);
// 3.2, 3.4: what the peer's IKE_AUTH says. `decides`: we began.
void agree_on_mobility(sa::Step& step, const wire::Payloads& payloads, bool decides);

// What a peer's INFORMATIONAL request moves, and what belongs into the answer (3.5-3.9). Nothing where MOBIKE was not
// agreed on.
std::vector<wire::Payload> answer_mobility(sa::Step& step, const wire::Payloads& request);

// As decider: this is the way from now on (3.5). The peer is told as soon as may be.
void use_path(sa::Step& step, sa::Established& phase, const sa::Path& path);
void send_update_addresses(sa::Step& step, sa::Established& phase);
// As follower: the address in use has gone, and this is another one of ours. The peer learns it by where our list of
// addresses comes from (3.6), and decides.
void change_own_address(sa::Step& step, const base::Address& local);
// As follower: does anybody answer there (3.7)?
void send_path_check(sa::Step& step, sa::Established& phase);
// 3.8: a liveness check that also asks how we are seen.
std::vector<wire::Payload> mobile_liveness(const sa::Sa& sa);

// Another IKE SA takes the place of this one: it is where this one is, and asks and tells what was not answered.
void inherit_path(const sa::Sa& old, const sa::Established& phase, sa::Sa& heir);

// Their answers. An error ends the IKE SA (3.7).
sa::Next on_addresses_updated(sa::Step& step, sa::Established& phase, const sa::UpdatingAddresses& asked,
                              const wire::Payloads& answer);
sa::Next on_path_checked(sa::Step& step, sa::Established& phase, const sa::CheckingPath& asked,
                         const wire::Payloads& answer);
void on_mobile_liveness(sa::Step& step, const wire::Payloads& answer);

}  // namespace xfrmd::ikev2::exchange
