// Several children with the same selectors, each for one CPU, beside one for all CPUs: a group (RFC 9611). What both
// say with SA_RESOURCE_INFO, who belongs to a group, and how many do. What a peer's resource is called is nobody's
// affair (RFC 9611 5.1), and ours is not told (RFC 9611 7).
#pragma once

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// --- Initiator of the exchange ---

// As which a child is asked for that is in no group yet: as the first of one, where the configuration wants that.
std::optional<sa::Resource> wanted_resource(const sa::Step& step, const policy::Child& child,
                                            const sa::CreateChildTask& task);

// May a child be asked for that is for this CPU alone? Errors: NotFound, there is no group; TsMaxQueue, the peer has
// refused before, or there are enough.
base::Result<void> check_may_ask(const sa::Step& step, const sa::Established& phase, const sa::CreateChildTask& task);

// 3: one for a CPU has the selectors of its group. Of any other child nothing changes.
void propose_as_group(const sa::Established& phase, const sa::CreateChildTask& task, sa::ProposedChild& proposed);

// What follows from the answer to a child that is no rekeyed one. Errors, where it is not what its group is:
// ResourceInfoMissing, GroupPropertiesDiffer.
base::Result<void> join_group(const sa::Established& phase, const sa::ProposedChild& proposed,
                              const wire::Payloads& answer, NegotiatedChild& child);

// One for a CPU has not come up. Unless the peer may grant it later, it is not asked for another one of this group.
void on_not_for_cpu(sa::Step& step, sa::Established& phase, const sa::ProposedChild& proposed, const base::Error& error,
                    const wire::Payloads& answer);

// --- Responder of the exchange ---

bool has_resource_info(const wire::Payloads& payloads);

// The first child of a group is for all CPUs; an additional one is for that with the fewest (4). Errors: TsMaxQueue,
// where there are two for each CPU (6); GroupPropertiesDiffer (3).
base::Result<void> place_in_group(const sa::Step& step, const sa::Established& phase, const wire::Payloads& request,
                                  AcceptedChild& accepted);

// --- Both ---

// Has the peer refused none of them yet?
bool asks_for_cpus(const sa::Established& phase, const std::string& name);

}  // namespace xfrmd::ikev2::exchange
