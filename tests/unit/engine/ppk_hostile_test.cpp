// Post-quantum pre-shared keys in IKE_INTERMEDIATE (RFC 9867 3.1), facing a peer that says what it likes.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/base/writer.h"
#include "ike/ikev2/exchange/ppk.h"
#include "tests/unit/engine/hybrid.h"
#include "tests/unit/engine/ppks.h"

namespace xfrmd::tests {

namespace {

using wire::ExchangeType;
using wire::NotifyType;

struct Scripted : Lonely {
    explicit Scripted(const PpkSide& side) : Lonely(with_ppks({}, side)) {}

    base::Bytes id(const std::string& name) { return ikev2::exchange::fixed_ppk_id(base::as_bytes(name)); }
    wire::Notify named(const std::string& name, const std::string& secret) {
        base::Bytes data = id(name);
        base::append(data, peer.ppk_confirmation(secret));
        return notify(NotifyType::ppk_identity_key, std::move(data));
    }
    // IKE_SA_INIT as initiator; the answer's notifies.
    wire::Payloads offer(const std::vector<NotifyType>& types) {
        Payloads init = peer.init_payloads();
        for (const NotifyType type : types) init.emplace_back(notify(type));
        const auto answer = tell(peer.init_request(init)).at(0);
        peer.take_init_response(answer);
        return read(answer).clear;
    }
    void offer() { offer({NotifyType::intermediate_exchange_supported, NotifyType::use_ppk, NotifyType::use_ppk_int}); }
    // IKE_INTERMEDIATE; what is answered.
    wire::Payloads ask(const Payloads& payloads) {
        const auto sent = peer.protect(ExchangeType::ike_intermediate, 1, false, payloads);
        const auto answer = tell(sent).at(0);
        const auto opened = peer.open(answer).value();
        base::Bytes all = peer.int_auth_sent(covered(sent, payloads));
        Payloads answered;
        for (const wire::Notify& one : opened.notifies) answered.emplace_back(one);
        base::append(all, peer.int_auth_received(covered(answer, answered)));
        base::append(all, base::Bytes{0, 0, 0, 2});
        peer.int_auth = all;
        return opened;
    }
    bool authenticate() {
        tell(peer.protect(ExchangeType::ike_auth, 2, false, peer.auth_request()));
        return sa() != nullptr && sa()->phase_id() == PhaseId::established;
    }
    // As responder: IKE_SA_INIT is answered, and the engine's IKE_INTERMEDIATE opened.
    wire::Payloads be_asked() {
        peer.after_init = {notify(NotifyType::intermediate_exchange_supported), notify(NotifyType::use_ppk_int)};
        wire.initiate(host, "192.0.2.2");
        wire.settle();
        return peer.open(tell(peer.answer_init(host.sent.back().bytes)).at(0)).value();
    }
    void answer(const Payloads& payloads) { tell(peer.protect(ExchangeType::ike_intermediate, 1, true, payloads)); }
};

}  // namespace

TEST_CASE("of USE_PPK and USE_PPK_INT one is answered", "[engine][rfc9867-3.1]") {
    using enum NotifyType;
    const auto answered = [](const std::vector<NotifyType>& types, NotifyType type) {
        return Scripted({"", kBoth}).offer(types).find(type) != nullptr;
    };
    const std::vector all{intermediate_exchange_supported, use_ppk, use_ppk_int};
    CHECK(answered(all, use_ppk_int));
    CHECK(answered(all, intermediate_exchange_supported));
    CHECK_FALSE(answered(all, use_ppk));
    const std::vector without_intermediate{use_ppk, use_ppk_int};
    CHECK(answered(without_intermediate, use_ppk));
    CHECK_FALSE(answered(without_intermediate, use_ppk_int));
    CHECK_FALSE(answered({use_ppk_int}, use_ppk_int));
    CHECK_FALSE(answered({intermediate_exchange_supported}, intermediate_exchange_supported));
}

TEST_CASE("of several PPKs the one that the connection means is chosen, else the first that is known",
          "[engine][rfc9867-3.1]") {
    struct Row {
        std::string ppk_id, chosen;
    };
    for (const auto& [ppk_id, chosen] : {Row{"", "one"}, Row{"one", "one"}, Row{"two", "two"}}) {
        Scripted scripted({ppk_id, kBoth, true});
        scripted.offer();
        const wire::Payloads answer = scripted.ask(
            {scripted.named("zero", "unknown"), scripted.named("one", "first"), scripted.named("two", "second")});
        REQUIRE(answer.find(NotifyType::ppk_identity) != nullptr);
        CHECK(answer.find(NotifyType::ppk_identity)->data == scripted.id(chosen));
        scripted.peer.mix(kBoth.at(chosen));
        CHECK(scripted.authenticate());
        CHECK(scripted.sa()->established()->ppk == PpkUse::ike_intermediate);
    }
}

TEST_CASE("PPKs of another type and with another confirmation are passed over", "[engine][rfc9867-3.1]") {
    Scripted scripted({"", kBoth});
    scripted.offer();
    wire::Notify opaque = scripted.named("one", "first");
    opaque.data.at(0) = 1;
    const wire::Payloads answer = scripted.ask({opaque, scripted.named("one", "wrong")});
    CHECK(answer.notifies.empty());
    CHECK(scripted.authenticate());
    CHECK(scripted.sa()->established()->ppk == PpkUse::none);
}

TEST_CASE("a repeated request with a PPK gets the same answer", "[engine][rfc7296-2.1][rfc9867-3.1]") {
    Scripted scripted({"", kBoth});
    scripted.offer();
    const auto sent = scripted.peer.protect(ExchangeType::ike_intermediate, 1, false, {scripted.named("one", "first")});
    const auto answer = scripted.tell(sent).at(0);
    CHECK(scripted.tell(sent).at(0) == answer);
}

TEST_CASE("another configuration does not keep a PPK from being agreed on", "[engine][rfc9867-3.1]") {
    Scripted scripted({"", kBoth});
    scripted.offer();
    scripted.wire.feed(scripted.host, ike::Reconfigure{with_ppks({}, {"two", kBoth})});
    const wire::Payloads answer = scripted.ask({scripted.named("one", "first"), scripted.named("two", "second")});
    REQUIRE(answer.find(NotifyType::ppk_identity) != nullptr);
    scripted.peer.mix("first");
    CHECK(scripted.authenticate());
}

TEST_CASE("a PPK that has gone from the configuration meanwhile is not chosen by the peer either",
          "[engine][rfc9867-3.1][hostile-d21]") {
    Scripted scripted({"one", kBoth});
    const wire::Payloads request = scripted.be_asked();
    REQUIRE(request.find(NotifyType::ppk_identity_key) != nullptr);
    CHECK(request.find(NotifyType::ppk_identity_key)->data == scripted.named("one", "first").data);
    scripted.wire.feed(scripted.host, ike::Reconfigure{with_ppks({}, {"one", {}})});
    check_ended(scripted, Reason::NoPpk,
                [&] { scripted.answer({notify(NotifyType::ppk_identity, scripted.id("one"))}); });
}

TEST_CASE("what is no list of PPKs ends the attempt", "[engine][rfc9867-3.1][hostile-d21]") {
    Scripted scripted({"", kBoth});
    scripted.offer();
    const auto tell = [&](const Payloads& payloads) {
        scripted.tell(scripted.peer.protect(ExchangeType::ike_intermediate, 1, false, payloads));
    };
    SECTION("cut short") {
        const std::size_t size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{9});
        check_ended(scripted, Reason::PayloadMalformed,
                    [&] { tell({notify(NotifyType::ppk_identity_key, base::Bytes(size, 2))}); });
    }
    SECTION("with a key exchange") {
        check_ended(scripted, Reason::PayloadUnexpected, [&] {
            tell({wire::KeyExchangePayload{policy::KeyExchangeId::x25519, base::Bytes(32, 9)},
                  scripted.named("one", "first")});
        });
    }
    SECTION("none at all: it is done without") {
        CHECK(scripted.ask({}).notifies.empty());
        CHECK(scripted.authenticate());
    }
}

TEST_CASE("as initiator, an answer with another PPK, or none where one is required, ends the attempt",
          "[engine][rfc9867-3.1][hostile-d21]") {
    Scripted scripted({"one", kBoth, true});
    scripted.be_asked();
    SECTION("another one") {
        check_ended(scripted, Reason::PayloadUnexpected,
                    [&] { scripted.answer({notify(NotifyType::ppk_identity, scripted.id("two"))}); });
    }
    SECTION("nothing in it") {
        check_ended(scripted, Reason::PayloadUnexpected, [&] { scripted.answer({notify(NotifyType::ppk_identity)}); });
    }
    SECTION("none") {
        check_ended(scripted, Reason::NoPpk, [&] { scripted.answer({}); });
    }
    SECTION("a refusal") {
        check_ended(scripted, Reason::PeerRefused,
                    [&] { scripted.answer({notify(NotifyType::authentication_failed)}); });
    }
}

TEST_CASE("a PPK in CREATE_CHILD_SA is not answered and not used", "[engine][rfc9867-3.2]") {
    Scripted scripted({"", kBoth});
    scripted.begin();
    REQUIRE(
        scripted.tell(scripted.peer.protect(ExchangeType::ike_auth, 1, false, scripted.peer.auth_request())).size() ==
        1);
    Payloads rekeying = scripted.peer.child_rekeying(1);
    rekeying.emplace_back(scripted.named("one", "first"));
    const auto answer = scripted.tell(scripted.peer.protect(ExchangeType::create_child_sa, 2, false, rekeying)).at(0);
    const wire::Payloads opened = scripted.peer.open(answer).value();
    CHECK(opened.sa);
    CHECK(opened.find(NotifyType::ppk_identity) == nullptr);
    CHECK_FALSE(scripted.sa()->established()->children.back().is_quantum_resistant);
}

}  // namespace xfrmd::tests
