// Exchanges of both sides that overlap: each row of RFC 7296 2.25, and every pair of wishes between two gateways.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <set>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

enum class Wish { create_child, rekey_child, delete_child, rekey_ike, delete_ike };
constexpr Wish kWishes[] = {Wish::create_child, Wish::rekey_child, Wish::delete_child, Wish::rekey_ike,
                            Wish::delete_ike};

std::uint64_t begin(VirtualWire& wire, Host& host, const base::Address& remote, Wish wish) {
    const auto* sa = host.sas().at(0);
    const ike::ChildSaId child = sa->established()->children.at(0).id;
    if (wish == Wish::create_child) return wire.initiate(host, remote.to_string(), "gw", "second");
    if (wish == Wish::rekey_child) return wire.rekey(host, sa->sa().id, child);
    if (wish == Wish::delete_child) return wire.clear(host, sa->sa().id, child);
    if (wish == Wish::rekey_ike) return wire.rekey(host, sa->sa().id);
    return wire.clear(host, sa->sa().id);
}

// The scripted peer's requests.
base::Bytes request(ScriptedPeer& peer, std::uint32_t id, Wish wish) {
    const auto make = [&](wire::ExchangeType exchange, const Payloads& payloads) {
        return peer.protect(exchange, id, false, payloads);
    };
    switch (wish) {
        case Wish::create_child:
            return make(wire::ExchangeType::create_child_sa,
                        {ScriptedPeer::esp_offer(0xc0ffee02), wire::Nonce{base::Bytes(32, 2)}, peer.own_selectors(),
                         peer.engine_selectors()});
        case Wish::rekey_child:
            return make(wire::ExchangeType::create_child_sa, peer.child_rekeying(2));
        case Wish::delete_child:
            return make(wire::ExchangeType::informational, {wire::Delete{policy::ProtocolId::esp, {0xc0ffee01}}});
        case Wish::rekey_ike:
            return make(wire::ExchangeType::create_child_sa, ScriptedPeer::ike_rekeying(2));
        case Wish::delete_ike:
            break;
    }
    return make(wire::ExchangeType::informational, {wire::Delete{policy::ProtocolId::ike, {}}});
}

enum class Answer { temporary_failure, not_found, sa, delete_payload, empty };

Answer answer_in(const wire::Payloads& payloads) {
    if (payloads.find(wire::NotifyType::temporary_failure) != nullptr) return Answer::temporary_failure;
    if (payloads.find(wire::NotifyType::child_sa_not_found) != nullptr) return Answer::not_found;
    if (payloads.sa) return Answer::sa;
    return payloads.deletes.empty() ? Answer::empty : Answer::delete_payload;
}

struct Row {
    Wish ours;  // in flight
    Wish theirs;
    Answer answer;
    const char* section;
};

constexpr Row kRows[] = {
    {Wish::delete_child, Wish::rekey_child, Answer::temporary_failure, "2.25.1"},
    {Wish::rekey_child, Wish::rekey_child, Answer::sa, "2.25.1"},
    {Wish::delete_child, Wish::delete_child, Answer::empty, "2.25.1"},
    {Wish::rekey_child, Wish::delete_child, Answer::delete_payload, "2.25.1"},
    {Wish::create_child, Wish::rekey_ike, Answer::temporary_failure, "2.25.1"},
    {Wish::rekey_child, Wish::rekey_ike, Answer::temporary_failure, "2.25.1"},
    {Wish::delete_child, Wish::rekey_ike, Answer::temporary_failure, "2.25.1"},
    {Wish::rekey_ike, Wish::rekey_ike, Answer::sa, "2.25.2"},
    {Wish::delete_ike, Wish::rekey_ike, Answer::temporary_failure, "2.25.2"},
    {Wish::rekey_ike, Wish::delete_ike, Answer::empty, "2.25.2"},
    {Wish::delete_ike, Wish::delete_ike, Answer::empty, "2.25.2"},
    {Wish::rekey_ike, Wish::create_child, Answer::temporary_failure, "2.25.2"},
    {Wish::rekey_ike, Wish::rekey_child, Answer::temporary_failure, "2.25.2"},
    {Wish::rekey_ike, Wish::delete_child, Answer::delete_payload, "2.25.2"},
    // Not in the RFC's list, and no reason to refuse.
    {Wish::create_child, Wish::create_child, Answer::sa, "2.25"},
    {Wish::delete_child, Wish::create_child, Answer::sa, "2.25"},
    {Wish::create_child, Wish::rekey_child, Answer::sa, "2.25"},
    {Wish::create_child, Wish::delete_child, Answer::delete_payload, "2.25"},
};

std::multiset<std::string> live_children(const Host& host) {
    std::multiset<std::string> names;
    for (const auto* sa : host.sas()) {
        if (sa->established() == nullptr) continue;
        for (const auto& child : sa->established()->children) {
            if (child.state != ikev2::sa::ChildState::retired) names.insert(child.name);
        }
    }
    return names;
}

}  // namespace

TEST_CASE("what a request is answered with while one of ours is in flight", "[engine][rfc7296-2.25]") {
    for (const Row& row : kRows) {
        INFO(row.section << ": ours " << static_cast<int>(row.ours) << ", the peer's " << static_cast<int>(row.theirs));
        Lonely lonely(two_children());
        lonely.establish();
        begin(lonely.wire, lonely.host, lonely.peer.self.address, row.ours);
        const auto answers = lonely.tell(request(lonely.peer, 2, row.theirs));
        REQUIRE_FALSE(answers.empty());
        CHECK(answer_in(*lonely.peer.open(answers.at(0))) == row.answer);
    }
}

TEST_CASE("a child that is not there is neither rekeyed nor deleted", "[engine][rfc7296-2.25.1]") {
    Lonely lonely;
    lonely.establish();
    lonely.tell(request(lonely.peer, 2, Wish::delete_child));
    const auto rekeying = lonely.tell(request(lonely.peer, 3, Wish::rekey_child));
    CHECK(answer_in(*lonely.peer.open(rekeying.at(0))) == Answer::not_found);
    const auto deleting = lonely.tell(request(lonely.peer, 4, Wish::delete_child));
    CHECK(answer_in(*lonely.peer.open(deleting.at(0))) == Answer::empty);
}

TEST_CASE("whatever two gateways wish at the same time, they agree after it", "[engine][rfc7296-2.25]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{13}));
    for (const Wish left : kWishes) {
        for (const Wish right : kWishes) {
            INFO("left " << static_cast<int>(left) << ", right " << static_cast<int>(right));
            Gateways gateways(two_children());
            gateways.connect();
            gateways.wire.seed(seed);
            gateways.wire.faults = {seed > 6 ? 0.2 : 0, 0.1, milliseconds(1), milliseconds(10)};
            for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
            const auto one = begin(gateways.wire, gateways.left, gateways.right.address, left);
            const auto other = begin(gateways.wire, gateways.right, gateways.left.address, right);
            gateways.wire.run_for(seconds(60));
            gateways.wire.faults = {};
            gateways.wire.run_for(seconds(600));
            CHECK(gateways.left.outcome(one) != "running");
            CHECK(gateways.right.outcome(other) != "running");
            const auto children = live_children(gateways.left);
            CHECK(children == live_children(gateways.right));
            const auto keeps_net = [](Wish wish) { return wish != Wish::delete_child && wish != Wish::delete_ike; };
            CHECK(children.count("net") == (keeps_net(left) && keeps_net(right) ? 1 : 0));
            // RFC 7296 2.8: two that were both asked for may be alike.
            const bool both_create = left == Wish::create_child && right == Wish::create_child;
            CHECK(children.count("second") <= (both_create ? 2U : 1U));
            CHECK(gateways.left.engine.size() <= 1);
            CHECK(gateways.disagreement() == "");
        }
    }
}

TEST_CASE("who asked for a child that the peer was making hears whether it came up", "[engine][rfc7296-2.25]") {
    Lonely lonely;
    lonely.establish();
    const auto tell = [&](wire::ExchangeType exchange, std::uint32_t id, bool is_response, const Payloads& payloads) {
        lonely.tell(lonely.peer.protect(exchange, id, is_response, payloads));
    };
    tell(wire::ExchangeType::informational, 2, false, {wire::Delete{policy::ProtocolId::esp, {0xc0ffee01}}});
    lonely.host.kernel_answers = false;
    const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2");
    tell(wire::ExchangeType::create_child_sa, 3, false,
         {ScriptedPeer::esp_offer(0xc0ffee02), wire::Nonce{base::Bytes(32, 2)}, lonely.peer.own_selectors(),
          lonely.peer.engine_selectors()});
    tell(wire::ExchangeType::create_child_sa, 0, true, {notify(wire::NotifyType::temporary_failure)});
    REQUIRE(lonely.host.held.size() == 1);
    CHECK(lonely.host.outcome(operation) == "running");
    const bool refused = GENERATE(false, true);
    if (refused) lonely.host.held[0].result = base::fail(Reason::KernelRefused);
    lonely.wire.feed(lonely.host, lonely.host.held[0]);
    CHECK(lonely.host.outcome(operation) == (refused ? base::name(Reason::KernelRefused) : "ok"));
}

}  // namespace xfrmd::tests
