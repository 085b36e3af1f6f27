// Every phase of an IKE SA with every kind of input: a message that has no row is dropped and counted, one that has is
// not; and whatever an operator, a kernel or the time says, it is answered and does no harm (RFC 7296 1.2).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "ike/ikev2/sa/transition.h"
#include "tests/unit/engine/rekeyable_child.h"

namespace xfrmd::tests {

namespace {

using ikev2::sa::Event;
using wire::ExchangeType;

struct Said {
    std::optional<Event> event;  // none: an exchange that is nobody's
    ExchangeType exchange;
    bool is_response;
    Payloads payloads = {};
};

std::vector<Said> messages(const ScriptedPeer& peer) {
    return {{Event::ike_auth_request, ExchangeType::ike_auth, false},
            {Event::ike_auth_response, ExchangeType::ike_auth, true},
            {Event::create_child_request, ExchangeType::create_child_sa, false},
            {Event::rekey_child_request, ExchangeType::create_child_sa, false, peer.child_rekeying(3)},
            {Event::rekey_ike_request, ExchangeType::create_child_sa, false, ScriptedPeer::ike_rekeying(3)},
            {Event::create_child_response, ExchangeType::create_child_sa, true},
            {Event::informational_request, ExchangeType::informational, false},
            {Event::informational_response, ExchangeType::informational, true},
            {Event::ike_intermediate_request, ExchangeType::ike_intermediate, false},
            {Event::ike_intermediate_response, ExchangeType::ike_intermediate, true},
            {Event::follow_up_request, ExchangeType::ike_followup_ke, false},
            {Event::follow_up_response, ExchangeType::ike_followup_ke, true},
            {std::nullopt, ExchangeType{99}, false}};
}

// An IKE SA in the phase, with the ids of the messages that it awaits. A request of ours is in flight where the phase
// has one.
struct InPhase : Lonely {
    explicit InPhase(PhaseId phase) : Lonely({.ike = "aes128-sha256-x25519" + additional(phase)}) {
        peer = ScriptedPeer(7, additional(phase));
        switch (phase) {
            case PhaseId::init_requested:
                wire.initiate(host, "192.0.2.2");
                wire.settle();
                break;
            case PhaseId::intermediate_requested:
                wire.initiate(host, "192.0.2.2");
                wire.settle();
                tell(peer.answer_init(host.sent.back().bytes));
                next_response = 1;
                break;
            case PhaseId::auth_requested:
                be_called();
                next_response = 1;
                break;
            case PhaseId::withdrawing:
                be_called();
                wire.clear(host, sa()->sa().id);
                next_response = 2;
                break;
            case PhaseId::intermediate_awaited:
            case PhaseId::half_open:
                begin();
                next_request = 1;
                break;
            default:
                establish();
                next_request = 2;
                wire.clear(host, sa()->sa().id,
                           phase == PhaseId::deleting ? ike::ChildSaId::none : first_child(host).id);
                wire.settle();
        }
        REQUIRE(sa()->phase_id() == phase);
    }
    static std::string additional(PhaseId phase) {
        const bool has_more = phase == PhaseId::intermediate_requested || phase == PhaseId::intermediate_awaited;
        return has_more ? "-ke1_ecp256" : "";
    }
    void say(const Said& said) {
        tell(peer.protect(said.exchange, said.is_response ? next_response : next_request, said.is_response,
                          said.payloads));
    }

    std::uint32_t next_request = 0;
    std::uint32_t next_response = 0;
};

std::uint64_t dropped(const Host& host) {
    return host.count(Reason::ExchangeTypeUnexpected) + host.count(Reason::NotAuthenticated);
}

PhaseId any_phase() {
    return GENERATE(PhaseId::init_requested, PhaseId::intermediate_requested, PhaseId::auth_requested,
                    PhaseId::intermediate_awaited, PhaseId::half_open, PhaseId::established, PhaseId::deleting,
                    PhaseId::withdrawing);
}

}  // namespace

TEST_CASE("a message is dropped in a phase without a row for it, and in no other",
          "[engine][rfc7296-1.2][hostile-d1]") {
    const PhaseId phase =
        GENERATE(PhaseId::intermediate_requested, PhaseId::auth_requested, PhaseId::intermediate_awaited,
                 PhaseId::half_open, PhaseId::established, PhaseId::deleting, PhaseId::withdrawing);
    const auto all = messages(ScriptedPeer());
    const std::size_t which = GENERATE(range(std::size_t{0}, std::size_t{13}));
    REQUIRE(all.size() == 13);
    InPhase lonely(phase);
    const Said said = messages(lonely.peer).at(which);
    INFO(to_string(phase) << ", " << to_string(said.exchange) << (said.is_response ? " response" : " request"));
    if (ikev2::sa::is_half_open(phase) && said.is_response) {
        return check_refused(lonely, Reason::ResponseUnexpected, [&] { lonely.say(said); });
    }
    const bool has_row = said.event && ikev2::sa::find_transition(phase, *said.event) != nullptr;
    const Snap before(lonely.host);
    lonely.say(said);
    CHECK(dropped(lonely.host) == (has_row ? 0 : 1));
    if (has_row) return;
    const Snap after(lonely.host);
    CHECK(after.sent == before.sent);
    CHECK(after.counted == before.counted + 1);
    REQUIRE(lonely.sa() != nullptr);
    CHECK(lonely.sa()->phase_id() == phase);
}

TEST_CASE("IKE_SA_INIT belongs to its phase alone", "[engine][rfc7296-1.2]") {
    const PhaseId phase = any_phase();
    InPhase lonely(phase);
    wire::Header header;
    header.spi_i = lonely.sa()->sa().spi_i;
    header.spi_r = lonely.sa()->sa().spi_r;
    header.is_response = true;
    header.from_original_initiator = !lonely.sa()->sa().original_initiator;
    const auto refusal = wire::encode(header, {notify(wire::NotifyType::no_proposal_chosen)});
    const Reason reason = phase == PhaseId::init_requested ? Reason::NoProposalChosen : Reason::ResponseUnexpected;
    check_refused(lonely, reason, [&] { lonely.tell(refusal); });
    CHECK(lonely.sa()->phase_id() == phase);
}

TEST_CASE("every order ends in every phase, though the peer is silent", "[engine][rfc7296-2.4]") {
    const PhaseId phase = any_phase();
    const int order = GENERATE(range(0, 7));
    InPhase lonely(phase);
    const auto id = lonely.sa()->sa().id;
    INFO(to_string(phase) << ", order " << order);
    std::uint64_t operation = 0;
    switch (order) {
        case 0:
            operation = lonely.wire.initiate(lonely.host, "192.0.2.2");
            break;
        case 1:
            operation = lonely.wire.clear(lonely.host, id);
            break;
        case 2:
            operation = lonely.wire.clear(lonely.host, id, {}, true);
            break;
        case 3:
            operation = lonely.wire.clear(lonely.host, id, ike::ChildSaId{99});
            break;
        case 4:
            operation = lonely.wire.rekey(lonely.host, id);
            break;
        case 5:
            operation = lonely.wire.rekey(lonely.host, id, ike::ChildSaId{99});
            break;
        default:
            operation = lonely.wire.clear(lonely.host, id, ike::ChildSaId{99}, true);
    }
    lonely.wire.run_for(seconds(900));
    CHECK(lonely.host.outcome(operation) != "running");
    CHECK(disagreement_inside(lonely.host) == "");
    CHECK(lonely.host.sas().empty());
}

TEST_CASE("what a kernel says of children that are not there changes nothing in any phase",
          "[engine][rfc7296-2.21.3]") {
    const PhaseId phase = any_phase();
    InPhase lonely(phase);
    const auto id = lonely.sa()->sa().id;
    const Snap before(lonely.host);
    lonely.wire.feed(lonely.host, ike::ChildInstalled{id, ike::ChildSaId{99}, {}});
    lonely.wire.feed(lonely.host, ike::ChildInstalled{id, ike::ChildSaId{99}, base::fail(Reason::KernelRefused)});
    lonely.wire.feed(lonely.host, ike::ChildExpiring{id, ike::ChildSaId{99}});
    lonely.wire.feed(lonely.host, ike::ChildInstalled{ike::IkeSaId{99}, ike::ChildSaId{99}, {}});
    lonely.wire.feed(lonely.host, ike::ChildExpiring{ike::IkeSaId{99}, ike::ChildSaId{99}});
    lonely.wire.feed(lonely.host, ike::TimePassed{});
    lonely.wire.settle();
    const Snap after(lonely.host);
    CHECK(after.sent == before.sent);
    CHECK(after.counted == before.counted);
    CHECK(after.children == before.children);
    REQUIRE(lonely.sa() != nullptr);
    CHECK(lonely.sa()->phase_id() == phase);
}

TEST_CASE("a configuration without the connection harms its IKE SA in no phase, and clearing ends it",
          "[engine][rfc7296-1.4.1]") {
    InPhase lonely(any_phase());
    lonely.wire.feed(lonely.host, ike::Reconfigure{snapshot(ConnectionWords{.name = "other", .remote = "192.0.2.88"})});
    if (lonely.sa() != nullptr) lonely.wire.clear(lonely.host, lonely.sa()->sa().id);
    lonely.wire.run_for(seconds(900));
    CHECK(lonely.host.sas().empty());
    CHECK(lonely.host.kernel.children().empty());
    CHECK(lonely.host.kernel.complaints().empty());
}

}  // namespace xfrmd::tests
