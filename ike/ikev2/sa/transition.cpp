#include "ike/ikev2/sa/transition.h"

#include <array>
#include <type_traits>

#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/ike_sa_init.h"
#include "ike/ikev2/exchange/informational.h"
#include "ike/ikev2/exchange/rekey_child.h"
#include "ike/ikev2/exchange/rekey_ike.h"
#include "ike/ikev2/exchange/session_resume.h"

namespace xfrmd::ikev2::sa {

namespace {

template <typename PhaseType>
Next call(Next (*handler)(Step&, PhaseType&), Step& step, const Stimulus&) {
    return handler(step, std::get<PhaseType>(step.phase));
}

template <typename PhaseType>
Next call(Next (*handler)(Step&, PhaseType&, const Message&), Step& step, const Stimulus& stimulus) {
    return handler(step, std::get<PhaseType>(step.phase), *std::get<const Message*>(stimulus));
}

template <typename PhaseType>
Next call(Next (*handler)(Step&, PhaseType&, const ike::ChildInstalled&), Step& step, const Stimulus& stimulus) {
    return handler(step, std::get<PhaseType>(step.phase), *std::get<const ike::ChildInstalled*>(stimulus));
}

// Gives a handler of one phase and one kind of stimulus the signature of the table. The dispatcher looks rows up by the
// phase at hand, and every event comes with its own kind of stimulus, so the gets above cannot miss.
template <auto handler>
Next row(Step& step, const Stimulus& stimulus) {
    return call(handler, step, stimulus);
}

using enum PhaseId;
using enum Event;
namespace x = exchange;

// clang-format off
constexpr Transition kTransitions[] = {
    {created,        initiate,               row<x::start_first_exchange>,      {init_requested},        "1.2",   "we offer algorithms and a key exchange value, or show a ticket"},
    {created,        ike_sa_init_request,    row<x::on_ike_sa_init_request>,    {intermediate_awaited, half_open}, "1.2", "a peer starts; we choose, answer and have keys"},
    {created,        session_resume_request, row<x::on_session_resume_request>, {half_open},             "RFC 5723 4.3.2", "a peer starts with a ticket of ours; we answer and have keys"},
    {init_requested, ike_sa_init_response,   row<x::on_ike_sa_init_response>,   {intermediate_requested, proving, auth_requested, closed}, "1.2", "the peer chose (or wants a cookie or another group); the next key exchange or our PPK's name, or we prove who we are"},
    {init_requested, session_resume_response, row<x::on_session_resume_response>, {auth_requested, closed}, "RFC 5723 4.3.2", "the peer knows its ticket (or wants a cookie, or IKE_SA_INIT); we prove who we are"},
    {intermediate_awaited, ike_intermediate_request, row<x::on_ike_intermediate_request>, {half_open}, "RFC 9370 2.2.2", "the peer takes the next of the key exchanges agreed on, or names its PPKs (RFC 9867); we answer and have new keys"},
    {intermediate_requested, ike_intermediate_response, row<x::on_ike_intermediate_response>, {proving, auth_requested, closed}, "RFC 9370 2.2.2", "a key exchange is done, or a PPK agreed on (RFC 9867): the next one, or we prove who we are"},
    {proving,        own_signature,          row<x::go_on_proving>,             {auth_requested, closed}, "2.15", "a token has signed; we prove who we are"},
    {half_open,      ike_auth_request,       row<x::on_ike_auth_request>,       {established},           "1.2",   "the peer proves who it is and asks for the first child, in one round or several (RFC 4739)"},
    {auth_requested, ike_auth_response,      row<x::on_ike_auth_response>,      {established},           "1.2",   "the peer proves who it is; the next round (RFC 4739), or the first child stands or falls"},

    {established,    create_child_request,   row<x::on_create_child_request>,   {},                      "1.3.1", "the peer wants another child"},
    {established,    create_child_response,  row<x::on_create_child_response>,  {},                      "1.3.1", "the child or the new keys we wanted were granted or refused"},
    {established,    rekey_child_request,    row<x::on_rekey_child_request>,    {},                      "1.3.3", "the peer wants to rekey a child"},
    {established,    rekey_ike_request,      row<x::on_rekey_ike_request>,      {},                      "1.3.2", "the peer wants to rekey the IKE SA"},
    {established,    follow_up_request,      row<x::on_follow_up_request>,      {},                      "RFC 9370 2.2.4", "the peer takes the next key exchange for what it has been granted"},
    {established,    follow_up_response,     row<x::on_follow_up_response>,     {},                      "RFC 9370 2.2.4", "a key exchange for what we were granted is done: the next one, or it stands"},
    {established,    informational_request,  row<x::on_informational_request>,  {closed},                "1.4",   "the peer deletes, asks for life, or tells of an error"},
    {established,    informational_response, row<x::on_informational_response>, {},                      "1.4",   "our liveness check or Delete of a child was answered"},
    {established,    child_installed,        row<x::on_child_installed>,        {},                      "2.21.3","the kernel has taken or refused a child"},
    {established,    task_ready,             row<x::start_task>,                {deleting},              "2.3",   "nothing of ours is in flight: the next task starts"},

    {deleting,       create_child_request,   row<x::refuse_while_deleting>,     {},                      "2.25.2","the peer wants another child of what is going"},
    {deleting,       rekey_child_request,    row<x::refuse_while_deleting>,     {},                      "2.25.2","the peer wants to rekey a child of what is going"},
    {deleting,       rekey_ike_request,      row<x::refuse_while_deleting>,     {},                      "2.25.2","the peer wants to rekey what is going"},
    {deleting,       follow_up_request,      row<x::refuse_while_deleting>,     {},                      "2.25.2","the peer goes on with key exchanges for what is going"},
    {deleting,       informational_request,  row<x::answer_while_deleting>,     {closed},                "2.25.2","the peer deletes at the same time, or asks for life"},
    {deleting,       informational_response, row<x::on_delete_response>,        {closed},                "1.4.1", "the peer has deleted the IKE SA as well"},

    {withdrawing,    informational_request,  row<x::answer_while_withdrawing>,  {closed},                "1.4.1", "the peer deletes what we have given up, or asks for life"},
    {withdrawing,    informational_response, row<x::on_withdrawn>,              {closed},                "1.4.1", "the peer has deleted what we have given up"},
};
// clang-format on

// One index for each phase and event, so that a look-up costs nothing and a row that stands twice does not compile.
constexpr std::uint8_t kNone = 0xff;
constexpr auto make_index() {
    std::array<std::array<std::uint8_t, kEvents>, kPhases> index{};
    for (auto& phase : index) phase.fill(kNone);
    for (std::uint8_t i = 0; i < std::size(kTransitions); ++i) {
        auto& place =
            index[static_cast<std::size_t>(kTransitions[i].from)][static_cast<std::size_t>(kTransitions[i].event)];
        if (place != kNone) throw "two rows for one phase and event";
        place = i;
    }
    return index;
}
constexpr auto kIndex = make_index();

constexpr std::string_view kPhaseNames[kPhases] = {"created",     "init_requested", "intermediate_requested",
                                                   "proving",     "auth_requested", "intermediate_awaited",
                                                   "half_open",   "established",    "deleting",
                                                   "withdrawing", "closed"};
constexpr std::string_view kEventNames[kEvents] = {"initiate",
                                                   "ike_sa_init_request",
                                                   "ike_sa_init_response",
                                                   "session_resume_request",
                                                   "session_resume_response",
                                                   "ike_intermediate_request",
                                                   "ike_intermediate_response",
                                                   "own_signature",
                                                   "ike_auth_request",
                                                   "ike_auth_response",
                                                   "create_child_request",
                                                   "create_child_response",
                                                   "rekey_child_request",
                                                   "rekey_ike_request",
                                                   "follow_up_request",
                                                   "follow_up_response",
                                                   "informational_request",
                                                   "informational_response",
                                                   "child_installed",
                                                   "task_ready"};

}  // namespace

std::span<const Transition> transitions() { return kTransitions; }

const Transition* find_transition(PhaseId from, Event event) {
    const std::uint8_t index = kIndex[static_cast<std::size_t>(from)][static_cast<std::size_t>(event)];
    return index == kNone ? nullptr : &kTransitions[index];
}

std::string_view to_string(PhaseId phase) { return kPhaseNames[static_cast<std::size_t>(phase)]; }
std::string_view to_string(Event event) { return kEventNames[static_cast<std::size_t>(event)]; }

}  // namespace xfrmd::ikev2::sa
