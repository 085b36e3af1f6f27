// Post-quantum pre-shared keys in IKE_AUTH (RFC 8784 3, table 1): who has which, and who insists.
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/ppks.h"

namespace xfrmd::tests {

namespace {

// What knows RFC 8784 alone.
PpkSide old(PpkSide side) {
    side.exchange = PpkExchange::ike_auth;
    return side;
}

}  // namespace

TEST_CASE("both mix in the PPK that the initiator names", "[engine][rfc8784-3]") {
    PpkWorld world(old({"one", kBoth, true}), {"", kBoth});
    CHECK(world.outcome() == "ok");
    CHECK(world.use() == PpkUse::ike_auth);
    PpkWorld named({"two", kBoth}, old({"two", kBoth, true}));
    CHECK(named.outcome() == "ok");
    CHECK(named.use() == PpkUse::ike_auth);
}

TEST_CASE("a PPK stays in the keys of an IKE SA that is rekeyed", "[engine][rfc8784-3][rfc9867-3.1.1]") {
    const auto exchange = GENERATE(PpkExchange::ike_auth, PpkExchange::ike_intermediate);
    PpkWorld world({"one", kBoth, false, exchange}, {"", kBoth});
    REQUIRE(world.outcome() == "ok");
    const PpkUse use = world.use();
    const auto* first = world.gateways.left.sas().at(0)->established();
    CHECK(first->keyed.is_quantum_resistant == (use == PpkUse::ike_intermediate));
    CHECK(first->children.at(0).is_quantum_resistant);
    const auto operation = world.gateways.wire.rekey(world.gateways.left, world.gateways.left.sas().at(0)->sa().id);
    world.gateways.wire.settle();
    CHECK(world.gateways.left.outcome(operation) == "ok");
    const auto* next = world.gateways.left.sas().back()->established();
    CHECK(next->ppk == use);
    CHECK(next->keyed.is_quantum_resistant);
}

TEST_CASE("where a PPK is wanted and not required, none is used with who has none", "[engine][rfc8784-3]") {
    const PpkSide wants = old({"one", kBoth});
    for (const PpkSide& other : {PpkSide{}, PpkSide{"", {{"three", "third"}}}, PpkSide{"two", kBoth}}) {
        PpkWorld world(wants, other);
        CHECK(world.outcome() == "ok");
        CHECK(world.use() == PpkUse::none);
    }
    PpkWorld unknown_to_initiator({}, {"one", kBoth});
    CHECK(unknown_to_initiator.outcome() == "ok");
    CHECK(unknown_to_initiator.use() == PpkUse::none);
}

TEST_CASE("nothing comes up without a PPK that one side requires", "[engine][rfc8784-3][hostile-d21]") {
    const PpkSide insists = old({"one", kBoth, true});
    PpkWorld with_nobody(insists, {});
    const auto operation = with_nobody.gateways.connect();
    with_nobody.gateways.wire.run_for(std::chrono::seconds(30));
    CHECK(with_nobody.gateways.left.outcome(operation) == "no_ppk");
    CHECK(PpkWorld(insists, {"", {{"three", "third"}}}).outcome() == "authentication_refused");
    CHECK(PpkWorld({}, insists).outcome() == "authentication_refused");
    CHECK(PpkWorld({"two", kBoth}, insists).outcome() == "authentication_refused");
    PpkWorld nothing_of_its_own({"one", {}, true}, insists);
    CHECK(nothing_of_its_own.outcome() == "no_ppk");
    CHECK(nothing_of_its_own.gateways.wire.datagrams() == 0);
}

TEST_CASE("who has no PPK says nothing of it", "[engine][rfc8784-3][rfc9867-3.1]") {
    using wire::NotifyType;
    for (const PpkSide& side : {PpkSide{}, PpkSide{"one", {}}, PpkSide{"one", kBoth}}) {
        Lonely lonely(with_ppks({}, side));
        lonely.wire.initiate(lonely.host, "192.0.2.2");
        lonely.wire.settle();
        const auto request = read(lonely.host.sent.at(0).bytes);
        for (const auto type :
             {NotifyType::use_ppk, NotifyType::use_ppk_int, NotifyType::intermediate_exchange_supported}) {
            CHECK((request.clear.find(type) != nullptr) == !side.ppks.empty());
        }
    }
}

TEST_CASE("another PPK of the same name authenticates nobody", "[engine][rfc8784-3]") {
    PpkWorld world(old({"one", {{"one", "first"}}}), {"one", {{"one", "other"}}});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.gateways.right.established() == 0);
}

}  // namespace xfrmd::tests
