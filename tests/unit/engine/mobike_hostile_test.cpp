// Row E8 of tests/rfc/hostile.md: what an authenticated peer, or somebody on the way to it, may try with MOBIKE (RFC
// 4555 3.5-3.9, 5).
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/hostile.h"

namespace xfrmd::tests {

namespace {

constexpr auto kInformational = wire::ExchangeType::informational;
using wire::NotifyType;

// The engine follows: the peer has begun.
struct Following : Lonely {
    Following() : Lonely(words()) {
        begin();
        Payloads request = peer.auth_request();
        request.emplace_back(notify(NotifyType::mobike_supported));
        tell(peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
    }
    static ConnectionWords words() {
        ConnectionWords words;
        words.mobike = true;
        return words;
    }
    // The payloads of the answer to a request from there.
    wire::Payloads ask(const base::Endpoint& from, const Payloads& payloads) {
        const auto sent = tell(from, peer.engine, peer.protect(kInformational, next++, false, payloads));
        asked = sent.size() > 1 ? peer.open(sent.at(1)) : std::nullopt;
        return peer.open(sent.at(0)).value();
    }
    const ike::ChildInstall& child() const { return *host.kernel.list().at(0); }

    std::uint32_t next = 2;
    std::optional<wire::Payloads> asked;  // what the engine wanted to know after that
};

const base::Endpoint kElsewhere{address("192.0.2.22"), 500};

wire::Notify update() { return notify(NotifyType::update_sa_addresses); }

}  // namespace

TEST_CASE("an update is followed once its sender has answered from there", "[engine][rfc4555-3.7][hostile-e8]") {
    Following following;
    const auto answer = following.ask(kElsewhere, {update(), notify(NotifyType::cookie2, base::Bytes(8, 7))});
    REQUIRE(answer.find(NotifyType::cookie2) != nullptr);
    CHECK(answer.find(NotifyType::cookie2)->data == base::Bytes(8, 7));
    CHECK(following.sa()->sa().remote == kElsewhere);
    CHECK(following.child().remote.address == address("192.0.2.2"));
    REQUIRE(following.asked);
    const wire::Notify* cookie = following.asked->find(NotifyType::cookie2);
    REQUIRE(cookie != nullptr);
    CHECK(cookie->data.size() >= 8);
    following.tell(kElsewhere, following.peer.engine, following.peer.protect(kInformational, 0, true, {*cookie}));
    CHECK(following.child().remote == kElsewhere);
}

TEST_CASE("whoever answers a check without its COOKIE2 has not seen it", "[engine][rfc4555-3.7][hostile-e8]") {
    const bool none = GENERATE(true, false);
    Following following;
    following.ask(kElsewhere, {update()});
    Payloads wrong;
    if (!none) wrong.emplace_back(notify(NotifyType::cookie2, base::Bytes(16, 1)));
    check_ended(following, Reason::PayloadMalformed, [&] {
        following.tell(kElsewhere, following.peer.engine, following.peer.protect(kInformational, 0, true, wrong));
    });
}

TEST_CASE("a victim's address that never answers gets no packet of users", "[engine][rfc4555-3.7][hostile-e8]") {
    Following following;
    following.ask({address("198.51.100.66"), 500}, {update()});
    following.wire.run_for(seconds(300));
    CHECK(following.host.count(Reason::PeerSilent) == 1);
    CHECK(following.host.sas().empty());  // the check was given up
    CHECK(following.host.kernel.children().empty());
}

TEST_CASE("updates do not use up what we try ourselves", "[engine][rfc4555-3.5][hostile-e8]") {
    Following following;
    following.wire.clear(following.host, following.sa()->sa().id, following.child().child);
    for (int i = 0; i < 20; ++i) {
        following.ask(i % 2 == 0 ? kElsewhere : following.peer.self, {update()});
        following.wire.run_for(seconds(1));
    }
    CHECK(following.host.sas().size() == 1);
}

TEST_CASE("an update that moves nothing asks for nothing", "[engine][rfc4555-3.5][hostile-e8]") {
    Following following;
    following.ask(following.peer.self, {update()});
    CHECK_FALSE(following.asked);
    CHECK_FALSE(following.host.reported("peer has moved"));
}

TEST_CASE("an update from where nobody can be is not even read", "[engine][rfc4555-3.5][hostile-e8]") {
    const char* const bad = GENERATE("224.0.0.1", "255.255.255.255", "0.0.0.0", "192.0.2.1");
    Following following;
    const base::Bytes request = following.peer.protect(kInformational, 2, false, {update()});
    check_refused(following, Reason::SourceAddressInvalid,
                  [&] { following.tell({address(bad), 500}, following.peer.engine, request); });
    CHECK(following.sa()->sa().remote == following.peer.self);
}

TEST_CASE("NO_NATS_ALLOWED that does not fit the packet's addresses stops the update",
          "[engine][rfc4555-3.9][hostile-e8]") {
    Following following;
    // 192.0.2.2:500 to 192.0.2.1:500, as the sender believes.
    const base::Bytes ends{192, 0, 2, 2, 192, 0, 2, 1, 0x01, 0xf4, 0x01, 0xf4};
    const base::Bytes data =
        GENERATE_COPY(ends, base::Bytes(), base::Bytes(36, 1), base::Bytes(ends.begin(), ends.end() - 1));
    auto answer = following.ask(kElsewhere, {update(), notify(NotifyType::no_nats_allowed, data)});
    CHECK(answer.find(NotifyType::unexpected_nat_detected) != nullptr);
    CHECK(following.sa()->sa().remote == following.peer.self);
    answer = following.ask(kElsewhere, {notify(NotifyType::no_nats_allowed, data),
                                        notify(NotifyType::additional_ip4_address, {192, 0, 2, 9})});
    CHECK(answer.find(NotifyType::unexpected_nat_detected) != nullptr);
    CHECK(following.sa()->sa().mobility.elsewhere.empty());
    const base::Bytes right{192, 0, 2, 22, 192, 0, 2, 1, 0x01, 0xf4, 0x01, 0xf4};
    answer = following.ask(kElsewhere, {update(), notify(NotifyType::no_nats_allowed, right)});
    CHECK(answer.find(NotifyType::unexpected_nat_detected) == nullptr);
    CHECK(following.sa()->sa().remote == kElsewhere);
}

TEST_CASE("a thousand additional addresses are eight, and nonsense is none", "[engine][rfc4555-3.6][hostile-e8]") {
    Following following;
    Payloads many{notify(NotifyType::additional_ip4_address, {224, 0, 0, 1}),
                  notify(NotifyType::additional_ip4_address, base::Bytes(16, 1)),
                  notify(NotifyType::additional_ip6_address, {10, 0, 0, 1}),
                  notify(NotifyType::additional_ip4_address, {}),
                  notify(NotifyType::additional_ip4_address, {10, 0, 0, 1})};
    for (std::uint8_t last = 1; last < 40; ++last) {
        many.emplace_back(notify(NotifyType::additional_ip4_address, {10, 0, 0, last}));
    }
    following.ask(following.peer.self, many);
    CHECK(following.sa()->sa().mobility.elsewhere.size() == ikev2::sa::kMostAddresses);
    CHECK(following.sa()->sa().mobility.elsewhere.front() == address("10.0.0.1"));
    following.ask(following.peer.self, {notify(NotifyType::additional_ip6_address, base::Bytes(16, 0x20))});
    CHECK(following.sa()->sa().mobility.elsewhere.size() == 1);
    following.ask(following.peer.self, {});
    CHECK(following.sa()->sa().mobility.elsewhere.size() == 1);
    following.ask(following.peer.self, {notify(NotifyType::no_additional_addresses)});
    CHECK(following.sa()->sa().mobility.elsewhere.empty());
}

TEST_CASE("a COOKIE2 of a wrong size is not echoed", "[engine][rfc4555-4.2.5][hostile-e8]") {
    const std::size_t size = GENERATE(0U, 7U, 65U, 1000U);
    Following following;
    const auto answer = following.ask(following.peer.self, {notify(NotifyType::cookie2, base::Bytes(size, 1))});
    CHECK(answer.find(NotifyType::cookie2) == nullptr);
    CHECK(following.host.counted() == 0);
}

TEST_CASE("an old update from elsewhere moves nothing", "[engine][rfc4555-3.5][hostile-e7][hostile-e8]") {
    Following following;
    const base::Bytes request = following.peer.protect(kInformational, 2, false, {update()});
    following.tell(kElsewhere, following.peer.engine, request);
    REQUIRE(following.sa()->sa().remote == kElsewhere);
    following.tell({address("198.51.100.66"), 500}, following.peer.engine, request);
    CHECK(following.sa()->sa().remote == kElsewhere);
}

TEST_CASE("without MOBIKE agreed on, and from who follows, updates say nothing", "[engine][rfc4555-3.2][rfc4555-3.5]") {
    Lonely plain;
    plain.establish();
    plain.tell(kElsewhere, plain.peer.engine, plain.peer.protect(kInformational, 2, false, {update()}));
    CHECK(plain.sa()->sa().remote == plain.peer.self);

    Lonely leading(Following::words());
    leading.be_called();
    Payloads answer = leading.peer.auth_response(leading.auth_request);
    answer.emplace_back(notify(NotifyType::mobike_supported));
    leading.tell(leading.peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    REQUIRE(leading.sa()->sa().mobility.agreed);
    leading.tell(kElsewhere, leading.peer.engine, leading.peer.protect(kInformational, 0, false, {update()}));
    CHECK(leading.sa()->sa().remote.address == address("192.0.2.2"));
}

}  // namespace xfrmd::tests
