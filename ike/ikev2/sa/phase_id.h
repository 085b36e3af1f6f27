// The phases of an IKE SA by name, for tables and lists; what is in them is in phases.h.
#pragma once

#include <cstdint>

namespace xfrmd::ikev2::sa {

// In the order of Phase, which is the variant's index.
enum class PhaseId : std::uint8_t {
    created,
    init_requested,
    intermediate_requested,
    proving,
    auth_requested,
    intermediate_awaited,
    half_open,
    established,
    deleting,
    withdrawing,
    closed
};

// As initiator: the peer has been asked, and not told who we are.
constexpr bool is_before_auth(PhaseId phase) {
    return phase == PhaseId::init_requested || phase == PhaseId::intermediate_requested || phase == PhaseId::proving;
}

// As responder: the peer has been answered, and has not proved who it is.
constexpr bool is_half_open(PhaseId phase) {
    return phase == PhaseId::intermediate_awaited || phase == PhaseId::half_open;
}

}  // namespace xfrmd::ikev2::sa
