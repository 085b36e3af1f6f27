// Being sent to another gateway (RFC 5685) by an attempt's peer: in IKE_SA_INIT and in IKE_AUTH.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "tests/unit/engine/redirected.h"

namespace xfrmd::tests {

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

}  // namespace xfrmd::tests
