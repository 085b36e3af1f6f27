// Being sent to another gateway (RFC 5685): in IKE_SA_INIT, in IKE_AUTH, and while the IKE SA stands. The other gateway
// is at 192.0.2.3.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

namespace {

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kInformational = wire::ExchangeType::informational;
constexpr auto kOther = "192.0.2.3";

wire::Notify redirect_to(const std::string& gateway, const base::Bytes& nonce = {}) {
    const base::Address to = address(gateway);
    base::Bytes data{static_cast<std::uint8_t>(to.is_v6() ? 2 : 1), static_cast<std::uint8_t>(to.size())};
    base::append(data, to.bytes());
    base::append(data, nonce);
    return notify(wire::NotifyType::redirect, data);
}

ConnectionWords words_of(const std::string& gateway) {
    ConnectionWords words = mirrored({});
    words.local = gateway;
    return words;
}

ike::Options deaf() {
    ike::Options options;
    options.follow_redirects = false;
    return options;
}

std::vector<const Parcel*> first_requests(const Host& host) {
    std::vector<const Parcel*> requests;
    for (const Parcel& parcel : host.sent) {
        const bool is_request = (parcel.bytes.at(19) & 0x20) == 0;
        if (parcel.bytes.at(18) == static_cast<std::uint8_t>(wire::ExchangeType::ike_sa_init) && is_request)
            requests.push_back(&parcel);
    }
    return requests;
}

// The engine has called 192.0.2.2, where nobody is but the script.
struct Called : Lonely {
    explicit Called(ike::Options options = {}) : Lonely({}, options) {
        operation = wire.initiate(host, "192.0.2.2");
        wire.settle();
    }
    base::Bytes own_nonce() const { return read(host.sent.back().bytes).clear.nonce->data; }
    void redirect(const wire::Notify& notify) { tell(refusal(host.sent.back().bytes, notify)); }

    std::uint64_t operation = 0;
};

struct ThreeGateways : Gateways {
    explicit ThreeGateways(const ConnectionWords& words = two_children(), ike::Options options = {})
        : Gateways(words, options) {
        ConnectionWords theirs = mirrored(words);
        theirs.local = kOther;
        other = &wire.add(kOther, snapshot(theirs));
        connect("net");
        if (words.children.size() > 1) connect("second");
        REQUIRE(disagreement() == "");
    }
    std::uint64_t redirect() {
        right.begun.push_back(1000);
        wire.feed(right, ike::Redirect{ike::OperationId{1000}, live(right).sa().id, address(kOther)});
        wire.settle();
        return 1000;
    }

    Host* other = nullptr;
};

}  // namespace

TEST_CASE("an initiator says that it can be redirected", "[engine][rfc5685-3][rfc5685-9.1]") {
    const bool follows = GENERATE(true, false);
    const Called called(follows ? ike::Options() : deaf());
    const auto request = read(called.host.sent.back().bytes);
    const auto* said = request.clear.find(wire::NotifyType::redirect_supported);
    REQUIRE((said != nullptr) == follows);
    if (follows) CHECK(*said == notify(wire::NotifyType::redirect_supported));
}

TEST_CASE("a redirect in IKE_SA_INIT is followed", "[engine][rfc5685-3][rfc5685-9.3]") {
    Called called;
    Host& other = called.wire.add(kOther, snapshot(words_of(kOther)));
    const auto id = called.sa()->sa().id;
    const base::Bytes nonce = called.own_nonce();
    called.redirect(redirect_to(kOther, nonce));

    const auto requests = first_requests(called.host);
    REQUIRE(requests.size() == 2);
    CHECK(requests[1]->to == base::Endpoint{address(kOther), 500});
    const auto before = read(requests[0]->bytes);
    const auto again = read(requests[1]->bytes);
    CHECK(again.header.spi_i != before.header.spi_i);
    CHECK(again.header.spi_r == wire::IkeSpi::none);
    CHECK(again.clear.nonce->data != nonce);
    CHECK(again.clear.find(wire::NotifyType::redirect_supported) == nullptr);
    const auto* from = again.clear.find(wire::NotifyType::redirected_from);
    REQUIRE(from != nullptr);
    CHECK(*from == notify(wire::NotifyType::redirected_from, {1, 4, 192, 0, 2, 2}));

    CHECK(called.host.outcome(called.operation) == "ok");
    REQUIRE(called.host.engine.size() == 1);
    CHECK(called.sa()->sa().id == id);
    CHECK(called.sa()->sa().remote.address == address(kOther));
    CHECK(disagreement_between(called.host, other) == "");
    CHECK(other.sas().front()->sa().redirection.peer_follows);
    CHECK(std::ranges::none_of(called.host.reports, [](const ike::Report& report) {
        return report.milestone.turn == ike::Turn::ike_failed || report.milestone.turn == ike::Turn::ike_closed;
    }));
}

TEST_CASE("a redirect with another nonce is not heard", "[engine][rfc5685-3][hostile-e9]") {
    Called called;
    base::Bytes nonce = called.own_nonce();
    SECTION("that is wrong") { nonce.back() ^= 1; }
    SECTION("that is missing") { nonce.clear(); }
    SECTION("that is longer") { nonce.push_back(0); }
    const base::Bytes request = called.host.sent.back().bytes;
    called.redirect(redirect_to(kOther, nonce));
    CHECK(called.host.count(Reason::ResponseUnexpected) == 1);
    CHECK(called.host.counted() == 1);
    REQUIRE(called.host.sent.size() == 1);
    called.tell(called.peer.answer_init(request));
    CHECK(called.sa()->phase_id() == PhaseId::auth_requested);
}

TEST_CASE("a redirect to where no gateway can be is not followed", "[engine][rfc5685-3][hostile-e9]") {
    const std::string gateway = GENERATE("127.0.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "169.254.1.1",
                                         "192.0.2.1", "2001:db8::1", "::1", "fe80::1", "ff02::1");
    CAPTURE(gateway);
    SECTION("in IKE_SA_INIT, and the true answer is still heard") {
        Called called;
        const base::Bytes request = called.host.sent.back().bytes;
        called.redirect(redirect_to(gateway, called.own_nonce()));
        CHECK(called.host.count(Reason::RedirectUnacceptable) == 1);
        REQUIRE(called.host.sent.size() == 1);
        SECTION("if it comes") {
            called.tell(called.peer.answer_init(request));
            CHECK(called.sa()->phase_id() == PhaseId::auth_requested);
        }
        SECTION("or it has failed for that") {
            called.wire.run_for(seconds(300));
            CHECK(called.host.outcome(called.operation) == "redirect_unacceptable");
        }
    }
    SECTION("in IKE_AUTH") {
        Lonely lonely;
        const auto operation = lonely.be_called();
        Payloads answer = lonely.peer.auth_response(lonely.auth_request);
        answer.resize(2);
        answer.emplace_back(redirect_to(gateway));
        const auto sent = lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
        REQUIRE(sent.size() == 1);
        CHECK(lonely.peer.open(sent[0])->deletes.size() == 1);
        CHECK(lonely.host.outcome(operation) == "redirect_unacceptable");
        CHECK(lonely.host.sas().empty());
    }
    SECTION("later") {
        Lonely lonely;
        lonely.be_called_and_answer();
        const auto sent = lonely.tell(lonely.peer.protect(kInformational, 0, false, {redirect_to(gateway)}));
        REQUIRE(sent.size() == 1);
        CHECK(lonely.peer.open(sent[0]) == wire::Payloads{});
        CHECK(lonely.host.count(Reason::RedirectUnacceptable) == 1);
        CHECK(lonely.host.established() == 1);
    }
}

TEST_CASE("a redirect that cannot be read is not followed", "[engine][rfc5685-9.2][hostile-e9]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    struct Case {
        base::Bytes data;
        Reason reason;
    };
    const auto given = GENERATE(values<Case>({
        {{}, Reason::PayloadMalformed},
        {{1}, Reason::PayloadMalformed},
        {{1, 4, 192, 0, 2}, Reason::PayloadMalformed},
        {{1, 3, 192, 0, 2}, Reason::PayloadMalformed},
        {{2, 4, 192, 0, 2, 3}, Reason::PayloadMalformed},
        {{4, 4, 192, 0, 2, 3}, Reason::PayloadMalformed},
        {{1, 4, 192, 0, 2, 3, 0}, Reason::PayloadMalformed},  // a nonce, which only IKE_SA_INIT has
        {{3, 3, 'g', 'w', '2'}, Reason::RedirectUnacceptable},
        {{3, 0}, Reason::RedirectUnacceptable},
    }));
    const auto sent =
        lonely.tell(lonely.peer.protect(kInformational, 0, false, {notify(wire::NotifyType::redirect, given.data)}));
    REQUIRE(sent.size() == 1);
    CHECK(lonely.peer.open(sent[0]) == wire::Payloads{});
    CHECK(lonely.host.count(given.reason) == 1);
    CHECK(lonely.host.counted() == 1);
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.host.engine.size() == 1);
}

TEST_CASE("a redirect in IKE_AUTH is followed", "[engine][rfc5685-6]") {
    Lonely lonely;
    const auto operation = lonely.be_called();
    Host& other = lonely.wire.add(kOther, snapshot(words_of(kOther)));
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    answer.resize(2);
    answer.emplace_back(redirect_to(kOther));
    SECTION("of who has proved who it is") {
        const auto sent = lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
        const auto farewell = std::ranges::find_if(
            lonely.host.sent, [&](const Parcel& one) { return one.to == lonely.peer.self && is_informational(one); });
        REQUIRE(farewell != lonely.host.sent.end());
        CHECK(lonely.peer.open(farewell->bytes)->deletes == std::vector{wire::Delete{policy::ProtocolId::ike, {}}});
        lonely.tell(lonely.peer.protect(kInformational, 2, true, {}));
        CHECK(lonely.host.outcome(operation) == "ok");
        CHECK(lonely.host.engine.size() == 1);
        CHECK(lonely.host.kernel.complaints().empty());
        CHECK(disagreement_between(lonely.host, other) == "");
    }
    SECTION("and of nobody else") {
        std::get<wire::Authentication>(answer[1]).data.back() ^= 1;
        lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
        CHECK(lonely.host.outcome(operation) == "authentication_failed");
        CHECK(other.sent.empty());
    }
}

TEST_CASE("whoever does not follow takes no redirect for an answer", "[engine][rfc5685-3]") {
    SECTION("to IKE_SA_INIT") {
        Called called(deaf());
        wire::Header answer = read(called.host.sent.back().bytes).header;
        answer.from_original_initiator = false;
        answer.is_response = true;
        answer.spi_r = GENERATE(wire::IkeSpi::none, wire::IkeSpi{7});
        called.tell(wire::encode(answer, {redirect_to(kOther, called.own_nonce())}));
        CHECK(called.host.count(Reason::PayloadMissing) == 1);
        CHECK(called.host.sent.size() == 1);
    }
    SECTION("and stays where it is") {
        Lonely lonely({}, deaf());
        lonely.be_called_and_answer();
        CHECK(lonely.tell(lonely.peer.protect(kInformational, 0, false, {redirect_to(kOther)})).size() == 1);
        CHECK(lonely.host.engine.size() == 1);
        CHECK(lonely.host.counted() == 0);
    }
}

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
