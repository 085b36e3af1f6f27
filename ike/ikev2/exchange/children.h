// The child SAs of an established IKE SA as a list: finding, removing, and what follows from the kernel's answers
// (RFC 7296 1.4.1, 2.21.3).
#pragma once

#include "ike/ikev2/sa/step.h"
#include "ike/inputs.h"

namespace xfrmd::ikev2::exchange {

sa::ChildSa* find_child(sa::Established& phase, ike::ChildSaId id);
const sa::ChildSa* find_child(const sa::Established& phase, ike::ChildSaId id);
// Of those that have not been deleted already.
sa::ChildSa* find_outbound(sa::Established& phase, sa::ChildSpi spi_out);
// The one that operators know by this number, the newest where there are several; nullptr if there is none.
const sa::ChildSa* find_number(const sa::Established& phase, ike::ChildSaId number);
// The newest of those that are known by this number, or that have replaced the one whose own it is.
const sa::ChildSa* find_named(const sa::Established& phase, ike::ChildSaId id);
// The first one of this name that stands, and serves `only` where that is said: one of several where the peer takes
// single pairs of addresses only; and that is for this CPU, or where none is said for all. nullptr if none does.
const sa::ChildSa* find_installed(const sa::Established& phase, const std::string& name,
                                  const std::optional<sa::AddressPair>& only, std::optional<std::uint32_t> cpu);
// Another one has taken its place, or is about to.
bool is_replaced(const sa::Established& phase, ike::ChildSaId id);
// What was to take the child's place has not come, or has gone again: it is rekeyed later (RFC 7296 2.25). Nothing to
// do for one that is going itself, or that another one replaces.
void postpone_rekeying(const sa::Step& step, sa::Established& phase, ike::ChildSaId id);

// After which time without packets a child is deleted (its `inactivity`); 0 is never.
std::chrono::seconds inactivity_of(const sa::Sa& sa, const sa::ChildSa& child);
// It takes the place of one in another IKE SA (RFC 7296 2.8.3), and our answer to the peer's request for it may have
// been lost: a later request of that IKE SA, or packets on the child, show that it was not.
bool waits_for_proof(const sa::ChildSa& child);

// When its packets are looked at again for that, or for its `inactivity`: it is deleted a quarter of that late at most.
// kNever where there is nothing to look for.
base::Instant look_instant(const sa::Step& step, const sa::ChildSa& child);

// Is the kernel at work on a child, or does the peer wait for it? Nothing of ours is begun meanwhile.
bool waits_for_kernel(const sa::Established& phase);

// Takes the child out of the list and out of the kernel. Whoever still waits for it is told `why`. After a peer's
// silence or Delete the configuration may want it back.
void remove_child(sa::Step& step, sa::Established& phase, ike::ChildSaId id, const base::Error& why);
// It has been deleted here and at the peer. Where another one carries its traffic, its SAs stay for a while, for
// packets that are late; else it is removed.
void retire_child(sa::Step& step, sa::Established& phase, ike::ChildSaId id, const base::Error& why);
// Packets go out on it from now on, if they do not yet, nor on a later one in its line.
void use_child(sa::Step& step, sa::Established& phase, sa::ChildSa& child);
void remove_retired_children(sa::Step& step, sa::Established& phase);
void remove_all_children(sa::Step& step, sa::Established& phase, const base::Error& why);

// Their SAs go there, those that wait for packets that are late as well.
void move_children(sa::Step& step, sa::Established& phase, const sa::Path& path);

// The kernel has it, or has refused it. Where a response of ours waited for that, it is sent now: with the child, or
// with TEMPORARY_FAILURE in its place. A child of our own request that the kernel refused is deleted at the peer.
sa::Next on_child_installed(sa::Step& step, sa::Established& phase, const ike::ChildInstalled& answer);

}  // namespace xfrmd::ikev2::exchange
