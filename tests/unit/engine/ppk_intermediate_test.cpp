// Post-quantum pre-shared keys in IKE_INTERMEDIATE (RFC 9867 3.1): between two of us, who has which and who insists.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/ppks.h"

namespace xfrmd::tests {

namespace {

using wire::ExchangeType;

std::vector<ExchangeType> exchanges(const Host& host) {
    std::vector<ExchangeType> all;
    for (const Parcel& parcel : host.sent) all.push_back(wire::peek_header(parcel.bytes).value().exchange);
    return all;
}

const ikev2::sa::Established& established(const Host& host) { return *host.sas().at(0)->established(); }

}  // namespace

TEST_CASE("where both can, the PPK comes with IKE_INTERMEDIATE and is in all keys", "[engine][rfc9867-3.1]") {
    PpkWorld world({"one", kBoth, true}, {"one", kBoth, true});
    CHECK(world.outcome() == "ok");
    CHECK(world.use() == PpkUse::ike_intermediate);
    const std::vector wanted{ExchangeType::ike_sa_init, ExchangeType::ike_intermediate, ExchangeType::ike_auth};
    for (const Host* host : {&world.gateways.left, &world.gateways.right}) {
        CHECK(exchanges(*host) == wanted);
        CHECK(host->reported("PPK \"one\" is in all keys from here on"));
        CHECK(established(*host).keyed.is_quantum_resistant);
        CHECK(established(*host).children.at(0).is_quantum_resistant);
    }
}

TEST_CASE("a PPK comes with the last of the additional key exchanges", "[engine][rfc9867-3.1]") {
    PpkWorld world({"one", kBoth}, {"", kBoth}, ConnectionWords{.ike = "aes128-sha256-x25519-ke1_mlkem512-ke2_ecp256"});
    CHECK(world.outcome() == "ok");
    CHECK(world.use() == PpkUse::ike_intermediate);
    const std::vector wanted{ExchangeType::ike_sa_init, ExchangeType::ike_intermediate, ExchangeType::ike_intermediate,
                             ExchangeType::ike_auth};
    CHECK(exchanges(world.gateways.left) == wanted);
}

TEST_CASE("whatever datagram is lost, an IKE SA with a PPK comes up", "[engine][rfc9867-3.1][rfc9242-3.3.1]") {
    const int lost = GENERATE(range(0, 6));
    PpkWorld world({"one", kBoth, true}, {"", kBoth});
    int count = 0;
    world.gateways.wire.on_the_way = [&](Parcel&) { return count++ != lost; };
    world.gateways.connect();
    world.gateways.wire.run_for(std::chrono::seconds(30));
    CHECK(world.gateways.left.established() == 1);
    CHECK(world.use() == PpkUse::ike_intermediate);
}

TEST_CASE("each side may leave one of the two exchanges out", "[engine][rfc9867-3.1]") {
    struct Row {
        PpkExchange left, right;
        PpkUse use;
    };
    using enum PpkExchange;
    for (const auto& [left, right, use] :
         {Row{any, any, PpkUse::ike_intermediate}, Row{any, ike_auth, PpkUse::ike_auth},
          Row{ike_auth, any, PpkUse::ike_auth}, Row{ike_intermediate, any, PpkUse::ike_intermediate},
          Row{any, ike_intermediate, PpkUse::ike_intermediate}, Row{ike_intermediate, ike_auth, PpkUse::none},
          Row{ike_auth, ike_intermediate, PpkUse::none}}) {
        PpkWorld world({"one", kBoth, false, left}, {"one", kBoth, false, right});
        CHECK(world.outcome() == "ok");
        CHECK(world.use() == use);
    }
    PpkWorld insisting({"one", kBoth, true, ike_intermediate}, {"one", kBoth, false, ike_auth});
    const auto operation = insisting.gateways.connect();
    insisting.gateways.wire.run_for(std::chrono::seconds(30));
    CHECK(insisting.gateways.left.outcome(operation) == "no_ppk");
    CHECK(PpkWorld({"one", kBoth, false, ike_auth}, {"one", kBoth, true, ike_intermediate}).outcome() ==
          "authentication_refused");
}

TEST_CASE("a PPK that the responder does not have is done without where nobody requires one", "[engine][rfc9867-3.1]") {
    const PpkSide wants{"one", kBoth};
    for (const PpkSide& other : {PpkSide{}, PpkSide{"", {{"three", "third"}}}, PpkSide{"", {{"one", "another key"}}}}) {
        PpkWorld world(wants, other);
        CHECK(world.outcome() == "ok");
        CHECK(world.use() == PpkUse::none);
        CHECK_FALSE(established(world.gateways.left).keyed.is_quantum_resistant);
        const bool has_other_key = other.ppks.contains("one");
        CHECK(world.gateways.right.reported("has another key of that name") == has_other_key);
        CHECK(world.gateways.left.reported("going on without a PPK") == !other.ppks.empty());
    }
}

TEST_CASE("no IKE SA without the same PPK where one side requires it", "[engine][rfc9867-3.1][hostile-d21]") {
    const PpkSide insists{"one", kBoth, true};
    const bool is_named_alike = GENERATE(false, true);
    const std::string name = is_named_alike ? "one" : "three";
    const std::map<std::string, std::string> other{{name, "wrong"}};
    PpkWorld initiator(insists, {"", other});
    CHECK(initiator.outcome() == "no_ppk");
    CHECK(initiator.gateways.right.established() == 0);
    PpkWorld responder({name, other}, insists);
    CHECK(responder.outcome() == "authentication_refused");
    CHECK(responder.gateways.right.count(Reason::NoPpk) == (is_named_alike ? 2 : 1));  // the key, and the attempt
    CHECK(responder.gateways.right.reported("`ppk_required`: the peer's is not known, or has another key"));
}

// RFC 9867 3.1: who the peer is was not known when the PPK was chosen.
TEST_CASE("a PPK that is not the one for this peer counts where none is required", "[engine][rfc9867-3.1]") {
    PpkWorld optional({"two", kBoth}, {"one", kBoth});
    CHECK(optional.outcome() == "ok");
    CHECK(optional.use() == PpkUse::ike_intermediate);
    CHECK(optional.gateways.right.reported("the peer's PPK is \"two\", not `ppk_id`"));
    CHECK(PpkWorld({"two", kBoth}, {"one", kBoth, true}).outcome() == "authentication_refused");
}

}  // namespace xfrmd::tests
