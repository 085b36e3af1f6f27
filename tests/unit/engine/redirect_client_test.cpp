// Being sent to another gateway (RFC 5685) while the IKE SA stands.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "tests/unit/engine/redirected.h"

namespace xfrmd::tests {

TEST_CASE("a client goes to another gateway with its children", "[engine][rfc5685-5]") {
    ThreeGateways gateways;
    const auto id = live(gateways.left).sa().id;
    if (GENERATE(false, true)) {  // what was agreed on lives on in the IKE SA that takes the place
        gateways.wire.rekey(gateways.right, live(gateways.right).sa().id);
        gateways.wire.run_for(seconds(5));
    }
    gateways.redirect();
    CHECK(gateways.right.outcome(1000) == "ok");
    gateways.wire.run_for(milliseconds(100));
    CHECK(gateways.right.engine.size() == 0);  // what it sends would not be let in
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.left.engine.size() == 1);
    CHECK(live(gateways.left).sa().id == id);
    CHECK(live(gateways.left).established()->children.size() == 2);
    CHECK(disagreement_between(gateways.left, *gateways.other) == "");
    CHECK(gateways.right.engine.size() == 0);
    CHECK(gateways.right.kernel.children().empty());
    gateways.wire.run_for(seconds(600));
    CHECK(disagreement_between(gateways.left, *gateways.other) == "");
}

TEST_CASE("a client whose other gateway is silent keeps what it has", "[engine][rfc5685-5]") {
    ThreeGateways gateways;
    gateways.wire.on_the_way = [](const Parcel& parcel) { return parcel.to.address != address(kOther); };
    gateways.redirect();
    gateways.wire.run_for(seconds(25));
    CHECK(live(gateways.left).sa().remote.address == address("192.0.2.2"));
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a client is redirected if it can be", "[engine][rfc5685-3][rfc5685-5]") {
    const auto said = GENERATE(wire::NotifyType::redirect_supported, wire::NotifyType::redirected_from,
                               wire::NotifyType::mobike_supported);
    Lonely lonely;
    Payloads init = lonely.peer.init_payloads();
    init.emplace_back(notify(said));
    lonely.peer.take_init_response(lonely.tell(lonely.peer.init_request(init)).at(0));
    lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request()));
    lonely.host.begun.push_back(1);
    const std::size_t before = lonely.host.sent.size();
    lonely.wire.feed(lonely.host, ike::Redirect{ike::OperationId{1}, lonely.sa()->sa().id, address(kOther)});
    if (said == wire::NotifyType::mobike_supported) {
        CHECK(lonely.host.sent.size() == before);
        CHECK(lonely.host.outcome(1) == "redirect_unacceptable");
        return;
    }
    REQUIRE(lonely.host.sent.size() == before + 1);
    CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->notifies == std::vector{redirect_to(kOther)});
    CHECK(lonely.host.outcome(1) == "running");
    lonely.tell(lonely.peer.protect(kInformational, 0, true, {}));
    CHECK(lonely.host.outcome(1) == "ok");

    // It has its time, and then it is sent away.
    lonely.wire.run_for(seconds(29));
    CHECK(lonely.host.established() == 1);
    lonely.wire.run_for(seconds(1));
    CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->deletes.size() == 1);
    lonely.tell(lonely.peer.protect(kInformational, 1, true, {}));
    CHECK(lonely.host.sas().empty());
    CHECK(lonely.host.count(Reason::Redirected) == 1);
}

TEST_CASE("a redirect of what is not there, or of who goes away, fails", "[engine][rfc5685-5]") {
    ThreeGateways gateways;
    gateways.right.begun.push_back(7);
    gateways.wire.feed(gateways.right, ike::Redirect{ike::OperationId{7}, ike::IkeSaId{99}, address(kOther)});
    CHECK(gateways.right.outcome(7) == "not_found");
    gateways.wire.on_the_way = [](const Parcel&) { return false; };
    gateways.redirect();
    gateways.wire.run_for(seconds(600));
    CHECK(gateways.right.outcome(1000) == "peer_silent");
}

TEST_CASE("a client that has no room for another IKE SA stays", "[engine][rfc5685-5]") {
    ike::Options full;
    full.most_ike_sas = 1;
    ThreeGateways gateways(two_children(), full);
    gateways.redirect();
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.left.count(Reason::TableFull) == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a client does not stay by rekeying", "[engine][rfc5685-5]") {
    ThreeGateways gateways;
    gateways.wire.on_the_way = [](const Parcel& parcel) { return parcel.to.address != address(kOther); };
    gateways.redirect();
    gateways.wire.run_for(seconds(10));
    gateways.wire.rekey(gateways.left, live(gateways.left).sa().id);
    gateways.wire.run_for(seconds(19));
    CHECK(gateways.right.established() == 1);
    gateways.wire.run_for(seconds(2));
    CHECK(gateways.right.count(Reason::Redirected) == 1);
}

TEST_CASE("a client is where routing to the other gateway has it, unless it is told where", "[engine][rfc5685-5]") {
    Lonely lonely;
    const bool is_free = GENERATE(true, false);
    if (is_free) {
        policy::Connection connection = tests::connection({});
        connection.local_addrs.clear();
        lonely.wire.feed(lonely.host, ike::Reconfigure{snapshot({connection}, {{kSecret, {}}})});
    }
    lonely.be_called_and_answer();
    lonely.host.address = address("192.0.2.77");
    lonely.tell(lonely.peer.self, {lonely.host.address, 500},
                lonely.peer.protect(kInformational, 0, false, {redirect_to(kOther)}));
    REQUIRE(first_requests(lonely.host).size() == 2);
    const Parcel& request = *first_requests(lonely.host).back();
    CHECK(request.to.address == address(kOther));
    CHECK(request.from.address == address(is_free ? "192.0.2.77" : "192.0.2.1"));
}

TEST_CASE("an IKE SA without children is not made again at the other gateway", "[engine][rfc5685-5]") {
    ThreeGateways gateways{ConnectionWords{}};
    const auto& sa = live(gateways.left);
    gateways.wire.clear(gateways.left, sa.sa().id, sa.established()->children.at(0).number);
    gateways.wire.settle();
    REQUIRE(live(gateways.left).established()->children.empty());
    gateways.redirect();
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.left.engine.size() == 0);
    CHECK(gateways.right.engine.size() == 0);
    CHECK(gateways.other->engine.size() == 0);
}

TEST_CASE("a client is sent on by the other gateway", "[engine][rfc5685-3][rfc5685-5]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    const auto id = lonely.sa()->sa().id;
    ConnectionWords last = words_of("192.0.2.4");
    Host& other = lonely.wire.add("192.0.2.4", snapshot(last));
    lonely.tell(lonely.peer.protect(kInformational, 0, false, {redirect_to(kOther)}));
    const Parcel request = *first_requests(lonely.host).back();
    const base::Bytes nonce = read(request.bytes).clear.nonce->data;
    lonely.tell(request.to, request.from, refusal(request.bytes, redirect_to("192.0.2.4", nonce)));
    CHECK(first_requests(lonely.host).size() == 3);
    lonely.wire.run_for(seconds(2));
    lonely.tell(lonely.peer.protect(kInformational, 2, true, {}));
    lonely.wire.run_for(seconds(10));
    REQUIRE(lonely.host.engine.size() == 1);
    CHECK(lonely.sa()->sa().id == id);
    CHECK(lonely.sa()->sa().redirection.from == address(kOther));
    CHECK(disagreement_between(lonely.host, other) == "");
}

TEST_CASE("only so many redirects are followed in a while", "[engine][rfc5685-7][hostile-e9]") {
    Called called;
    const auto go = [&](int number) {
        const base::Bytes nonce = called.own_nonce();
        called.redirect(redirect_to("192.0.2." + std::to_string(3 + number % 2), nonce));
    };
    for (int i = 0; i < 5; ++i) go(i);
    REQUIRE(first_requests(called.host).size() == 6);
    CHECK(called.host.outcome(called.operation) == "running");
    go(5);
    CHECK(first_requests(called.host).size() == 6);
    CHECK(called.host.count(Reason::TooManyRetries) == 1);
    called.wire.run_for(seconds(60));
    CHECK(called.host.outcome(called.operation) == "too_many_retries");
    CHECK(called.host.engine.size() == 0);

    const auto again = [&](std::size_t more) {
        const std::size_t before = first_requests(called.host).size();
        called.wire.initiate(called.host, "192.0.2.2");
        called.wire.settle();
        go(0);
        CHECK(first_requests(called.host).size() == before + 1 + more);
        called.wire.clear(called.host, called.sa()->sa().id);
    };
    again(0);
    called.wire.run_for(seconds(240));
    again(1);
}

TEST_CASE("a gateway is not redirected by its client", "[engine][rfc5685-10][hostile-e9]") {
    Lonely lonely;
    lonely.establish();
    const auto sent = lonely.tell(lonely.peer.protect(kInformational, 2, false, {redirect_to(kOther)}));
    REQUIRE(sent.size() == 1);
    CHECK(lonely.peer.open(sent[0]) == wire::Payloads{});
    CHECK(lonely.host.engine.size() == 1);
    CHECK(first_requests(lonely.host).empty());
}

}  // namespace xfrmd::tests
