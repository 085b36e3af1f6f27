// The whole matrix of phases and events: what may happen, and what it may lead to. A change here is a change of the
// protocol machine and belongs into review.
#include <catch2/catch_test_macros.hpp>

#include <string>

#include "ike/ikev2/sa/transition.h"

namespace xfrmd::ikev2::sa {

namespace {

std::string next_phases(const Transition& row) {
    std::string names;
    for (std::size_t i = 0; i < kPhases; ++i) {
        const auto phase = static_cast<PhaseId>(i);
        if (row.to.has(phase)) names += " " + std::string(to_string(phase));
    }
    return names.empty() ? " stays" : names;
}

// One line for each pair that has a row; a pair without one cannot happen.
std::string matrix() {
    std::string text;
    for (std::size_t phase = 0; phase < kPhases; ++phase) {
        for (std::size_t event = 0; event < kEvents; ++event) {
            const auto* row = find_transition(static_cast<PhaseId>(phase), static_cast<Event>(event));
            if (row == nullptr) continue;
            text += std::string(to_string(row->from)) + " " + std::string(to_string(row->event)) + " ->" +
                    next_phases(*row) + " (" + std::string(row->section) + ")\n";
        }
    }
    return text;
}

constexpr std::string_view kMatrix =
    "created initiate -> init_requested (1.2)\n"
    "created ike_sa_init_request -> intermediate_awaited half_open (1.2)\n"
    "created session_resume_request -> half_open (RFC 5723 4.3.2)\n"
    "init_requested ike_sa_init_response -> intermediate_requested proving auth_requested closed (1.2)\n"
    "init_requested session_resume_response -> auth_requested closed (RFC 5723 4.3.2)\n"
    "intermediate_requested ike_intermediate_response -> proving auth_requested closed (RFC 9370 2.2.2)\n"
    "proving own_signature -> auth_requested closed (2.15)\n"
    "auth_requested ike_auth_response -> established (1.2)\n"
    "intermediate_awaited ike_intermediate_request -> half_open (RFC 9370 2.2.2)\n"
    "half_open ike_auth_request -> established (1.2)\n"
    "established create_child_request -> stays (1.3.1)\n"
    "established create_child_response -> stays (1.3.1)\n"
    "established rekey_child_request -> stays (1.3.3)\n"
    "established rekey_ike_request -> stays (1.3.2)\n"
    "established follow_up_request -> stays (RFC 9370 2.2.4)\n"
    "established follow_up_response -> stays (RFC 9370 2.2.4)\n"
    "established informational_request -> closed (1.4)\n"
    "established informational_response -> stays (1.4)\n"
    "established child_installed -> stays (2.21.3)\n"
    "established task_ready -> deleting (2.3)\n"
    "deleting create_child_request -> stays (2.25.2)\n"
    "deleting rekey_child_request -> stays (2.25.2)\n"
    "deleting rekey_ike_request -> stays (2.25.2)\n"
    "deleting follow_up_request -> stays (2.25.2)\n"
    "deleting informational_request -> closed (2.25.2)\n"
    "deleting informational_response -> closed (1.4.1)\n"
    "withdrawing informational_request -> closed (1.4.1)\n"
    "withdrawing informational_response -> closed (1.4.1)\n";

}  // namespace

TEST_CASE("the matrix of phases and events is what it is", "[engine][rfc7296-1.2]") { CHECK(matrix() == kMatrix); }

TEST_CASE("every row can be found, has a handler and tells its story", "[engine][rfc7296-1.2]") {
    for (const Transition& row : transitions()) {
        CHECK(find_transition(row.from, row.event) == &row);
        CHECK(row.handler != nullptr);
        CHECK(row.story.size() > 10);
        CHECK_FALSE(row.to.has(PhaseId::created));
        CHECK_FALSE(row.to.has(row.from));
    }
}

TEST_CASE("nothing happens in a closed IKE SA", "[engine][rfc7296-1.4.1]") {
    for (std::size_t event = 0; event < kEvents; ++event) {
        CHECK(find_transition(PhaseId::closed, static_cast<Event>(event)) == nullptr);
    }
}

TEST_CASE("what needs an authenticated peer has no row before there is one", "[engine][rfc7296-1.2][hostile-d1]") {
    for (const PhaseId phase :
         {PhaseId::created, PhaseId::init_requested, PhaseId::intermediate_requested, PhaseId::proving,
          PhaseId::auth_requested, PhaseId::intermediate_awaited, PhaseId::half_open}) {
        for (const Event event : {Event::create_child_request, Event::create_child_response, Event::rekey_child_request,
                                  Event::rekey_ike_request, Event::follow_up_request, Event::follow_up_response,
                                  Event::informational_request, Event::informational_response}) {
            CHECK(find_transition(phase, event) == nullptr);
        }
    }
}

}  // namespace xfrmd::ikev2::sa
