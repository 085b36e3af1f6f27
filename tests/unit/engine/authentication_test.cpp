// Who may come in, by which key, and what both sides say when it does not work (RFC 7296 2.15, 2.21.1, 2.21.2).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

void check_nothing_left(const Host& host) {
    CHECK(host.sas().empty());
    CHECK(host.engine.half_open() == 0);
    CHECK(host.kernel.children().empty());
    CHECK(host.engine.next_timeout() == base::kNever);
}

// A gateway with several connections for three peers that differ in identity or address only.
struct Branch {
    std::string address, id, secret;
};

}  // namespace

TEST_CASE("keys are found by identity", "[engine][rfc7296-2.15]") {
    VirtualWire wire;
    std::vector<policy::Connection> connections;
    for (const std::string name : {"one", "two"}) {
        connections.push_back(connection({.name = name,
                                          .local = "192.0.2.1",
                                          .remote = "",
                                          .local_id = "hub.example",
                                          .remote_id = name + ".example"}));
    }
    Host& hub = wire.add("192.0.2.1", snapshot(connections, {{"first", {"one.example"}}, {"second", {"two.example"}}}));
    for (const Branch& branch :
         {Branch{"192.0.2.11", "one.example", "first"}, Branch{"192.0.2.12", "two.example", "second"}}) {
        Host& host =
            wire.add(branch.address,
                     snapshot({connection({.local = branch.address,
                                           .remote = "192.0.2.1",
                                           .local_id = branch.id,
                                           .remote_id = "hub.example",
                                           .children = {{.local_ts = {"10.2.0.0/16"}, .remote_ts = {"10.1.0.0/16"}}}})},
                              {{branch.secret, {"hub.example"}}}));
        const auto operation = wire.initiate(host, "192.0.2.1");
        wire.settle();
        CHECK(host.outcome(operation) == "ok");
    }
    REQUIRE(hub.established() == 2);
    CHECK(hub.sas()[0]->sa().connection_name() == "one");
    CHECK(hub.sas()[1]->sa().connection_name() == "two");
}

TEST_CASE("keys are found by address", "[engine][rfc7296-2.15]") {
    VirtualWire wire;
    Host& hub = wire.add("192.0.2.1", snapshot({connection({.remote = "", .local_id = "", .remote_id = ""})},
                                               {{"first", {"192.0.2.11"}}, {"second", {"192.0.2.12"}}}));
    for (const Branch& branch :
         {Branch{"192.0.2.11", "", "first"}, Branch{"192.0.2.12", "", "second"}, Branch{"192.0.2.13", "", "first"}}) {
        Host& host =
            wire.add(branch.address,
                     snapshot({connection(mirrored({.remote = branch.address, .local_id = "", .remote_id = ""}))},
                              {{branch.secret, {}}}));
        const auto operation = wire.initiate(host, "192.0.2.1");
        wire.settle();
        CHECK(host.end_of(operation)->result.has_value() == (branch.address != "192.0.2.13"));
    }
    CHECK(hub.established() == 2);
    CHECK(hub.count(Reason::NoSharedSecret) == 1);
}

TEST_CASE("a wrong key is told on both sides and leaves nothing", "[engine][rfc7296-2.21.2]") {
    const bool from_left = GENERATE(true, false);
    Gateways gateways(snapshot({connection({})}, {{"this", {}}}), snapshot({connection(mirrored({}))}, {{"that", {}}}));
    Host& caller = from_left ? gateways.left : gateways.right;
    Host& called = from_left ? gateways.right : gateways.left;
    const auto operation = gateways.wire.initiate(caller, called.address.to_string());
    gateways.wire.settle();
    CHECK(caller.outcome(operation) == base::name(Reason::AuthenticationRefused));
    CHECK(caller.count(Reason::AuthenticationRefused) == 1);
    CHECK(called.count(Reason::AuthenticationFailed) == 1);
    CHECK(caller.counted() == 1);
    CHECK(called.counted() == 1);
    CHECK(called.reported("pre-shared key"));
    check_nothing_left(caller);
    check_nothing_left(called);
}

TEST_CASE("a responder that does not have our key is told so", "[engine][rfc7296-2.21.2]") {
    Lonely lonely;
    lonely.peer.secret = "wrong";
    const auto operation = lonely.be_called_and_answer();
    CHECK(lonely.host.outcome(operation) == base::name(Reason::AuthenticationFailed));
    const auto told = lonely.peer.open(lonely.host.sent.back().bytes);
    REQUIRE(told);
    CHECK(told->find(wire::NotifyType::authentication_failed) != nullptr);
    CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    CHECK(lonely.host.counted() == 1);
    check_nothing_left(lonely.host);
}

TEST_CASE("a responder that is another one than configured is refused", "[engine][rfc7296-2.15]") {
    Lonely lonely;
    lonely.peer.id = "c.example";
    const auto operation = lonely.be_called_and_answer();
    CHECK(lonely.host.outcome(operation) == base::name(Reason::AuthenticationFailed));
    CHECK(lonely.host.reported("c.example"));
    check_nothing_left(lonely.host);
}

TEST_CASE("without a key for the peer nothing is sent", "[engine][rfc7296-2.15]") {
    Gateways gateways(snapshot({connection({})}, {{"x", {"c.example"}}}), snapshot(mirrored({})));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == base::name(Reason::NoSharedSecret));
    CHECK(gateways.left.sent.empty());
    check_nothing_left(gateways.left);
}

TEST_CASE("an identity nobody is configured for is refused", "[engine][rfc7296-2.21.2]") {
    Gateways gateways(ConnectionWords{.local_id = "x.example"}, mirrored({}));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == base::name(Reason::AuthenticationRefused));
    CHECK(gateways.right.count(Reason::NoPeerConfiguration) == 1);
    CHECK(gateways.right.counted() == 1);
    CHECK(gateways.right.reported("x.example"));
    check_nothing_left(gateways.left);
    check_nothing_left(gateways.right);
}

TEST_CASE("no common proposal is told on both sides with both proposals", "[engine][rfc7296-2.7]") {
    Gateways gateways(ConnectionWords{.ike = "aes256gcm16-prfsha384-x25519"},
                      mirrored({.ike = "aes128-sha256-x25519"}));
    const auto operation = gateways.connect();
    gateways.wire.run_for(seconds(15));
    CHECK(gateways.left.outcome(operation) == base::name(Reason::NoProposalChosen));
    CHECK(gateways.left.reported("AES_GCM_16_256"));
    CHECK(gateways.right.reported("AES_GCM_16_256"));
    CHECK(gateways.right.reported("AES_CBC_128"));
    check_nothing_left(gateways.left);
    check_nothing_left(gateways.right);
}

TEST_CASE("no common ESP proposal leaves the IKE SA", "[engine][rfc7296-2.21.2]") {
    Gateways gateways(ConnectionWords{.children = {{.esp = "aes256gcm16"}}}, mirrored({}));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == base::name(Reason::NoProposalChosen));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.reported("AES_GCM_16_256"));
    CHECK(gateways.right.reported("AES_GCM_16_128"));
}

TEST_CASE("no common selectors leave the IKE SA and are told with both", "[engine][rfc7296-2.9]") {
    Gateways gateways(ConnectionWords{.children = {{.remote_ts = {"10.9.0.0/16"}}}}, mirrored({}));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == base::name(Reason::TrafficSelectorsUnacceptable));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.right.established() == 1);
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.reported("10.9.0.0/16"));
    CHECK(gateways.right.reported("10.9.0.0/16"));
    CHECK(gateways.left.count(Reason::TrafficSelectorsUnacceptable) == 1);
    CHECK(gateways.right.count(Reason::TrafficSelectorsUnacceptable) == 1);
}

TEST_CASE("an address that no connection is for is told so before any key exchange",
          "[engine][rfc7296-2.21.1][hostile-a17]") {
    Lonely lonely;
    const auto answers = lonely.tell_from({address("198.51.100.7"), 500}, lonely.peer.init_request());
    REQUIRE(answers.size() == 1);
    CHECK(read(answers[0]).clear.find(wire::NotifyType::no_proposal_chosen) != nullptr);
    CHECK(lonely.host.count(Reason::NoPeerConfiguration) == 1);
    CHECK(lonely.host.counted() == 1);
    CHECK(lonely.sa() == nullptr);
}

}  // namespace xfrmd::tests
