// Tickets, and IKE SAs that are resumed with them (RFC 5723), as gateway.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/base/reader.h"
#include "ike/crypto/prf.h"
#include "tests/unit/engine/resumed.h"

namespace xfrmd::tests {

namespace {

std::uint32_t lifetime_of(base::ByteView ticket) { return base::Reader(ticket).u32(); }

const wire::Notify kRequest = notify(wire::NotifyType::ticket_request);

}  // namespace

TEST_CASE("a client gets a ticket and resumes with it", "[engine][rfc5723-4.1][rfc5723-4.3.3][rfc5723-7]") {
    Ticketed lonely;
    CHECK(lifetime_of(lonely.ticket) == 24 * 3600);
    const auto old = lonely.sa()->sa().spi_r;
    const auto old_child = lonely.host.kernel.list().at(0)->child;
    const auto before = lonely.host.sent.size();

    const auto answers = lonely.tell(lonely.peer.resume_request(lonely.ticket));
    const wire::Received answer = read(answers.at(0));
    CHECK(answer.header.exchange == kResume);
    CHECK(answer.header.spi_i == lonely.peer.spi_i);
    CHECK(answer.header.spi_r != old);
    CHECK_FALSE(answer.clear.sa);
    CHECK_FALSE(answer.clear.key_exchange);
    CHECK(answer.clear.find(wire::NotifyType::nat_detection_source_ip) != nullptr);
    lonely.peer.take_resume_response(answers.at(0));
    CHECK(lonely.host.established() == 1);  // the old one, until it is proved

    const auto proofs = lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee03)));
    const auto proof = lonely.peer.open(proofs.at(0));
    REQUIRE(proof);
    CHECK(proof->id_r->identity == identity("a.example"));
    CHECK(proof->certificates.empty());
    CHECK(proof->notifies.empty());  // no ticket was asked for
    // 4.3.4: the old one goes without a word.
    CHECK(lonely.host.sent.size() == before + 2);
    REQUIRE(lonely.host.sas().size() == 1);
    CHECK(lonely.sa()->sa().spi_r == lonely.peer.spi_r);
    CHECK(lonely.host.reported("IKE SA resumed with b.example"));
    REQUIRE(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.kernel.list().at(0)->child != old_child);
    CHECK(lonely.host.kernel.complaints().empty());
    lonely.wire.run_for(seconds(60));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("AUTH over the message alone, as libreswan makes it, is answered likewise", "[engine][rfc5723-4.3.3]") {
    Ticketed lonely;
    const base::Bytes request = lonely.peer.resume_request(lonely.ticket);
    const base::Bytes response = lonely.tell(request).at(0);
    lonely.peer.take_resume_response(response);
    lonely.peer.signs_message_alone = GENERATE(true, false);
    const auto sent = lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee03)));
    const auto answer = lonely.peer.open(sent.at(0));
    REQUIRE(answer->auth);
    const auto& keyed = lonely.sa()->established()->keyed;
    const base::SecretBytes alone = crypto::Prf(keyed.suite.prf, keyed.sk_p_local.view())({response});
    CHECK(base::equal(answer->auth->data, alone.view()) == lonely.peer.signs_message_alone);
    CHECK(lonely.host.reported("IKE SA resumed"));
}

TEST_CASE("a resumed IKE SA has a ticket of its own", "[engine][rfc5723-4.3.3]") {
    Ticketed lonely;
    for (int i = 0; i < 3; ++i) {
        lonely.peer.take_resume_response(lonely.tell(lonely.peer.resume_request(lonely.ticket)).at(0));
        const auto given = lonely.ask();
        REQUIRE(given.size() == 1);
        CHECK(given[0].type == wire::NotifyType::ticket_lt_opaque);
        CHECK(given[0].data != lonely.ticket);
        lonely.ticket = given[0].data;
        CHECK(lonely.host.sas().size() == 1);
    }
}

TEST_CASE("a ticket is good from any address, and when the IKE SA has ended in silence", "[engine][rfc5723-4.3.2]") {
    ConnectionWords words = resuming({.remote = ""});
    words.dpd_delay = GENERATE(seconds(0), seconds(10));
    Ticketed lonely(words);
    lonely.wire.run_for(seconds(300));
    CHECK(lonely.host.sas().empty() == (words.dpd_delay != seconds(0)));
    lonely.peer.self = {address("203.0.113.9"), 4711};
    lonely.resume();
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.sa()->sa().remote.address == address("203.0.113.9"));
    CHECK(lonely.host.kernel.children().size() == 1);
}

TEST_CASE("a ticket's life ends with the IKE SA's", "[engine][rfc5723-6.2]") {
    SECTION("that is not rekeyed") {
        ConnectionWords words = resuming();
        words.rekey_time = seconds(3600);
        words.over_time = seconds(360);
        CHECK(lifetime_of(Ticketed(words).ticket) == 3960);
    }
    SECTION("or whose client is to authenticate again") {
        ConnectionWords words = resuming();
        words.reauth_time = seconds(600);
        CHECK(lifetime_of(Ticketed(words).ticket) == 600);
    }
    SECTION("and is finite") {
        ike::Options options;
        options.ticket_life = seconds(77);
        CHECK(lifetime_of(Ticketed(resuming(), options).ticket) == 77);
    }
}

TEST_CASE("resuming does not put off authenticating again", "[engine][rfc5723-5]") {
    ConnectionWords words = resuming();
    words.reauth_time = seconds(600);
    words.over_time = seconds(60);
    Ticketed lonely(words);
    lonely.wire.run_for(seconds(400));
    lonely.peer.take_resume_response(lonely.tell(lonely.peer.resume_request(lonely.ticket)).at(0));
    const auto sent = lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee03)));
    const auto answer = lonely.peer.open(sent.at(0));
    REQUIRE(answer->find(wire::NotifyType::auth_lifetime) != nullptr);
    const auto left = base::Reader(answer->find(wire::NotifyType::auth_lifetime)->data).u32();
    CHECK(left <= 200);
    CHECK(left >= 199);
    lonely.wire.run_for(seconds(259));
    CHECK(lonely.host.established() == 1);
    lonely.wire.run_for(seconds(2));
    CHECK(lonely.host.count(Reason::LifeOver) + lonely.host.established() == 0);  // its Delete is on its way
    CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->deletes.size() == 1);
}

TEST_CASE("a client may ask for a ticket at any time", "[engine][rfc5723-4.1]") {
    Lonely lonely(resuming());
    lonely.establish();
    SECTION("in an exchange of its own") {
        const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 2, false, {kRequest}));
        const auto answer = lonely.peer.open(sent.at(0));
        REQUIRE(answer->find(wire::NotifyType::ticket_lt_opaque) != nullptr);
        const base::Bytes ticket = answer->find(wire::NotifyType::ticket_lt_opaque)->data;
        lonely.peer.keep_session();
        lonely.peer.take_resume_response(lonely.tell(lonely.peer.resume_request(ticket)).at(0));
        lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee03)));
        CHECK(lonely.host.established() == 1);
        CHECK(lonely.host.reported("IKE SA resumed"));
    }
    SECTION("with the rekeying it is told to ask later") {
        Payloads request = ScriptedPeer::ike_rekeying(1);
        request.emplace_back(kRequest);
        const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, request));
        const auto answer = lonely.peer.open(sent.at(0));
        CHECK(answer->sa.has_value());
        CHECK(answer->find(wire::NotifyType::ticket_ack) != nullptr);
    }
}

TEST_CASE("who is not to resume gets no ticket, and its IKE SA all the same", "[engine][rfc5723-4.1]") {
    Lonely lonely;
    lonely.begin();
    Payloads request = lonely.peer.auth_request();
    request.emplace_back(kRequest);
    const auto answer = lonely.peer.open(lonely.tell(lonely.peer.protect(kAuth, 1, false, request)).at(0));
    CHECK(answer->notifies == std::vector{notify(wire::NotifyType::ticket_nack)});
    CHECK(answer->sa.has_value());
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("who asks for nothing gets no ticket", "[engine][rfc5723-4.1]") {
    Lonely lonely(resuming());
    lonely.begin();
    const auto sent = lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request()));
    CHECK(lonely.peer.open(sent.at(0))->notifies.empty());
}

TEST_CASE("IKE_SESSION_RESUME is asked for a cookie like IKE_SA_INIT", "[engine][rfc5723-4.3.2]") {
    Ticketed lonely;
    for (unsigned i = 0; i < lonely.host.options.cookie_threshold_per_address; ++i) {
        lonely.tell(ScriptedPeer(100 + i).init_request());
    }
    const auto before = lonely.host.engine.half_open();
    const base::Bytes request = lonely.peer.resume_request(lonely.ticket);
    const auto asked = lonely.tell(request);
    const wire::Received answer = read(asked.at(0));
    CHECK(answer.header.exchange == kResume);
    REQUIRE(answer.clear.find(wire::NotifyType::cookie) != nullptr);
    CHECK(lonely.host.engine.half_open() == before);
    const wire::Received first = read(request);
    const auto again = wire::encode(first.header, {*answer.clear.find(wire::NotifyType::cookie), *first.clear.nonce,
                                                   *first.clear.find(wire::NotifyType::ticket_opaque)});
    CHECK(read(lonely.tell(again).at(0)).clear.nonce.has_value());
    CHECK(lonely.host.engine.half_open() == before + 1);
}

TEST_CASE("the same IKE_SESSION_RESUME again gets the same answer again", "[engine][rfc5723-4.3.2]") {
    Ticketed lonely;
    const base::Bytes request = lonely.peer.resume_request(lonely.ticket);
    const auto first = lonely.tell(request);
    CHECK(lonely.tell(request) == first);
    CHECK(lonely.host.engine.half_open() == 1);
}

}  // namespace xfrmd::tests
