// Rows A10, A11 and A16 of tests/rfc/hostile.md: floods of first requests, from nowhere and from hosts that hear our
// answers (RFC 7296 2.6; RFC 8019).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

#include "ike/source_budgets.h"

namespace xfrmd::tests {

namespace {

base::Endpoint host_number(std::uint32_t number) {
    const auto octet = [number](unsigned shift) { return static_cast<std::uint8_t>(number >> shift); };
    return {base::Address::v4({100, octet(16), octet(8), octet(0)}), 500};
}

ike::Options cookies_from(std::size_t threshold) {
    ike::Options options;
    options.cookie_threshold = threshold;
    return options;
}

const ConnectionWords kAnybody{.remote = ""};

base::Bytes with_cookie(ScriptedPeer& peer, const base::Bytes& cookie) {
    Payloads payloads = peer.init_payloads();
    payloads.insert(payloads.begin(), notify(wire::NotifyType::cookie, cookie));
    return peer.init_request(payloads);
}

// IKE_SA_INIT from there, again with the cookie where one is asked for. The last answers.
std::vector<base::Bytes> knock(Lonely& lonely, ScriptedPeer& peer, const base::Endpoint& from) {
    auto answers = lonely.tell_from(from, peer.init_request());
    if (answers.empty()) return answers;
    const auto answer = read(answers.front());
    const auto* cookie = answer.clear.find(wire::NotifyType::cookie);
    return cookie == nullptr ? answers : lonely.tell_from(from, with_cookie(peer, cookie->data));
}

std::vector<base::Bytes> knock(Lonely& lonely, std::uint64_t seed, const base::Endpoint& from) {
    ScriptedPeer peer(seed);
    return knock(lonely, peer, from);
}

// The whole handshake, with the right secret or a wrong one. False where IKE_SA_INIT got no answer.
bool attempt(Lonely& lonely, std::uint64_t seed, const base::Endpoint& from, const std::string& secret = kSecret) {
    ScriptedPeer peer(seed);
    peer.self = from;
    peer.secret = secret;
    const auto answers = knock(lonely, peer, from);
    if (answers.empty()) return false;
    peer.take_init_response(answers.front());
    lonely.tell_from(from, peer.protect(wire::ExchangeType::ike_auth, 1, false, peer.auth_request()));
    return true;
}

}  // namespace

TEST_CASE("a flood from nowhere leaves nothing, and a real peer comes through",
          "[engine][rfc7296-2.6][rfc8019-4.3][hostile-a10]") {
    Lonely lonely(kAnybody, cookies_from(10));
    for (std::uint32_t i = 0; i < 10; ++i) lonely.tell_from(host_number(i << 8), ScriptedPeer(i).init_request());
    REQUIRE(lonely.host.engine.half_open() == 10);

    ScriptedPeer stranger(99);
    for (std::uint32_t i = 10; i < 2000; ++i) {
        stranger.spi_i = wire::IkeSpi{i};
        const base::Bytes request = stranger.init_request();
        check_refused(lonely, Reason::CookieRequired, [&] { lonely.tell_from(host_number(i << 8), request); }, 1);
        CHECK(lonely.host.sent.back().bytes.size() < request.size());
    }
    REQUIRE(attempt(lonely, 7, {address("192.0.2.2"), 500}));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("a flood does not reach an established IKE SA", "[engine][rfc7296-2.6][hostile-a10]") {
    Gateways gateways(ConnectionWords{}, ike::Options{}, cookies_from(0));
    const auto operation = gateways.connect();
    REQUIRE(gateways.left.outcome(operation) == "ok");
    ScriptedPeer stranger(99);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        stranger.spi_i = wire::IkeSpi{i + 1};
        gateways.wire.inject(host_number(i), {gateways.right.address, 500}, stranger.init_request());
    }
    const auto rekeying = gateways.wire.rekey(gateways.left, gateways.left.sas().front()->sa().id);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(rekeying) == "ok");
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.right.count(Reason::CookieRequired) == 1 + 1000);
}

TEST_CASE("garbage in a flood is refused for what it is, without an answer", "[engine][rfc7296-3.2][hostile-a10]") {
    Lonely lonely(kAnybody, cookies_from(0));
    base::Bytes request = lonely.peer.init_request();
    SECTION("no nonce") {
        Payloads payloads = lonely.peer.init_payloads();
        payloads.pop_back();
        request = lonely.peer.init_request(payloads);
        check_refused(lonely, Reason::PayloadMissing, [&] { lonely.tell(request); });
    }
    SECTION("a chain that ends too early") {
        request[wire::kHeaderSize + 3] = 3;
        check_refused(lonely, Reason::PayloadLengthInvalid, [&] { lonely.tell(request); });
    }
}

TEST_CASE("drops are counted, and told only where somebody listens", "[engine][rfc7296-2.6][hostile-a10]") {
    const bool explains = GENERATE(true, false);
    ike::Options options = cookies_from(0);
    options.explain_drops = explains;
    Lonely lonely(kAnybody, options);
    lonely.tell(lonely.peer.init_request());
    lonely.tell(base::Bytes(5, 1));
    const auto& counts = lonely.host.engine.counters().messages.all().values;
    CHECK(counts.at(static_cast<std::size_t>(ike::MessageCount::invalid)) == 2);
    CHECK(lonely.host.count(Reason::CookieRequired) == 1);
    CHECK(lonely.host.count(Reason::DatagramTooShort) == 1);
    CHECK(lonely.host.reports.size() == (explains ? 2 : 0));
}

TEST_CASE("nobody can use up in another one's name what an address may have", "[engine][rfc8019-4.2][hostile-a11]") {
    Lonely lonely(kAnybody);
    const base::Endpoint victim{address("192.0.2.2"), 500};
    for (std::uint64_t seed = 100; seed < 1100; ++seed) lonely.tell_from(victim, ScriptedPeer(seed).init_request());
    CHECK(lonely.host.engine.half_open() == 3);
    CHECK(lonely.host.count(Reason::CookieRequired) == 997);
    CHECK(attempt(lonely, 7, victim));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("nor what a network may have", "[engine][rfc8019-4.2][hostile-a11]") {
    Lonely lonely(kAnybody);
    for (std::uint32_t i = 0; i < 200; ++i) lonely.tell_from(host_number(i), ScriptedPeer(i).init_request());
    CHECK(lonely.host.engine.half_open() == 32);
    CHECK(lonely.host.count(Reason::CookieRequired) == 168);
    CHECK(attempt(lonely, 1007, host_number(250)));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("a network that answers cookies has its part of the half-open IKE SAs",
          "[engine][rfc8019-4.2][hostile-a11]") {
    const bool v6 = GENERATE(false, true);
    ConnectionWords words = kAnybody;
    if (v6) words.local = "2001:db8::1";
    Lonely lonely(words);
    lonely.peer.engine.address = address(v6 ? "2001:db8::1" : "192.0.2.1");
    const auto member = [v6](std::uint32_t i) {
        return v6 ? base::Endpoint{address("2001:db8:7:" + std::to_string(i) + "::1"), 500} : host_number(i);
    };
    for (std::uint32_t i = 0; i < 100; ++i) knock(lonely, i, member(i));
    CHECK(lonely.host.engine.half_open() == 64);
    CHECK(lonely.host.count(Reason::RateLimited) == 36);
    const auto outside = v6 ? base::Endpoint{address("2001:db8:8::1"), 500} : host_number(0xffff00);
    CHECK(knock(lonely, 1007, outside).size() == 1);
    CHECK(lonely.host.engine.half_open() == 65);
}

TEST_CASE("attempts that lead to nothing are so many a second for an address", "[engine][rfc8019-4.2][hostile-a11]") {
    Lonely lonely(kAnybody);
    const base::Endpoint from{address("192.0.2.2"), 500};
    std::uint64_t seed = 100;
    const auto fail_often = [&] {
        unsigned heard = 0;
        // The wire takes a millisecond for a datagram.
        for (int i = 0; i < 100; ++i) heard += attempt(lonely, ++seed, from, "wrong") ? 1U : 0U;
        return heard;
    };
    const unsigned first = fail_often();
    CHECK(first >= 40);
    CHECK(first <= 60);
    CHECK(lonely.host.count(Reason::AuthenticationFailed) == first);
    CHECK(lonely.host.count(Reason::RateLimited) == 100 - first);
    // It had to prove that it is there before the rest of what it has was spent.
    CHECK(lonely.host.count(Reason::CookieRequired) >= 20);
    SECTION("other addresses do not feel it") {
        CHECK(attempt(lonely, 7, {address("192.0.2.3"), 500}));
        CHECK(lonely.host.established() == 1);
    }
    SECTION("with time it may again") {
        lonely.wire.run_for(seconds(1));
        const unsigned later = fail_often();
        CHECK(later >= 20);
        CHECK(later <= 40);
        lonely.wire.run_for(seconds(10));
        CHECK(attempt(lonely, 7, from));
        CHECK(lonely.host.established() == 1);
    }
}

TEST_CASE("an office behind one address pays for nobody but strangers", "[engine][rfc8019-4.2][hostile-a11]") {
    Lonely lonely(kAnybody);
    const base::Endpoint from{address("192.0.2.2"), 500};
    for (std::uint64_t seed = 100; seed < 300; ++seed) {
        REQUIRE(attempt(lonely, seed, from));
        REQUIRE(lonely.host.established() == 1);
        lonely.wire.clear(lonely.host, lonely.sa()->sa().id, {}, true);
        lonely.wire.settle();
    }
    CHECK(lonely.host.count(Reason::RateLimited) == 0);
    CHECK(lonely.host.count(Reason::CookieRequired) == 0);
}

TEST_CASE("half-open IKE SAs have a bound in all", "[engine][rfc8019-4.2][hostile-a11]") {
    ike::Options options;
    options.most_half_open = 20;
    Lonely lonely(kAnybody, options);
    for (std::uint32_t i = 0; i < 20; ++i) knock(lonely, i, host_number(i << 8));
    REQUIRE(lonely.host.engine.half_open() == 20);
    check_refused(lonely, Reason::HalfOpenTableFull, [&] { knock(lonely, 77, host_number(99 << 8)); });
    lonely.wire.run_for(seconds(31));
    CHECK(knock(lonely, 77, host_number(99 << 8)).size() == 1);
}

TEST_CASE("under load a peer has less time to say who it is", "[engine][rfc8019-4.1][hostile-a11]") {
    ike::Options options;
    options.most_half_open = 20;
    Lonely lonely(kAnybody, options);
    for (std::uint32_t i = 0; i < 5; ++i) knock(lonely, i, host_number(i << 8));
    CHECK(lonely.host.engine.half_open() == 5);
    lonely.wire.run_for(seconds(11));
    // The first two came when there was no load yet.
    CHECK(lonely.host.engine.half_open() == 2);
    CHECK(lonely.host.count(Reason::HalfOpenExpired) == 3);
    lonely.wire.run_for(seconds(20));
    CHECK(lonely.host.engine.half_open() == 0);
}

TEST_CASE("what sources have spent is forgotten, and of a bounded number of them",
          "[engine][rfc8019-4.2][hostile-a11]") {
    ike::SourceBudgets budgets(1);
    auto now = base::Instant(seconds(1000));
    for (std::uint32_t i = 0; i < ike::SourceBudgets::kMostSources; ++i) {
        REQUIRE(budgets.take(host_number(i).address, now));
    }
    CHECK_FALSE(budgets.take(host_number(0xfffffe).address, now));
    CHECK(budgets.take(host_number(3).address, now));
    CHECK_FALSE(budgets.take(host_number(3).address, now));
    CHECK(budgets.size() == ike::SourceBudgets::kMostSources);
    now += seconds(2);
    CHECK(budgets.take(host_number(0xfffffe).address, now));
    CHECK(budgets.size() == 1);
    ike::SourceBudgets unlimited(0);
    for (int i = 0; i < 1000; ++i) CHECK(unlimited.take(host_number(3).address, now));
    CHECK(unlimited.size() == 0);
}

TEST_CASE("a first request is kept, and so it is not long", "[engine][rfc7296-2][hostile-a16]") {
    const bool with_cookies = GENERATE(false, true);
    Lonely lonely(kAnybody, with_cookies ? cookies_from(0) : ike::Options{});
    const auto padded = [&](Payloads payloads, std::size_t size) {
        const std::size_t bare = lonely.peer.init_request(payloads).size();
        payloads.emplace_back(wire::VendorId{base::Bytes(size - bare - 4, 7)});
        return lonely.peer.init_request(payloads);
    };
    Payloads payloads = lonely.peer.init_payloads();
    if (with_cookies) {
        const auto answer = read(lonely.tell(padded(payloads, 65507)).at(0));
        payloads.insert(payloads.begin(),
                        notify(wire::NotifyType::cookie, answer.clear.find(wire::NotifyType::cookie)->data));
    }
    for (const std::size_t size : {std::size_t{16385}, std::size_t{65507}}) {
        check_refused(lonely, Reason::DatagramTooLong, [&] { lonely.tell(padded(payloads, size)); });
    }
    CHECK(lonely.tell(padded(payloads, 16384)).size() == 1);
    CHECK(lonely.host.engine.half_open() == 1);
}

TEST_CASE("who is known is served first", "[engine][rfc8019-4.1][hostile-a10]") {
    const bool marked = GENERATE(false, true);
    Lonely lonely(kAnybody);
    const auto rank_from = [&](const base::Address& remote, base::Bytes bytes) {
        if (marked) bytes.insert(bytes.begin(), 4, 0);
        const std::uint16_t port = marked ? 4500 : 500;
        return lonely.host.engine.rank_of({{lonely.peer.engine.address, port}, {remote, 9}, bytes});
    };
    const auto rank = [&](const base::Bytes& bytes) { return rank_from(address("198.51.100.7"), bytes); };
    using ike::Rank;
    const base::Bytes request = lonely.peer.init_request();
    CHECK(rank(request) == Rank::fresh);
    CHECK(rank(with_cookie(lonely.peer, base::Bytes(33, 1))) == Rank::returning);
    CHECK(rank({0xff}) == Rank::fresh);
    CHECK(rank(base::Bytes(27, 0)) == Rank::fresh);
    CHECK(rank_from(lonely.peer.self.address, request) == Rank::fresh);
    lonely.begin();
    const base::Bytes auth = lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request());
    CHECK(rank(auth) == Rank::half_open);
    lonely.tell(auth);
    CHECK(rank(lonely.peer.protect(wire::ExchangeType::informational, 2, false, {})) == Rank::established);
    // Somebody was authenticated there.
    CHECK(rank_from(lonely.peer.self.address, request) == Rank::returning);
    CHECK(rank(request) == Rank::fresh);
    base::Bytes elses = auth;
    elses[15] ^= 1;
    CHECK(rank(elses) == Rank::fresh);
    elses = auth;
    elses[0] ^= 1;
    CHECK(rank(elses) == Rank::fresh);
    // The answer to a first request of our own.
    Lonely caller;
    caller.wire.initiate(caller.host, "192.0.2.2");
    caller.wire.settle();
    const base::Bytes answer = caller.peer.answer_init(caller.host.sent.back().bytes);
    CHECK(caller.host.engine.rank_of({caller.peer.engine, caller.peer.self, answer}) == Rank::half_open);
}

}  // namespace xfrmd::tests
