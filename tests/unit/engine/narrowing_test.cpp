// A responder that has in several children what the initiator wants in one (RFC 7296 2.9).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

policy::TrafficSelector selector(const std::string& text) { return policy::parse_selector(text).value().selector; }

// Its children have these on their side, in that order.
ConnectionWords responder_with(const std::vector<std::vector<std::string>>& local) {
    ConnectionWords words = mirrored({});
    words.children.clear();
    for (const auto& selectors : local) {
        words.children.push_back(
            {.name = "c" + std::to_string(words.children.size()), .local_ts = selectors, .remote_ts = {"10.1.0.0/16"}});
    }
    return words;
}

std::string child_of(const Host& host) { return host.kernel.list().at(0)->child_name; }

// What the engine answers a peer that wants 10.2.0.0/16 to 10.1.0.0/16.
bool says_more(const std::vector<std::vector<std::string>>& local) {
    ConnectionWords words;
    words.children.clear();
    for (const auto& selectors : local) {
        words.children.push_back(
            {.name = "c" + std::to_string(words.children.size()), .local_ts = selectors, .remote_ts = {"10.2.0.0/16"}});
    }
    Lonely lonely(words);
    lonely.begin();
    const auto sent =
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
    const auto answer = lonely.peer.open(sent.at(0)).value();
    REQUIRE(answer.sa);
    return answer.find(wire::NotifyType::additional_ts_possible) != nullptr;
}

}  // namespace

TEST_CASE("of several children the one that has the peer's first choice is taken", "[engine][rfc7296-2.9]") {
    const std::string to = GENERATE("1", "2", "3");
    Gateways gateways(ConnectionWords{}, responder_with({{"10.2.1.0/24"}, {"10.2.2.0/24"}, {"10.2.3.0/24"}}));
    const policy::TriggeringPacket packet{selector("10.1.0.10"), selector("10.2." + to + ".9")};
    gateways.wire.initiate(gateways.left, {{}, "gw", {}, gateways.left.address, gateways.right.address, {}, packet});
    gateways.wire.settle();
    REQUIRE(gateways.disagreement() == "");
    CHECK(gateways.left.kernel.list().at(0)->remote_ts == selectors({"10.2." + to + ".0/24"}));
    CHECK(child_of(gateways.right) == "c" + std::to_string(std::stoi(to) - 1));
}

TEST_CASE("a child that is all that the peer wants is taken before others", "[engine][rfc7296-2.9]") {
    Gateways gateways(ConnectionWords{}, responder_with({{"10.2.1.0/24"}, {"10.2.0.0/16"}, {"10.0.0.0/8"}}));
    gateways.connect();
    CHECK(child_of(gateways.right) == "c1");
    CHECK(gateways.left.kernel.list().at(0)->remote_ts == selectors({"10.2.0.0/16"}));
    CHECK_FALSE(gateways.left.reported("in a child of its own"));
}

TEST_CASE("of children that all have a part the first is taken", "[engine][rfc7296-2.9]") {
    Gateways gateways(ConnectionWords{}, responder_with({{"10.9.0.0/16"}, {"10.2.1.0/24"}, {"10.2.2.0/24"}}));
    gateways.connect();
    CHECK(child_of(gateways.right) == "c1");
    CHECK(gateways.left.kernel.list().at(0)->remote_ts == selectors({"10.2.1.0/24"}));
    CHECK(gateways.left.reported("peer takes more of 10.1.0.0/16 === 10.2.0.0/16 than child SA net has now"));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("more in another child is said where the peer can have it in no other way", "[engine][rfc7296-2.9]") {
    CHECK(says_more({{"10.1.1.0/24"}, {"10.1.2.0/24"}}));
    CHECK(says_more({{"10.1.1.0/24", "10.1.3.0/24"}, {"10.1.2.0/24", "10.1.1.0/24"}}));
    CHECK_FALSE(says_more({{"10.1.1.0/24"}}));
    CHECK_FALSE(says_more({{"10.1.0.0/16"}}));
    CHECK_FALSE(says_more({{"10.1.1.0/24"}, {"10.1.0.0/16"}}));
    CHECK_FALSE(says_more({{"10.1.0.0/20"}, {"10.1.1.0/24"}, {"10.9.0.0/16"}}));
}

TEST_CASE("a child that is rekeyed has no more in another one", "[engine][rfc7296-2.9.2]") {
    Gateways gateways(ConnectionWords{}, responder_with({{"10.2.1.0/24"}, {"10.2.2.0/24"}}));
    gateways.connect();
    gateways.left.reports.clear();
    const auto& sa = *gateways.left.sas().at(0);
    const auto operation = gateways.wire.rekey(gateways.left, sa.sa().id, sa.established()->children.at(0).id);
    gateways.wire.run_for(seconds(9));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK_FALSE(gateways.left.reported("in a child of its own"));
    CHECK(child_of(gateways.right) == "c0");
    CHECK(gateways.disagreement() == "");
}

}  // namespace xfrmd::tests
