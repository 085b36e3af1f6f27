// Post-quantum pre-shared keys (RFC 8784 3, table 1): who has which, and who insists.
#include <catch2/catch_test_macros.hpp>

#include <map>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

struct Side {
    std::string ppk_id;
    std::map<std::string, std::string> ppks;
    bool required = false;
};

policy::Identity key_id(const std::string& text) {
    return {policy::IdentityType::key_id, base::to_bytes(base::as_bytes(text))};
}

policy::Snapshot with_ppks(const ConnectionWords& words, const Side& side) {
    policy::Configuration configuration;
    policy::Connection gw = connection(words);
    if (!side.ppk_id.empty()) gw.ppk_id = identity(side.ppk_id);
    gw.ppk_required = side.required;
    configuration.connections.push_back(std::move(gw));
    configuration.secrets.push_back({"ike", base::SecretBytes(base::as_bytes(kSecret)), {}});
    for (const auto& [id, secret] : side.ppks) {
        configuration.ppks.push_back({id, base::SecretBytes(base::as_bytes(secret)), {key_id(id)}});
    }
    return policy::IndexedConfiguration::of(std::move(configuration));
}

struct World {
    World(const Side& left, const Side& right) : gateways(with_ppks({}, left), with_ppks(mirrored({}), right)) {}
    std::string outcome() { return gateways.left.outcome(gateways.connect()); }
    bool has_ppk() {
        const auto has = [](const Host& host) { return host.sas().at(0)->established()->has_ppk; };
        CHECK(has(gateways.left) == has(gateways.right));
        CHECK(gateways.disagreement().empty());
        return has(gateways.left);
    }

    Gateways gateways;
};

const std::map<std::string, std::string> kBoth{{"one", "first"}, {"two", "second"}};

}  // namespace

TEST_CASE("both mix in the PPK that the initiator names", "[engine][rfc8784-3]") {
    World world({"one", kBoth, true}, {"", kBoth});
    CHECK(world.outcome() == "ok");
    CHECK(world.has_ppk());
    World named({"two", kBoth}, {"two", kBoth, true});
    CHECK(named.outcome() == "ok");
    CHECK(named.has_ppk());
}

TEST_CASE("a PPK stays in the keys of an IKE SA that is rekeyed", "[engine][rfc8784-3]") {
    World world({"one", kBoth}, {"", kBoth});
    REQUIRE(world.outcome() == "ok");
    const auto* first = world.gateways.left.sas().at(0)->established();
    CHECK_FALSE(first->keyed.is_quantum_resistant);
    CHECK(first->children.at(0).is_quantum_resistant);
    const auto operation = world.gateways.wire.rekey(world.gateways.left, world.gateways.left.sas().at(0)->sa().id);
    world.gateways.wire.settle();
    CHECK(world.gateways.left.outcome(operation) == "ok");
    const auto* next = world.gateways.left.sas().back()->established();
    CHECK(next->has_ppk);
    CHECK(next->keyed.is_quantum_resistant);
}

TEST_CASE("where a PPK is wanted and not required, none is used with who has none", "[engine][rfc8784-3]") {
    const Side wants{"one", kBoth};
    for (const Side& other : {Side{}, Side{"", {{"three", "third"}}}, Side{"two", kBoth}}) {
        World world(wants, other);
        CHECK(world.outcome() == "ok");
        CHECK_FALSE(world.has_ppk());
    }
    World unknown_to_initiator({}, {"one", kBoth});
    CHECK(unknown_to_initiator.outcome() == "ok");
    CHECK_FALSE(unknown_to_initiator.has_ppk());
}

TEST_CASE("nothing comes up without a PPK that one side requires", "[engine][rfc8784-3][hostile-d21]") {
    const Side insists{"one", kBoth, true};
    World with_nobody(insists, {});
    const auto operation = with_nobody.gateways.connect();
    with_nobody.gateways.wire.run_for(std::chrono::seconds(30));
    CHECK(with_nobody.gateways.left.outcome(operation) == "no_ppk");
    CHECK(World(insists, {"", {{"three", "third"}}}).outcome() == "authentication_refused");
    CHECK(World({}, insists).outcome() == "authentication_refused");
    CHECK(World({"two", kBoth}, insists).outcome() == "authentication_refused");
    World nothing_of_its_own({"one", {}, true}, insists);
    CHECK(nothing_of_its_own.outcome() == "no_ppk");
    CHECK(nothing_of_its_own.gateways.wire.datagrams() == 0);
}

TEST_CASE("who has no PPK says nothing of it", "[engine][rfc8784-3]") {
    for (const Side& side : {Side{}, Side{"one", {}}, Side{"one", kBoth}}) {
        Lonely lonely(with_ppks({}, side));
        lonely.wire.initiate(lonely.host, "192.0.2.2");
        lonely.wire.settle();
        const auto request = read(lonely.host.sent.at(0).bytes);
        CHECK((request.clear.find(wire::NotifyType::use_ppk) != nullptr) == !side.ppks.empty());
    }
}

TEST_CASE("another PPK of the same name authenticates nobody", "[engine][rfc8784-3]") {
    World world({"one", {{"one", "first"}}}, {"one", {{"one", "other"}}});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.gateways.right.established() == 0);
}

}  // namespace xfrmd::tests
