// IKE SAs that are resumed (RFC 5723), as client: when a ticket is asked for, shown, and given up.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/base/writer.h"
#include "tests/unit/engine/resumed.h"

namespace xfrmd::tests {

namespace {

using Exchanges = std::vector<wire::ExchangeType>;
constexpr auto kInit = wire::ExchangeType::ike_sa_init;

// The engine has called the scripted gateway, was given a ticket, and has found it silent since.
struct Called : Lonely {
    explicit Called(std::uint32_t lifetime = 3600) : Lonely(checked()) {
        be_called();
        peer.keep_session();
        CHECK(auth_request.find(wire::NotifyType::ticket_request) != nullptr);
        Payloads answer = peer.auth_response(auth_request);
        base::Bytes data = base::Writer().u32(lifetime).take();
        base::append(data, base::Bytes(50, 7));
        answer.emplace_back(notify(wire::NotifyType::ticket_lt_opaque, data));
        tell(peer.protect(kAuth, 1, true, answer));
        REQUIRE(host.established() == 1);
        wire.run_for(seconds(300));
        REQUIRE(host.sas().empty());
        host.sent.clear();
        operation = wire.initiate(host, "192.0.2.2");
        wire.settle();
    }
    static ConnectionWords checked() {
        ConnectionWords words = resuming();
        words.dpd_delay = seconds(10);
        return words;
    }
    const base::Bytes& request() const { return host.sent.back().bytes; }

    std::uint64_t operation = 0;
};

}  // namespace

TEST_CASE("a client resumes what the peer's silence has ended", "[engine][rfc5723-4.3][rfc5723-4.3.4]") {
    Interrupted gateways;
    const auto old = gateways.right.sas().at(0)->sa().spi_r;
    gateways.interrupt();
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(first_exchanges(gateways.left) == Exchanges{kResume});
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.reported("IKE SA resumed with b.example"));
    REQUIRE(gateways.right.sas().size() == 1);
    CHECK(gateways.right.sas().at(0)->sa().spi_r != old);
    // And again, with the ticket of the resumed one.
    gateways.interrupt();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kResume});
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("keys of a resumed IKE SA work, also for rekeying", "[engine][rfc5723-5]") {
    Interrupted gateways;
    gateways.interrupt();
    gateways.connect();
    Host& who = GENERATE(true, false) ? gateways.left : gateways.right;
    gateways.wire.rekey(who, live(who).sa().id);
    gateways.wire.run_for(seconds(5));
    CHECK(gateways.left.reported("IKE SA rekeyed"));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a client resumes with the algorithms there were", "[engine][rfc5723-5]") {
    ConnectionWords words = resuming();
    words.ike = GENERATE(std::string("aes256gcm16-prfsha384-x25519"), std::string("chacha20poly1305-prfsha256-ecp256"),
                         std::string("aes128-sha256-prfaesxcbc-x25519"), std::string("aes256-sha512-modp2048"));
    Interrupted gateways(words);
    gateways.interrupt();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kResume});
    CHECK(gateways.disagreement() == "");
    CHECK(live(gateways.left).established()->keyed.proposal == live(gateways.right).established()->keyed.proposal);
}

TEST_CASE("a client whose ticket is refused begins with IKE_SA_INIT", "[engine][rfc5723-4.3.2][hostile-e10]") {
    Interrupted gateways;
    gateways.interrupt();
    Host& again = gateways.wire.restart(gateways.right);
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(first_exchanges(gateways.left) == Exchanges{kResume, kInit});
    CHECK(again.count(Reason::TicketUnknown) == 1);
    CHECK(again.established() == 1);
    CHECK(disagreement_between(gateways.left, again) == "");
}

TEST_CASE("a client follows what gateways ask of it before they look at the ticket", "[engine][rfc5723-4.3.2]") {
    ike::Options careful;
    careful.cookie_threshold = 0;
    Interrupted gateways(resuming(), careful);
    gateways.interrupt();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kResume, kResume});
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.reported("IKE SA resumed"));
}

TEST_CASE("nothing is resumed that somebody has ended", "[engine][rfc5723-6.2]") {
    Interrupted gateways;
    SECTION("the operator") {
        gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
        gateways.wire.settle();
    }
    SECTION("the operator, when the peer was silent already") {
        gateways.wire.on_the_way = [](const Parcel&) { return false; };
        gateways.wire.run_for(seconds(15));
        gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
        gateways.wire.run_for(seconds(300));
        gateways.wire.on_the_way = nullptr;
    }
    SECTION("the peer") {
        gateways.wire.clear(gateways.right, live(gateways.right).sa().id);
        gateways.wire.settle();
    }
    REQUIRE(gateways.left.sas().empty());
    gateways.left.sent.clear();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kInit});
    CHECK(gateways.left.established() == 1);
}

TEST_CASE("nothing is resumed that the configuration does not know any more", "[engine][rfc5723-6.2]") {
    Interrupted gateways;
    gateways.interrupt();
    ConnectionWords words = resuming();
    std::string secret = kSecret;
    SECTION("by its secret") { secret = "another"; }
    SECTION("by its identities") { words.local_id = "z.example"; }
    SECTION("by its algorithms") { words.ike = "aes256-sha512-x25519"; }
    SECTION("by its wish to resume") { words.session_resumption = false; }
    gateways.wire.feed(gateways.left, ike::Reconfigure{snapshot({connection(words)}, {{secret, {}}})});
    gateways.wire.initiate(gateways.left, "192.0.2.2");
    gateways.wire.settle();
    CHECK(first_exchanges(gateways.left).at(0) == kInit);
}

TEST_CASE("a ticket that has expired is not shown", "[engine][rfc5723-4.3.1]") {
    ike::Options options;
    options.ticket_life = seconds(250);
    Interrupted gateways(resuming(), options);
    gateways.interrupt();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kInit});
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a ticket is shown in one attempt only", "[engine][rfc5723-4.3.1]") {
    Interrupted gateways;
    gateways.interrupt();
    gateways.wire.on_the_way = [](const Parcel&) { return false; };
    gateways.connect();
    gateways.wire.run_for(seconds(300));
    REQUIRE(gateways.left.sas().empty());
    gateways.wire.on_the_way = nullptr;
    gateways.left.sent.clear();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kInit});
    CHECK(gateways.left.established() == 1);
}

TEST_CASE("a client asks for another ticket once its IKE SA has other keys", "[engine][rfc5723-4.1][rfc5723-6.2]") {
    Interrupted gateways;
    Host& who = GENERATE(true, false) ? gateways.left : gateways.right;
    gateways.wire.rekey(who, live(who).sa().id);
    gateways.wire.run_for(seconds(5));
    CHECK(gateways.disagreement() == "");
    gateways.interrupt();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kResume});
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("who does not want to resume asks for no ticket", "[engine][rfc5723-4.1]") {
    Lonely lonely;
    lonely.be_called();
    CHECK(lonely.auth_request.find(wire::NotifyType::ticket_request) == nullptr);
}

TEST_CASE("who authenticates again shows no ticket", "[engine][rfc5723-4.3.1]") {
    ConnectionWords words = resuming();
    words.reauth_time = seconds(1000);
    Interrupted gateways(words);
    gateways.left.sent.clear();
    gateways.wire.run_for(seconds(1100));
    CHECK(first_exchanges(gateways.left) == Exchanges{kInit});
    CHECK(gateways.left.reported("IKE SA reauthenticated"));
    // What it was given meanwhile is of the one that stands.
    gateways.interrupt();
    gateways.connect();
    CHECK(first_exchanges(gateways.left) == Exchanges{kResume});
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a gateway that takes the ticket is believed when it proves the keys",
          "[engine][rfc5723-4.3.3][hostile-e10]") {
    Called lonely;
    const auto request = read(lonely.request());
    CHECK(request.header.exchange == kResume);
    CHECK(request.clear.find(wire::NotifyType::ticket_opaque)->data == base::Bytes(50, 7));
    const auto sent = lonely.tell(lonely.peer.answer_resume(lonely.request()));
    const auto auth = lonely.peer.open(sent.at(0));
    REQUIRE(auth);
    CHECK(auth->id_i->identity == identity("a.example"));
    CHECK(auth->id_r->identity == identity("b.example"));
    SECTION("it does") {
        lonely.tell(lonely.peer.protect(kAuth, 1, true, lonely.peer.auth_response(*auth)));
        CHECK(lonely.host.outcome(lonely.operation) == "ok");
        CHECK(lonely.host.established() == 1);
    }
    const auto begins_anew = [&](const Payloads& answer) {
        const auto id = lonely.sa()->sa().id;
        const auto anew = lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
        CHECK(lonely.host.established() == 0);
        CHECK(lonely.host.outcome(lonely.operation) == "running");
        REQUIRE(lonely.host.sas().size() == 1);
        CHECK(lonely.sa()->sa().id == id);
        REQUIRE(anew.size() == 1);
        CHECK(read(anew.at(0)).header.exchange == kInit);
        // What was wanted comes up in the other one.
        ScriptedPeer peer(8);
        const auto proof = lonely.tell(peer.answer_init(anew.at(0)));
        lonely.tell(peer.protect(kAuth, 1, true, peer.auth_response(*peer.open(proof.at(0)))));
        CHECK(lonely.host.outcome(lonely.operation) == "ok");
        CHECK(lonely.host.established() == 1);
        CHECK(lonely.host.kernel.children().size() == 1);
    };
    SECTION("it does not") {
        Payloads answer = lonely.peer.auth_response(*auth);
        std::get<wire::Authentication>(answer.at(1)).data.front() ^= 1;
        begins_anew(answer);
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    SECTION("it is somebody else") {
        Payloads answer = lonely.peer.auth_response(*auth);
        std::get<wire::IdentificationResponder>(answer.at(0)).identity = identity("c.example");
        begins_anew(answer);
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    SECTION("it does not believe us") {
        begins_anew({notify(wire::NotifyType::authentication_failed)});
        CHECK(lonely.host.count(Reason::AuthenticationRefused) == 1);
    }
}

TEST_CASE("answers that are none to a ticket are waited out, or refuse it", "[engine][rfc5723-4.3.2][hostile-e10]") {
    Called lonely;
    const base::Bytes request = lonely.request();
    SECTION("our own nonce is nobody's answer") {
        wire::Header header = read(request).header;
        header.from_original_initiator = false;
        header.is_response = true;
        header.spi_r = wire::IkeSpi{5};
        lonely.tell(wire::encode(header, {*read(request).clear.nonce}));
        CHECK(lonely.host.count(Reason::NonceReflected) == 1);
        CHECK(lonely.tell(lonely.peer.answer_resume(request)).size() == 1);
    }
    SECTION("nor is an answer without an SPI") {
        wire::Header header = read(request).header;
        header.from_original_initiator = false;
        header.is_response = true;
        lonely.tell(wire::encode(header, {wire::Nonce{base::Bytes(32, 1)}}));
        CHECK(lonely.host.count(Reason::SpiInvalid) == 1);
        CHECK(lonely.tell(lonely.peer.answer_resume(request)).size() == 1);
    }
    SECTION("nor one to IKE_SA_INIT") {
        wire::Header header = read(request).header;
        header.exchange = kInit;
        header.from_original_initiator = false;
        header.is_response = true;
        header.spi_r = wire::IkeSpi{5};
        lonely.tell(wire::encode(header, lonely.peer.init_payloads()));
        CHECK(lonely.host.count(Reason::ResponseUnexpected) == 1);
        CHECK(lonely.tell(lonely.peer.answer_resume(request)).size() == 1);
    }
    SECTION("any refusal leads to IKE_SA_INIT, once") {
        const auto type = GENERATE(wire::NotifyType::ticket_nack, wire::NotifyType::invalid_syntax,
                                   wire::NotifyType::no_proposal_chosen, wire::NotifyType::invalid_ike_spi);
        const auto sent = lonely.tell(refusal(request, notify(type)));
        REQUIRE(sent.size() == 1);
        const auto init = read(sent.at(0));
        CHECK(init.header.exchange == kInit);
        CHECK(init.clear.nonce != read(request).clear.nonce);
        CHECK(lonely.tell(refusal(request, notify(type))).empty());
        CHECK(lonely.tell(lonely.peer.answer_resume(request)).empty());  // too late
        CHECK(lonely.host.count(Reason::ResponseUnexpected) == 2);
    }
}

TEST_CASE("a ticket that cannot be read is none", "[engine][rfc5723-7.1][hostile-e10]") {
    const auto size = GENERATE(0U, 3U, 4U);
    Lonely lonely(Called::checked());
    lonely.be_called();
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    answer.emplace_back(notify(wire::NotifyType::ticket_lt_opaque, base::Bytes(size, 1)));
    lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
    CHECK(lonely.host.established() == 1);
    lonely.wire.run_for(seconds(300));
    lonely.host.sent.clear();
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    CHECK(first_exchanges(lonely.host) == Exchanges{kInit});
}

}  // namespace xfrmd::tests
