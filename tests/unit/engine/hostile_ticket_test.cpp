// Row E10 of tests/rfc/hostile.md: tickets that are forged, replayed, too old, another engine's, or of a user that is
// none any more (RFC 5723 4.3, 9). Whoever shows one is told so and can begin with IKE_SA_INIT.
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/resumed.h"

namespace xfrmd::tests {

namespace {

void reconfigure(Ticketed& lonely, policy::Snapshot configuration) {
    lonely.wire.feed(lonely.host, ike::Reconfigure{std::move(configuration)});
    lonely.wire.settle();
}

// The client has gone without a word, and the engine knows.
struct Silent : Ticketed {
    Silent() : Ticketed(checked()) {
        wire.run_for(seconds(300));
        REQUIRE(host.sas().empty());
    }
    static ConnectionWords checked() {
        ConnectionWords words = resuming();
        words.dpd_delay = seconds(10);
        return words;
    }
};

}  // namespace

TEST_CASE("a forged ticket opens nothing", "[engine][rfc5723-9.2][hostile-e10]") {
    ike::Options options;
    options.attempts_per_address = 0;
    Ticketed lonely(resuming(), options);
    const base::Bytes good = lonely.ticket;
    SECTION("changed anywhere") {
        for (std::size_t at = 4; at < good.size(); ++at) {
            lonely.ticket = good;
            lonely.ticket[at] ^= 1;
            lonely.check_nack(Reason::TicketUnknown);
        }
    }
    SECTION("cut anywhere") {
        for (std::size_t size = 4; size < good.size(); size += 7) {
            lonely.ticket.assign(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
            lonely.check_nack(Reason::TicketUnknown);
        }
    }
    SECTION("longer") {
        lonely.ticket.push_back(0);
        lonely.check_nack(Reason::TicketUnknown);
    }
    CHECK(lonely.host.established() == 1);
    lonely.ticket = good;
    lonely.resume();
    CHECK(lonely.host.reported("IKE SA resumed"));
}

TEST_CASE("a ticket of another engine, or of one that has been restarted, opens nothing",
          "[engine][rfc5723-4.3.2][hostile-e10]") {
    Ticketed lonely;
    SECTION("that has given none itself") {
        Lonely other(resuming());
        check_refused(other, Reason::TicketUnknown, [&] { other.tell(lonely.peer.resume_request(lonely.ticket)); }, 1);
    }
    SECTION("with a key of its own") {
        Host& again = lonely.wire.restart(lonely.host);
        const auto say = [&](base::Bytes bytes) {
            lonely.wire.inject(lonely.peer.self, lonely.peer.engine, std::move(bytes));
            lonely.wire.settle();
            return again.sent.back().bytes;
        };
        ScriptedPeer other(8);
        other.take_init_response(say(other.init_request()));
        Payloads request = other.auth_request();
        request.emplace_back(notify(wire::NotifyType::ticket_request));
        say(other.protect(kAuth, 1, false, request));
        REQUIRE(again.established() == 1);
        say(lonely.peer.resume_request(lonely.ticket));
        CHECK(again.count(Reason::TicketUnknown) == 1);
        CHECK(again.engine.half_open() == 0);
    }
    SECTION("by what it says") {
        lonely.ticket[4 + 1] ^= 0xff;  // the shard, after the lifetime and the version
        lonely.check_nack(Reason::TicketUnknown);
    }
}

TEST_CASE("a ticket that has expired opens nothing", "[engine][rfc5723-6.1][hostile-e10]") {
    ike::Options options;
    options.ticket_life = seconds(100);
    Ticketed lonely(resuming(), options);
    lonely.wire.run_for(seconds(99));
    CHECK(lonely.tell(lonely.peer.resume_request(lonely.ticket)).size() == 1);
    CHECK(lonely.host.engine.half_open() == 1);
    lonely.wire.run_for(seconds(60));
    lonely.check_nack(Reason::TicketExpired);
    lonely.wire.run_for(seconds(1000));
    lonely.check_nack(Reason::TicketExpired);
}

TEST_CASE("a ticket is good for one IKE SA", "[engine][rfc5723-4.3.1][rfc5723-9.10][hostile-e10]") {
    Ticketed lonely;
    const base::Bytes request = lonely.peer.resume_request(lonely.ticket);
    lonely.peer.take_resume_response(lonely.tell(request).at(0));
    const base::Bytes proof = lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee03));
    SECTION("once it stands it is spent") {
        lonely.tell(proof);
        lonely.check_nack(Reason::TicketSpent);
        // What somebody has heard and says again is an old message id.
        check_refused(lonely, Reason::MessageIdUnexpected, [&] { lonely.tell(request); });
    }
    SECTION("of two that were begun with it the second one fails") {
        lonely.peer.take_resume_response(lonely.tell(lonely.peer.resume_request(lonely.ticket)).at(0));
        CHECK(lonely.host.engine.half_open() == 2);
        lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee04)));
        const auto spi = lonely.peer.spi_i;
        lonely.tell(proof);
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
        CHECK(lonely.host.engine.half_open() == 0);
        REQUIRE(lonely.host.established() == 1);
        CHECK(lonely.sa()->sa().spi_i == spi);
    }
}

TEST_CASE("a ticket is good once, also where the old IKE SA had gone in silence",
          "[engine][rfc5723-4.3.1][hostile-e10]") {
    Silent lonely;
    lonely.resume();
    CHECK(lonely.host.established() == 1);
    lonely.check_nack(Reason::TicketSpent);
}

TEST_CASE("a ticket goes with its IKE SA", "[engine][rfc5723-6.2][rfc5723-9.8][hostile-e10]") {
    Ticketed lonely;
    SECTION("that the client deletes") {
        lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 2, false,
                                        {wire::Delete{policy::ProtocolId::ike, {}}}));
    }
    SECTION("that an operator clears, heard or not") {
        const auto answer = GENERATE(true, false);
        lonely.wire.clear(lonely.host, lonely.sa()->sa().id);
        lonely.wire.settle();
        if (answer) lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 0, true, {}));
        lonely.wire.run_for(seconds(300));
    }
    SECTION("that an operator clears at once") {
        lonely.wire.clear(lonely.host, lonely.sa()->sa().id, {}, true);
        lonely.wire.settle();
    }
    CHECK(lonely.host.sas().empty());
    lonely.check_nack(Reason::TicketSpent);
}

TEST_CASE("a ticket goes with the keys that are in it", "[engine][rfc5723-6.2][hostile-e10]") {
    Ticketed lonely;
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, ScriptedPeer::ike_rekeying(1)));
    REQUIRE(lonely.host.established() == 2);  // the old one waits for its Delete
    lonely.check_nack(Reason::TicketSpent);
}

TEST_CASE("a ticket of a user that is none any more opens nothing", "[engine][rfc5723-9.7][hostile-e10]") {
    Silent lonely;
    const auto only = [](ConnectionWords words, const std::string& secret = kSecret) {
        return snapshot({connection(words)}, {{secret, {}}});
    };
    ConnectionWords words = Silent::checked();
    SECTION("whose connection is gone") {
        words.name = "other";
        reconfigure(lonely, only(words));
    }
    SECTION("whose key is gone") { reconfigure(lonely, snapshot({connection(words)}, {})); }
    SECTION("whose key is another one") { reconfigure(lonely, only(words, "battery horse")); }
    SECTION("whose connection does not resume any more") {
        words.session_resumption = false;
        reconfigure(lonely, only(words));
    }
    SECTION("whose connection is somebody else's") {
        words.remote_id = "c.example";
        reconfigure(lonely, only(words));
    }
    SECTION("to whom we are somebody else") {
        words.local_id = "d.example";
        reconfigure(lonely, only(words));
    }
    SECTION("whose algorithms are not good enough any more") {
        words.ike = "aes256-sha512-x25519";
        reconfigure(lonely, only(words));
    }
    SECTION("whose address is not allowed any more") {
        words.remote = "192.0.2.77";
        reconfigure(lonely, only(words));
    }
    lonely.check_nack(Reason::TicketOutdated);
    CHECK(lonely.host.sas().empty());
}

TEST_CASE("who has the ticket and not the keys gets nowhere", "[engine][rfc5723-9.1][rfc5723-4.3.3][hostile-e10]") {
    Ticketed lonely;
    lonely.peer.take_resume_response(lonely.tell(lonely.peer.resume_request(lonely.ticket)).at(0));
    Payloads request = lonely.peer.auth_request(0xc0ffee03);
    SECTION("without AUTH") {
        std::get<wire::Authentication>(request.at(2)).data.back() ^= 1;
        lonely.tell(lonely.peer.protect(kAuth, 1, false, request));
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    SECTION("as somebody else") {
        lonely.peer.id = "c.example";
        lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee03)));
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    SECTION("asking for somebody else") {
        lonely.peer.engine_id = "d.example";
        lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request(0xc0ffee03)));
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    SECTION("when the user has been removed meanwhile") {
        reconfigure(lonely, snapshot({connection(resuming())}, {}));
        lonely.tell(lonely.peer.protect(kAuth, 1, false, request));
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    SECTION("without its integrity") {
        base::Bytes message = lonely.peer.protect(kAuth, 1, false, request);
        message.back() ^= 1;
        lonely.tell(message);
        CHECK(lonely.host.count(Reason::IntegrityCheckFailed) == 1);
        lonely.wire.run_for(seconds(31));
    }
    CHECK(lonely.host.engine.half_open() == 0);
    REQUIRE(lonely.host.established() == 1);  // the old one is not touched
    CHECK(lonely.sa()->sa().spi_i != lonely.peer.spi_i);
    CHECK(lonely.host.kernel.children().size() == 1);
    CHECK_FALSE(lonely.host.reported("IKE SA resumed"));
}

TEST_CASE("a request without a ticket, or with what does not belong there, is refused",
          "[engine][rfc5723-4.3.2][hostile-e10]") {
    Lonely lonely(resuming());
    wire::Header header = lonely.peer.init_header();
    header.exchange = kResume;
    const wire::Nonce nonce{lonely.peer.nonce};
    const auto ticket = notify(wire::NotifyType::ticket_opaque, base::Bytes(100, 1));
    check_refused(lonely, Reason::PayloadMissing, [&] { lonely.tell(wire::encode(header, {nonce})); }, 1);
    check_refused(lonely, Reason::PayloadMissing, [&] { lonely.tell(wire::encode(header, {ticket})); });
    const Payloads init = lonely.peer.init_payloads();
    check_refused(lonely, Reason::PayloadUnexpected,
                  [&] { lonely.tell(wire::encode(header, {nonce, ticket, init[0]})); });
    check_refused(lonely, Reason::PayloadUnexpected,
                  [&] { lonely.tell(wire::encode(header, {nonce, ticket, init[1]})); });
    check_refused(lonely, Reason::PayloadRepeated, [&] { lonely.tell(wire::encode(header, {nonce, nonce, ticket})); });
    check_refused(
        lonely, Reason::TicketUnknown,
        [&] { lonely.tell(wire::encode(header, {nonce, notify(wire::NotifyType::ticket_opaque)})); }, 1);
    header.spi_r = wire::IkeSpi{5};
    check_refused(lonely, Reason::SpiInvalid, [&] { lonely.tell(wire::encode(header, {nonce, ticket})); });
}

TEST_CASE("a flood of tickets leaves nothing behind", "[engine][rfc5723-9.3][hostile-e10]") {
    Lonely lonely(resuming());
    std::size_t answers = 0;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        ScriptedPeer peer(seed);
        answers += lonely.tell(peer.resume_request(base::Bytes(200, static_cast<std::uint8_t>(seed)))).size();
    }
    CHECK(lonely.host.sas().empty());
    CHECK(lonely.host.engine.half_open() == 0);
    CHECK(answers <= 500);
}

}  // namespace xfrmd::tests
