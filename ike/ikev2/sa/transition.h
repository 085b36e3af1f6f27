// The legal transitions of an IKE SA (RFC 7296 1.2-1.4): one row for each phase and event that may happen, with the
// handler, the phases it may lead to, the section and a story. What is not in the table cannot happen.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>

#include "ike/ikev2/sa/step.h"
#include "ike/inputs.h"

namespace xfrmd::ikev2::sa {

enum class Event : std::uint8_t {
    initiate,
    ike_sa_init_request,
    ike_sa_init_response,
    session_resume_request,
    session_resume_response,
    ike_intermediate_request,
    ike_intermediate_response,
    own_signature,
    ike_auth_request,
    ike_auth_response,
    create_child_request,
    create_child_response,
    rekey_child_request,
    rekey_ike_request,
    follow_up_request,
    follow_up_response,
    informational_request,
    informational_response,
    child_installed,
    task_ready,
};
inline constexpr std::size_t kEvents = static_cast<std::size_t>(Event::task_ready) + 1;

// What an event brings along.
using Stimulus = std::variant<std::monostate, const Message*, const ike::ChildInstalled*>;

// A handler for its phase's type, behind one signature.
using Handler = Next (*)(Step& step, const Stimulus& stimulus);

class PhaseSet {
public:
    constexpr PhaseSet(std::initializer_list<PhaseId> phases) {
        for (const PhaseId phase : phases) bits_ |= bit(phase);
    }
    constexpr bool has(PhaseId phase) const { return (bits_ & bit(phase)) != 0; }

private:
    static constexpr unsigned bit(PhaseId phase) { return 1U << static_cast<unsigned>(phase); }
    unsigned bits_ = 0;
};

struct Transition {
    PhaseId from;
    Event event;
    Handler handler;
    PhaseSet to;               // staying is always legal
    std::string_view section;  // of RFC 7296, where it names no other
    std::string_view story;
};

std::span<const Transition> transitions();

// nullptr where this event cannot happen in this phase.
const Transition* find_transition(PhaseId from, Event event);

// Errors in any phase may close the SA; that is the dispatcher's, not a row's.
std::string_view to_string(PhaseId phase);
std::string_view to_string(Event event);

}  // namespace xfrmd::ikev2::sa
