// Child SAs: second ones, narrowed ones, those that fail, and those the kernel refuses (RFC
// 7296 1.3.1, 2.9, 2.17, 2.21.3).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

base::Result<void> refuse(const ike::ChildInstall&) { return base::fail(Reason::KernelRefused, "out of memory"); }

}  // namespace

TEST_CASE("a first child that the responder's kernel refuses fails on both sides", "[engine][rfc7296-2.21.3]") {
    Gateways gateways;
    gateways.right.kernel.verdict = refuse;
    const auto operation = gateways.connect();
    gateways.wire.run_for(seconds(40));
    CHECK(gateways.left.outcome(operation) == base::name(Reason::TemporaryFailure));
    CHECK(gateways.right.count(Reason::KernelRefused) == 4);
    CHECK(gateways.right.reported("out of memory"));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a first child that the initiator's kernel refuses is deleted at the peer", "[engine][rfc7296-1.4.1]") {
    Gateways gateways;
    gateways.left.kernel.verdict = refuse;
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == base::name(Reason::KernelRefused));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.right.kernel.children().empty());
    CHECK(gateways.right.count(Reason::PeerDeleted) == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a second child without a key exchange, with one, and with a wrong guess",
          "[engine][rfc7296-1.3.1][rfc7296-2.17]") {
    struct Row {
        std::string left, right;
        std::size_t round_trips;
    };
    const auto row = GENERATE(values<Row>({
        {"aes128gcm16", "aes128gcm16", 1},
        {"aes128gcm16-x25519", "aes128gcm16-x25519", 1},
        {"aes128-sha256-ecp256-modp2048", "aes128-sha256-modp2048", 2},
        {"aes128gcm16,aes128-sha256-x25519", "aes128-sha256-x25519", 2},
    }));
    INFO(row.left);
    Gateways gateways(two_children(row.left), mirrored(two_children(row.right)));
    gateways.connect();
    const std::size_t before = gateways.left.sent.size();
    const auto operation = gateways.connect("second");
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.sent.size() - before == row.round_trips);
    CHECK(gateways.disagreement() == "");
    const auto children = gateways.left.kernel.list();
    REQUIRE(children.size() == 2);
    CHECK(children[0]->encryption_in != children[1]->encryption_in);
    CHECK(children[1]->child_name == "second");
    CHECK(gateways.left.established() == 1);
}

TEST_CASE("a second child from the responder of the IKE SA", "[engine][rfc7296-1.3.1]") {
    Gateways gateways(two_children("aes128gcm16-x25519"));
    gateways.connect();
    const auto operation = gateways.wire.initiate(gateways.right, "192.0.2.1", "gw", "second");
    gateways.wire.settle();
    CHECK(gateways.right.outcome(operation) == "ok");
    CHECK(gateways.right.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a second child that a kernel refuses leaves the first", "[engine][rfc7296-2.21.3]") {
    const bool left_refuses = GENERATE(true, false);
    Gateways gateways(two_children());
    gateways.connect();
    (left_refuses ? gateways.left : gateways.right).kernel.verdict = refuse;
    const auto operation = gateways.connect("second");
    gateways.wire.run_for(seconds(40));
    const auto reason = gateways.left.end_of(operation)->result.error().reason;
    CHECK(reason == (left_refuses ? Reason::KernelRefused : Reason::TemporaryFailure));
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a second child that the peer does not want leaves the first", "[engine][rfc7296-2.21.3]") {
    ConnectionWords other = two_children();
    other.children[1].local_ts = {"10.7.0.0/16"};
    Gateways gateways(two_children(), mirrored(other));
    gateways.connect();
    const auto operation = gateways.connect("second");
    CHECK(gateways.left.outcome(operation) == base::name(Reason::TrafficSelectorsUnacceptable));
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child asked for again is the one there is", "[engine][rfc7296-1.3.1]") {
    Gateways gateways;
    gateways.connect();
    const auto again = gateways.connect();
    CHECK(gateways.left.outcome(again) == "ok");
    CHECK(gateways.left.end_of(again)->child == gateways.left.kernel.list().at(0)->child);
    CHECK(gateways.left.sent.size() == 2);
}

TEST_CASE("a child goes into the IKE SA whose ends are wanted, or into a new one", "[engine][rfc7296-1.3.1]") {
    VirtualWire wire;
    Host& hub = wire.add("192.0.2.1", snapshot(ConnectionWords{.local = "", .remote = "", .remote_id = ""}));
    for (const char* spoke : {"192.0.2.11", "192.0.2.12"}) {
        wire.add(spoke, snapshot(mirrored({.remote = spoke, .remote_id = std::string(spoke)})));
    }
    const auto call = [&](const char* spoke, bool is_wanted) {
        ike::Initiate wish{{}, "gw", {}, hub.address, address(spoke)};
        if (is_wanted) wish.wanted_remote = wish.remote;
        wire.initiate(hub, std::move(wish));
        wire.settle();
        return hub.established();
    };
    CHECK(call("192.0.2.11", true) == 1);
    CHECK(call("192.0.2.11", true) == 1);
    CHECK(call("192.0.2.12", false) == 1);
    CHECK(call("192.0.2.12", true) == 2);
}

TEST_CASE("a child asked for twice at once comes up once", "[engine][rfc7296-1.3.1]") {
    Gateways gateways(two_children());
    std::vector<std::uint64_t> operations;
    for (const std::string child : {"net", "net", "second", "net", "second"}) {
        operations.push_back(gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", child));
    }
    gateways.wire.settle();
    for (const auto operation : operations) {
        CHECK(gateways.left.outcome(operation) == "ok");
    }
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.left.sas().size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("both sides' selectors are narrowed to what is common", "[engine][rfc7296-2.9][hostile-f10]") {
    ConnectionWords wide;
    wide.children = {{.local_ts = {"10.1.0.0/16", "10.5.0.0/24"}, .remote_ts = {"0.0.0.0/0"}}};
    ConnectionWords tight = mirrored({});
    tight.children = {{.local_ts = {"10.2.0.0/16[tcp]"}, .remote_ts = {"10.1.7.0/24", "10.5.0.0/16"}}};
    Gateways gateways(wide, tight);
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    const auto& child = *gateways.left.kernel.list().at(0);
    CHECK(child.local_ts == selectors({"10.1.7.0/24", "10.5.0.0/24"}));
    CHECK(child.remote_ts == selectors({"10.2.0.0/16[tcp]"}));
}

TEST_CASE("a responder that widens the selectors gets no child", "[engine][rfc7296-2.9][hostile-f10]") {
    Lonely lonely;
    const auto operation = lonely.be_called();
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    std::get<wire::TrafficSelectorPayload>(answer[4]).selectors = selectors({"10.0.0.0/8"});
    const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    CHECK(lonely.host.outcome(operation) == base::name(Reason::ResponderWidenedTrafficSelectors));
    CHECK(lonely.host.count(Reason::ResponderWidenedTrafficSelectors) == 1);
    CHECK(lonely.host.kernel.children().empty());
    CHECK(lonely.host.established() == 1);
    REQUIRE(sent.size() == 1);
    CHECK(lonely.peer.open(sent[0])->deletes.size() == 1);
}

TEST_CASE("modes that do not fit", "[engine][rfc7296-1.3.1]") {
    using enum policy::Mode;
    const auto ours = GENERATE(tunnel, transport, beet);
    const auto theirs = GENERATE(tunnel, transport, beet);
    if (ours == theirs) return;
    const auto words = [](policy::Mode mode) {
        return ConnectionWords{.children = {{.local_ts = {"dynamic"}, .remote_ts = {"dynamic"}, .mode = mode}}};
    };
    Gateways gateways(words(ours), mirrored(words(theirs)));
    const auto operation = gateways.connect();
    CHECK(gateways.left.failed(operation));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA holds so many children and no more", "[engine][rfc7296-1.3][hostile-f9]") {
    ike::Options few;
    few.most_children = 1;
    Gateways gateways(two_children(), {}, few);
    gateways.connect();
    const auto operation = gateways.connect("second");
    CHECK(gateways.left.outcome(operation) == base::name(Reason::NoAdditionalSas));
    CHECK(gateways.right.count(Reason::NoAdditionalSas) == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("while the kernel works the repeated request waits, and is answered once", "[engine][rfc7296-2.1]") {
    Gateways gateways;
    gateways.right.kernel_answers = false;
    const auto operation = gateways.connect();
    gateways.wire.run_for(seconds(5));
    CHECK(gateways.left.sent.size() == 3);
    CHECK(gateways.right.sent.size() == 1);
    gateways.wire.feed(gateways.right, gateways.right.held.at(0));
    gateways.wire.settle();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.right.sent.size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child cleared while the kernel works on it is gone on both sides", "[engine][rfc7296-1.4.1]") {
    const bool as_responder = GENERATE(true, false);
    const bool refused = GENERATE(true, false);
    const bool force = GENERATE(true, false);
    Gateways gateways;
    Host& host = as_responder ? gateways.right : gateways.left;
    host.kernel_answers = false;
    if (refused) host.kernel.verdict = refuse;
    const auto operation = gateways.connect();
    REQUIRE(host.held.size() == 1);
    const auto cleared = gateways.wire.clear(host, host.held[0].ike_sa, host.held[0].child, force);
    gateways.wire.settle();
    host.kernel_answers = true;
    gateways.wire.feed(host, host.held[0]);
    gateways.wire.run_for(seconds(50));
    CHECK(host.outcome(cleared) != "running");
    CHECK(gateways.left.outcome(operation) != "running");
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.right.kernel.children().empty());
    CHECK(gateways.left.sas().at(0)->established()->children.empty());
    CHECK(gateways.right.sas().at(0)->established()->children.empty());
}

TEST_CASE("an IKE SA cleared while the kernel works is gone on both sides", "[engine][rfc7296-1.4.1]") {
    const bool as_responder = GENERATE(true, false);
    Gateways gateways;
    Host& host = as_responder ? gateways.right : gateways.left;
    host.kernel_answers = false;
    const auto operation = gateways.connect();
    const auto cleared = gateways.wire.clear(host, host.held.at(0).ike_sa);
    gateways.wire.settle();
    gateways.wire.feed(host, host.held.at(0));
    gateways.wire.run_for(seconds(10));
    CHECK(host.outcome(cleared) == "ok");
    CHECK(gateways.left.outcome(operation) != "running");
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.right.sas().empty());
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child deleted before we hear that it exists does not come up", "[engine][rfc7296-1.4.1]") {
    Gateways gateways(two_children());
    gateways.connect();
    // The answer to the second child is lost, and the peer clears that child before it is asked again.
    bool lost = false;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (lost || parcel.from.address != gateways.right.address) return true;
        return !(lost = true);
    };
    const auto operation = gateways.connect("second");
    REQUIRE(gateways.right.kernel.children().size() == 2);
    const auto* second = gateways.right.kernel.list().at(1);
    const auto cleared = gateways.wire.clear(gateways.right, second->ike_sa, second->child);
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.right.outcome(cleared) == "ok");
    CHECK(gateways.left.outcome(operation) == base::name(Reason::PeerDeleted));
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child that both ask for at once comes up once", "[engine][rfc7296-2.25]") {
    Gateways gateways(two_children());
    gateways.connect();
    const bool left_is_slow = GENERATE(true, false);
    gateways.wire.on_the_way = [&, slow = left_is_slow](Parcel& parcel) mutable {
        const bool lost = slow && parcel.from.address == gateways.left.address;
        slow = slow && !lost;
        return !lost;
    };
    const auto left = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    const auto right = gateways.wire.initiate(gateways.right, "192.0.2.1", "gw", "second");
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child that the peer has made before our request for it came goes again", "[engine][rfc7296-2.25]") {
    Gateways gateways(two_children());
    gateways.connect();
    std::vector<Parcel> slow;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (parcel.from.address != gateways.right.address || !slow.empty()) return true;
        slow.push_back(parcel);
        return false;
    };
    const auto right = gateways.wire.initiate(gateways.right, "192.0.2.1", "gw", "second");
    gateways.wire.settle();
    const auto left = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) == "ok");
    REQUIRE(slow.size() == 1);
    gateways.wire.inject(slow[0].from, slow[0].to, slow[0].bytes);
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

}  // namespace xfrmd::tests
