// A child that a packet asks for: the packet's selectors go first (RFC 7296 2.9).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

policy::TrafficSelector selector(const std::string& text) { return policy::parse_selector(text).value().selector; }

ike::Initiate wish_for(const Host& host, const policy::TriggeringPacket& packet, const std::string& child = {}) {
    return {{}, "gw", child, host.address, base::Address::parse("192.0.2.2").value(), {}, packet};
}

const policy::TriggeringPacket kPacket{selector("10.1.0.10[tcp/40000]"), selector("10.2.0.10[tcp/443]")};

}  // namespace

TEST_CASE("the selectors of a packet that asks for a child go first", "[engine][rfc7296-2.9]") {
    Lonely lonely;
    lonely.be_called(wish_for(lonely.host, kPacket));
    REQUIRE(lonely.auth_request.ts_i);
    CHECK(to_string(lonely.auth_request.ts_i->selectors) == "10.1.0.10/32[tcp/40000] 10.1.0.0/16");
    CHECK(to_string(lonely.auth_request.ts_r->selectors) == "10.2.0.10/32[tcp/443] 10.2.0.0/16");
}

TEST_CASE("a packet that the child is not for says nothing", "[engine][rfc7296-2.9]") {
    Lonely lonely;
    lonely.be_called(wish_for(lonely.host, {selector("10.9.0.10"), selector("10.2.0.10")}));
    CHECK(to_string(lonely.auth_request.ts_i->selectors) == "10.1.0.0/16");
}

TEST_CASE("a packet's selectors make no policies beside those that hold them", "[engine][rfc7296-2.9]") {
    Gateways gateways;
    gateways.wire.initiate(gateways.left, wish_for(gateways.left, kPacket));
    gateways.wire.settle();
    REQUIRE(gateways.left.kernel.children().size() == 1);
    CHECK(to_string(gateways.left.sas().at(0)->established()->children.at(0).local_ts) == "10.1.0.0/16");
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("INITIAL_CONTACT is not said while SAs of an earlier life carry packets", "[engine][rfc7296-2.4]") {
    const bool inherited = GENERATE(false, true);
    Lonely lonely;
    ike::Initiate wish{{}, "gw", {}, lonely.host.address, lonely.peer.self.address};
    wish.has_inherited_sas = inherited;
    lonely.be_called(wish);
    CHECK((lonely.auth_request.find(wire::NotifyType::initial_contact) == nullptr) == inherited);
}

}  // namespace xfrmd::tests
