#include "daemon/suspects.h"

#include <utility>

namespace xfrmd::daemon {

// What others add is theirs, and they cannot change keys of ours.
void Suspects::note(const netlink::SaChangeEvent& event) {
    if (event.change == netlink::ChangeOfEntry::deleted) note_gone(event.sa);
}

void Suspects::note(const netlink::ExpireEvent& event) {
    if (event.hard) note_gone(event.sa);
}

void Suspects::note_gone(const netlink::SaId& sa) {
    if (look_.at_everything) return;
    // Manual SAs are put back by comparing all of them.
    if (manual_.has(sa)) return note_everything();
    if (tunnels_.tunnel_of(sa) == nullptr && !books_.orphaned_sas.contains(sa)) return;
    look_.sas.insert(sa);
    if (look_.sas.size() > kMost) note_everything();
}

void Suspects::note(const netlink::PolicyChangeEvent& event) {
    if (look_.at_everything || !is_ours(event.policy, event.index)) return;
    look_.policies.insert(event.policy);
    if (look_.policies.size() > kMost) note_everything();
}

Suspects::Look Suspects::take() { return std::exchange(look_, {}); }

}  // namespace xfrmd::daemon
