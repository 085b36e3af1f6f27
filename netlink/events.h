// What the kernel tells unasked, as values. Requests to the key manager (RFC 4301 4.4.1, 4.4.2.1; PF_KEY's ACQUIRE and
// EXPIRE) and notices of changes that somebody made. Decoding trusts nobody.
#pragma once

#include <optional>
#include <variant>

#include "netlink/codec.h"
#include "netlink/policy.h"

namespace xfrmd::netlink {

// A packet met a policy whose template has no SA. The kernel has a larval SA in its place for some time
// (net.core.xfrm_acq_expires), asks once for each, and drops packets meanwhile.
struct AcquireEvent {
    std::uint32_t sequence = 0;  // for SaSpec::acquire_sequence
    PolicyId policy;
    std::uint32_t policy_index = 0;
    Selector packet;       // of the one that it was: single addresses, ports
    base::Address source;  // outer ones of the SA that is missing; transport mode has the packet's
    base::Address destination;
    std::vector<Template> templates;   // the policy's
    std::optional<std::uint32_t> cpu;  // RFC 9611: that the packet was on
};

// At a hard limit the SA is gone. Larval SAs expire as well: SPI 0, or the template's.
struct ExpireEvent {
    SaId sa;
    Reqid reqid{};
    bool hard = false;
    std::optional<std::uint32_t> cpu = {};  // that it is for
};

// A packet of an SA in UDP came from another place than the SA says (RFC 3948 5.1, RFC 7296 2.23): it was authentic.
struct MappingEvent {
    SaId sa;  // without its mark, which the kernel does not tell
    Reqid reqid{};
    base::Address source;  // the new place
    std::uint16_t source_port = 0;
};

// Events were lost: too many at once, or one that could not be read. Only looking at the whole of it helps.
struct OverrunEvent {};

// Somebody added, changed or deleted an SA or a policy.
enum class ChangeOfEntry : std::uint8_t { added, updated, deleted };
struct SaChangeEvent {
    SaId sa;
    ChangeOfEntry change = ChangeOfEntry::added;
};
struct SaFlushEvent {
    std::uint8_t protocol = 0;  // 255: all
};
struct PolicyChangeEvent {
    PolicyId policy;
    std::uint32_t index = 0;
    ChangeOfEntry change = ChangeOfEntry::added;
};
struct PolicyFlushEvent {};

using Event = std::variant<AcquireEvent, ExpireEvent, MappingEvent, OverrunEvent, SaChangeEvent, SaFlushEvent,
                           PolicyChangeEvent, PolicyFlushEvent>;

// nullopt: nothing for us (policies of sockets, SAs of other protocols, messages that are no events). OverrunEvent:
// what cannot be read.
std::optional<Event> decode_event(const Message& message);

}  // namespace xfrmd::netlink
