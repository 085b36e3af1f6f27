// Additional key exchanges after CREATE_CHILD_SA (RFC 9370 2.2.4): rekeying of both kinds, another child, and what
// becomes of them where requests cross, are lost or make no sense.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/hybrid.h"
#include "tests/unit/engine/rekeyable_child.h"
#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

namespace {

using wire::ExchangeType;

constexpr auto kCreate = ExchangeType::create_child_sa;
constexpr auto kFollowUp = ExchangeType::ike_followup_ke;

ConnectionWords hybrid_words(const std::string& esp = "aes128gcm16-x25519-ke1_mlkem512-ke2_ecp256") {
    return {.ike = "aes128-sha256-x25519-ke1_mlkem512-ke2_ecp384", .children = {{.esp = esp}}};
}

std::size_t count(const Host& host, ExchangeType exchange) {
    return static_cast<std::size_t>(std::ranges::count_if(host.sent, [exchange](const Parcel& parcel) {
        return wire::peek_header(parcel.bytes).value().exchange == exchange;
    }));
}

Host& of(Gateways& gateways, bool is_left) { return is_left ? gateways.left : gateways.right; }

}  // namespace

TEST_CASE("a child is rekeyed with several key exchanges, from either side", "[engine][rfc9370-2.2.4]") {
    const bool by_left = GENERATE(true, false);
    RekeyableChild gateways(hybrid_words());
    Host& host = of(gateways, by_left);
    const auto spi = first_child(host).spi_in;
    const auto operation = gateways.rekey(host);
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    CHECK(count(host, kCreate) == 1);
    CHECK(count(host, kFollowUp) == 2);
    expect_one_child(gateways);
    CHECK(first_child(host).spi_in != spi);
    CHECK(first_child(host).is_quantum_resistant);
    CHECK(first_child(host).proposal.key_exchanges().size() == 3);
}

TEST_CASE("an IKE SA is rekeyed with several key exchanges, from either side", "[engine][rfc9370-2.2.4]") {
    const bool by_left = GENERATE(true, false);
    RekeyableIke gateways(hybrid_words());
    Host& host = of(gateways, by_left);
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    const auto operation = gateways.rekey(host);
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    CHECK(count(host, kFollowUp) == 2);
    expect_one(gateways, child);
    CHECK(live(host).established()->keyed.is_quantum_resistant);
    const auto again = gateways.rekey(of(gateways, !by_left));
    gateways.wire.settle();
    CHECK(of(gateways, !by_left).outcome(again) == "ok");
    expect_one(gateways, child);
}

TEST_CASE("another child is made with several key exchanges", "[engine][rfc9370-2.2.4]") {
    ConnectionWords words = two_children("aes128gcm16-x25519-ke1_mlkem512");
    Gateways gateways(words);
    gateways.connect();
    const auto operation = gateways.connect("second");
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(count(gateways.left, kFollowUp) == 1);
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.sas().at(0)->established()->children.size() == 2);
    // ML-KEM of its own makes up for what the IKE SA has not.
    CHECK_FALSE(gateways.left.sas().at(0)->established()->children.at(0).is_quantum_resistant);
    CHECK(gateways.left.sas().at(0)->established()->children.at(1).is_quantum_resistant);
}

TEST_CASE("whatever datagram of a rekeying is lost, it succeeds", "[engine][rfc9370-2.2.4][rfc7296-2.1]") {
    const int lost = GENERATE(range(0, 8));
    const bool is_ike = GENERATE(true, false);
    Gateways gateways(hybrid_words());
    gateways.connect();
    int sent = 0;
    gateways.wire.on_the_way = [&](Parcel&) { return sent++ != lost; };
    const auto child = is_ike ? ike::ChildSaId::none : first_child(gateways.right).id;
    const auto operation = gateways.wire.rekey(gateways.right, ike_sa(gateways.right), child);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.right.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    CHECK(live_children(gateways.left) == 1);
    CHECK(gateways.left.engine.size() == 1);
}

TEST_CASE("two rekeyings of one child that cross leave one, and the loser begins no IKE_FOLLOWUP_KE",
          "[engine][rfc9370-2.2.4][rfc7296-2.8.1]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    RekeyableChild gateways(hybrid_words());
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    const auto left = gateways.rekey(gateways.left);
    const auto right = gateways.rekey(gateways.right);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    const bool left_wins = gateways.right.reported("crossed; the peer's goes on");
    // Requests of the winner's, answers of the loser's.
    const Host& winner = of(gateways, left_wins);
    CHECK(count(winner, kFollowUp) == 2);
    CHECK(count(of(gateways, !left_wins), kFollowUp) == 2);
    expect_one_child(gateways);
    CHECK(gateways.left.kernel.complaints().empty());
}

TEST_CASE("two rekeyings of one IKE SA that cross leave one, and the loser begins no IKE_FOLLOWUP_KE",
          "[engine][rfc9370-2.2.4][rfc7296-2.8.2]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    RekeyableIke gateways(hybrid_words());
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    gateways.wire.seed(seed);
    gateways.wire.faults.most_delay = milliseconds(static_cast<int>(seed % 4) * 5 + 1);
    const auto left = gateways.rekey(gateways.left);
    const auto right = gateways.rekey(gateways.right);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(count(gateways.left, kFollowUp) + count(gateways.right, kFollowUp) == 4);
    expect_one(gateways, child);
}

TEST_CASE("a rekeying that begins while the other side's key exchanges go on is put off",
          "[engine][rfc9370-2.2.4][rfc7296-2.25]") {
    const bool is_ike = GENERATE(true, false);
    Gateways gateways(hybrid_words());
    gateways.connect();
    const auto child = [&](const Host& host) { return is_ike ? ike::ChildSaId::none : first_child(host).id; };
    bool has_begun = false;
    // The first IKE_FOLLOWUP_KE is late, and right begins its own meanwhile; that it would not do knowingly.
    std::uint64_t right = 0;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        const bool is_first = !has_begun && wire::peek_header(parcel.bytes).value().exchange == kFollowUp;
        if (!is_first) return true;
        has_begun = true;
        gateways.wire.later(milliseconds(1), [&] {
            right = gateways.wire.rekey(gateways.right, ike_sa(gateways.right), child(gateways.right));
        });
        return false;
    };
    const auto left = gateways.wire.rekey(gateways.left, ike_sa(gateways.left), child(gateways.left));
    gateways.wire.run_for(seconds(90));
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.disagreement() == "");
    CHECK(live_children(gateways.left) == 1);
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.right.engine.size() == 1);
}

TEST_CASE("who does not go on in time is told STATE_NOT_FOUND, and begins anew", "[engine][rfc9370-2.2.4]") {
    const bool is_ike = GENERATE(true, false);
    Gateways gateways(hybrid_words());
    gateways.connect();
    bool is_cut = true;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        return !is_cut || wire::peek_header(parcel.bytes).value().exchange != kFollowUp;
    };
    gateways.wire.later(seconds(22), [&] { is_cut = false; });
    const auto child = is_ike ? ike::ChildSaId::none : first_child(gateways.left).id;
    const auto operation = gateways.wire.rekey(gateways.left, ike_sa(gateways.left), child);
    gateways.wire.run_for(seconds(40));
    CHECK(gateways.left.outcome(operation) == "state_not_found");
    CHECK(gateways.right.count(Reason::StateNotFound) == 1);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.reported(is_ike ? "IKE SA rekeyed" : " rekeyed"));
    CHECK(gateways.disagreement() == "");
    CHECK(live_children(gateways.left) == 1);
    CHECK(gateways.left.engine.size() == 1);
}

TEST_CASE("who says STATE_NOT_FOUND again and again has lost the IKE SA", "[engine][rfc9370-2.2.4]") {
    ike::Options forgetful;
    forgetful.follow_up_patience = milliseconds(1);
    Gateways gateways(hybrid_words(), {}, forgetful);
    gateways.connect();
    gateways.wire.faults.least_delay = gateways.wire.faults.most_delay = milliseconds(20);
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left));
    gateways.wire.run_for(seconds(90));
    CHECK(gateways.left.count(Reason::StateNotFound) >= 3);
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.right.sas().empty());
    CHECK(gateways.left.kernel.children().empty());
}

TEST_CASE("an IKE SA that is deleted takes what is under way along", "[engine][rfc9370-2.2.4][rfc7296-1.4.1]") {
    const bool by_left = GENERATE(true, false);
    const bool is_ike = GENERATE(true, false);
    Gateways gateways(hybrid_words());
    gateways.connect();
    std::uint64_t cleared = 0;
    Host& host = of(gateways, by_left);
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (cleared == 0 && wire::peek_header(parcel.bytes).value().exchange == kFollowUp) {
            gateways.wire.later(milliseconds(1), [&] { gateways.wire.clear(host, ike_sa(host)); });
            cleared = 1;
            return false;
        }
        return true;
    };
    const auto child = is_ike ? ike::ChildSaId::none : first_child(gateways.left).id;
    const auto operation = gateways.wire.rekey(gateways.left, ike_sa(gateways.left), child);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) != "running");
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.right.sas().empty());
    CHECK(gateways.left.kernel.complaints().empty());
    CHECK(gateways.right.kernel.complaints().empty());
}

TEST_CASE("a child that is deleted meanwhile is not rekeyed", "[engine][rfc9370-2.2.4][rfc7296-2.25.1]") {
    Gateways gateways(hybrid_words());
    gateways.connect();
    bool has_deleted = false;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (!has_deleted && wire::peek_header(parcel.bytes).value().exchange == kFollowUp) {
            has_deleted = true;
            gateways.wire.clear(gateways.right, ike_sa(gateways.right), first_child(gateways.right).id);
            return false;
        }
        return true;
    };
    const auto operation = gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) != "running");
    CHECK(gateways.left.sas().size() == 1);
    CHECK(gateways.disagreement() == "");
}

namespace {

// The scripted peer has been granted a rekeying of the child, with ML-KEM to come.
struct Granted : Lonely {
    Granted() : Lonely({.children = {{.esp = "aes128gcm16-x25519-ke1_mlkem768-ke2_ecp256"}}}) {
        establish();
        Payloads request = peer.child_rekeying(3);
        request.at(1) = ScriptedPeer::esp_offer(0xc0ffee03, "aes128gcm16-x25519-ke1_mlkem768-ke2_ecp256");
        request.emplace_back(wire::KeyExchangePayload{policy::KeyExchangeId::x25519, base::Bytes(32, 9)});
        const auto answers = tell(peer.protect(kCreate, 2, false, request));
        const auto answer = peer.open(answers.at(0)).value();
        REQUIRE(answer.find(wire::NotifyType::additional_key_exchange) != nullptr);
        link = answer.find(wire::NotifyType::additional_key_exchange)->data;
    }
    Payloads value(policy::KeyExchangeId method = policy::KeyExchangeId::mlkem768) {
        const auto ours = crypto::KeyExchange::make(method, random).value();
        return {wire::KeyExchangePayload{method, ours->public_value()},
                notify(wire::NotifyType::additional_key_exchange, link)};
    }
    wire::Payloads follow_up(const Payloads& payloads) {
        return peer.open(tell(peer.protect(kFollowUp, next++, false, payloads)).at(0)).value();
    }

    SeededRandom random{22};
    base::Bytes link;
    std::uint32_t next = 3;
};

}  // namespace

TEST_CASE("each answer links to the next request, and the last one to none", "[engine][rfc9370-2.2.4]") {
    Granted granted;
    const auto answer = granted.follow_up(granted.value());
    const auto* link = answer.find(wire::NotifyType::additional_key_exchange);
    REQUIRE(link != nullptr);
    CHECK(link->data != granted.link);
    CHECK(granted.host.kernel.children().size() == 1);
    granted.link = link->data;
    const auto last = granted.follow_up(granted.value(policy::KeyExchangeId::ecp256));
    CHECK(last.key_exchange);
    CHECK(last.find(wire::NotifyType::additional_key_exchange) == nullptr);
    CHECK(granted.host.kernel.children().size() == 2);
}

TEST_CASE("of two rekeyings that cross, the one with the lowest nonce is not gone on with",
          "[engine][rfc9370-2.2.4][rfc7296-2.8.1]") {
    const bool engine_loses = GENERATE(true, false);
    constexpr std::uint8_t kHigh = 0xff;
    const std::string esp = "aes128gcm16-x25519-ke1_mlkem768-ke2_ecp256";
    const wire::KeyExchangePayload value{policy::KeyExchangeId::x25519, base::Bytes(32, 9)};
    Lonely lonely({.children = {{.esp = esp}}});
    lonely.establish();
    const auto operation = lonely.wire.rekey(lonely.host, ike_sa(lonely.host), first_child(lonely.host).id);
    // The peer's own, which is granted, before it answers.
    Payloads request = lonely.peer.child_rekeying(3);
    request.at(1) = ScriptedPeer::esp_offer(0xc0ffee03, esp);
    request.at(2) = wire::Nonce{base::Bytes(32, engine_loses ? kHigh : 0)};
    request.emplace_back(value);
    const auto granted = lonely.peer.open(lonely.tell(lonely.peer.protect(kCreate, 2, false, request)).at(0)).value();
    const auto* link = granted.find(wire::NotifyType::additional_key_exchange);
    REQUIRE(link != nullptr);
    const auto sent = lonely.tell(lonely.peer.protect(
        kCreate, 0, true,
        {ScriptedPeer::esp_offer(0xc0ffee04, esp), wire::Nonce{base::Bytes(32, engine_loses ? 0 : kHigh)}, value,
         wire::TrafficSelectorPayload{true, selectors({"10.1.0.0/16"}), {}},
         wire::TrafficSelectorPayload{false, selectors({"10.2.0.0/16"}), {}},
         notify(wire::NotifyType::additional_key_exchange, {1, 2, 3})}));
    SeededRandom random(23);
    const auto ours = crypto::KeyExchange::make(policy::KeyExchangeId::mlkem768, random).value();
    const auto next = lonely.peer.open(
        lonely
            .tell(lonely.peer.protect(kFollowUp, 3, false,
                                      {wire::KeyExchangePayload{ours->method(), ours->public_value()}, *link}))
            .at(0));
    if (engine_loses) {
        CHECK(sent.empty());
        CHECK(lonely.host.outcome(operation) == "ok");
        CHECK(next->key_exchange);
    } else {
        CHECK(count(lonely.host, kFollowUp) == 2);  // its request and the answer
        CHECK(next->find(wire::NotifyType::state_not_found) != nullptr);
    }
}

TEST_CASE("IKE_FOLLOWUP_KE without the link, or with an old one, is STATE_NOT_FOUND",
          "[engine][rfc9370-2.2.4][hostile-c7]") {
    Granted granted;
    const base::Bytes first = granted.link;
    switch (GENERATE(range(0, 3))) {
        case 0:
            granted.link.clear();
            break;
        case 1:
            granted.link.back() ^= 1;
            break;
        default:
            granted.link = granted.follow_up(granted.value()).find(wire::NotifyType::additional_key_exchange)->data;
            granted.link = first;
    }
    check_refused(
        granted, Reason::StateNotFound,
        [&] { CHECK(granted.follow_up(granted.value()).find(wire::NotifyType::state_not_found) != nullptr); }, 1);
    Lonely plain;
    plain.establish();
    check_refused(
        plain, Reason::StateNotFound,
        [&] {
            plain.tell(plain.peer.protect(
                kFollowUp, 2, false, {wire::KeyExchangePayload{policy::KeyExchangeId::x25519, base::Bytes(32, 9)}}));
        },
        1);
}

TEST_CASE("a value that is no good fails the rekeying and not the IKE SA", "[engine][rfc9370-2.2.4][hostile-c7]") {
    Granted granted;
    Payloads bad = granted.value();
    std::get<wire::KeyExchangePayload>(bad.at(0)).data.assign(1184, 0xff);
    check_refused(
        granted, Reason::NoProposalChosen,
        [&] { CHECK(granted.follow_up(bad).find(wire::NotifyType::no_proposal_chosen) != nullptr); }, 1);
    CHECK(granted.sa()->established()->children.size() == 1);
}

TEST_CASE("another method than the one that is next is no IKEv2", "[engine][rfc9370-2.2.4][hostile-c7]") {
    Granted granted;
    check_ended(granted, Reason::PayloadUnexpected,
                [&] { granted.follow_up(granted.value(policy::KeyExchangeId::ecp256)); });
}

TEST_CASE("what a peer begins and does not finish is kept once, and not for long",
          "[engine][rfc9370-2.2.4][hostile-c7][hostile-f9]") {
    Granted granted;
    for (std::uint8_t i = 0; i < 50; ++i) {
        Payloads request = granted.peer.child_rekeying(static_cast<std::uint8_t>(i + 4));
        request.at(1) = ScriptedPeer::esp_offer(0xc0ffef00U + i, "aes128gcm16-x25519-ke1_mlkem768-ke2_ecp256");
        request.emplace_back(wire::KeyExchangePayload{policy::KeyExchangeId::x25519, base::Bytes(32, 9)});
        granted.tell(granted.peer.protect(kCreate, granted.next++, false, request));
    }
    const auto* established = granted.sa()->established();
    CHECK(established->awaited != nullptr);
    CHECK(established->children.size() == 1);
    granted.wire.run_for(seconds(21));
    CHECK(established->awaited == nullptr);
    CHECK(granted.host.kernel.children().size() == 1);
}

}  // namespace xfrmd::tests
