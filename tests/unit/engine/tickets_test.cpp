// The tickets of an engine by themselves: keys that change, and numbers that are forgotten (RFC 5723 6, 9).
#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/sa/tickets.h"
#include "ike/shard.h"
#include "tests/support/policies.h"
#include "tests/support/scripted_peer.h"
#include "tests/support/virtual_wire.h"

namespace xfrmd::tests {

namespace {

using base::Reason;
using ikev2::sa::Ticket;
using ikev2::sa::TicketBox;

const base::Instant kStart(seconds(1000));

Ticket sample(std::uint64_t number = 0) {
    return {number,
            wire::IkeSpi{77},
            kStart + seconds(1000),
            "gw",
            {identity("a.example"),
             identity("192.0.2.2"),
             ike_proposals("aes128-sha256-x25519").front(),
             base::SecretBytes(base::ByteView(base::Bytes(32, 3))),
             base::Bytes(32, 4),
             {false, base::kNever, kStart + seconds(5000)}}};
}

struct Box {
    explicit Box(std::size_t most = 100) : box(9, seconds(100), most) {}
    TicketBox::Sealed seal(base::Instant at, std::uint64_t number = 0) {
        Ticket ticket = sample(number);
        ticket.expires_at = at + seconds(100);
        return box.seal(std::move(ticket), at, random);
    }
    std::string open(const base::Bytes& bytes, base::Instant at) const {
        const auto ticket = box.open(bytes, at);
        return ticket ? "ok" : std::string(base::name(ticket.error().reason));
    }
    TicketBox box;
    SeededRandom random{1};
};

}  // namespace

TEST_CASE("a ticket has all that was put into it, and shows none of it", "[engine][rfc5723-6.1][rfc5723-9.9]") {
    TicketBox box(9, seconds(5000), 100);
    SeededRandom random(1);
    const auto sealed = box.seal(sample(), kStart, random);
    CHECK(sealed.number == 1);
    const auto opened = box.open(sealed.bytes, kStart);
    REQUIRE(opened);
    const Ticket expected = sample();
    CHECK(opened->number == 1);
    CHECK(opened->spi == expected.spi);
    CHECK(opened->expires_at == expected.expires_at);
    CHECK(opened->connection == "gw");
    CHECK(opened->session.local_id == expected.session.local_id);
    CHECK(opened->session.remote_id == expected.session.remote_id);
    CHECK(opened->session.proposal == expected.session.proposal);
    CHECK(opened->session.sk_d == expected.session.sk_d);
    CHECK(opened->session.credential == expected.session.credential);
    CHECK(opened->session.proof.over_at == expected.session.proof.over_at);
    CHECK(base::as_text(sealed.bytes).find("a.example") == std::string_view::npos);
    CHECK(box.seal(sample(), kStart, random).bytes != sealed.bytes);
    CHECK(ikev2::sa::shard_of_ticket(sealed.bytes) == 9);
}

TEST_CASE("keys of tickets change, and are kept as long as what they have sealed", "[engine][rfc5723-9.5]") {
    Box box;
    const auto first = box.seal(kStart);
    const auto late = box.seal(kStart + seconds(99));
    const auto next = box.seal(kStart + seconds(100));
    CHECK(first.bytes[3] == late.bytes[3]);
    CHECK(late.bytes[3] != next.bytes[3]);
    CHECK(box.open(late.bytes, kStart + seconds(198)) == "ok");
    CHECK(box.open(first.bytes, kStart + seconds(100)) == "ticket_expired");
    const auto third = box.seal(kStart + seconds(200));
    CHECK(box.open(late.bytes, kStart + seconds(200)) == "ticket_unknown");
    CHECK(box.open(third.bytes, kStart + seconds(200)) == "ok");
}

TEST_CASE("the tickets of an IKE SA count no longer once it has ended", "[engine][rfc5723-9.8]") {
    Box box;
    const auto one = box.seal(kStart);
    const auto again = box.seal(kStart, one.number);
    const auto other = box.seal(kStart);
    CHECK(again.number == one.number);
    CHECK(other.number != one.number);
    box.box.revoke(one.number);
    CHECK(box.open(one.bytes, kStart) == "ticket_spent");
    CHECK(box.open(again.bytes, kStart) == "ticket_spent");
    CHECK(box.open(other.bytes, kStart) == "ok");
    // With the next key it gets another number, and that one ticket.
    const auto later = box.seal(kStart + seconds(100), other.number);
    CHECK(later.number != other.number);
    CHECK(box.open(other.bytes, kStart + seconds(99)) == "ticket_spent");
    CHECK(box.open(later.bytes, kStart + seconds(100)) == "ok");
}

TEST_CASE("what is forgotten is refused", "[engine][rfc5723-9.8][hostile-e10]") {
    Box box(10);
    std::vector<TicketBox::Sealed> all;
    for (int i = 0; i < 30; ++i) all.push_back(box.seal(kStart));
    for (std::size_t i = 0; i < 30; i += 2) box.box.revoke(all[i].number);
    for (std::size_t i = 0; i < 30; ++i) {
        INFO(i);
        // Fifteen were revoked, of which the last ten are known; up to the fifth everything is refused.
        CHECK(box.open(all[i].bytes, kStart) == (i % 2 == 0 || i < 9 ? "ticket_spent" : "ok"));
    }
    box.box.revoke(0);
    CHECK(box.open(all[29].bytes, kStart) == "ok");
}

TEST_CASE("a ticket is kept for its connection and its gateway", "[engine][rfc5723-4.2][rfc5723-6.2]") {
    ikev2::sa::TicketWallet wallet(2);
    const auto gateway = address("192.0.2.2");
    const auto held = [&](std::uint64_t spi) {
        return ikev2::sa::HeldTicket{{1}, gateway, wire::IkeSpi{spi}, kStart + seconds(10), sample().session};
    };
    wallet.keep("one", held(1), kStart);
    CHECK(wallet.take("other", gateway, kStart) == nullptr);
    CHECK(wallet.take("one", address("192.0.2.3"), kStart) == nullptr);
    CHECK(wallet.take("one", gateway, kStart) != nullptr);
    CHECK(wallet.take("one", gateway, kStart) == nullptr);  // for one use
    wallet.keep("one", held(1), kStart);
    wallet.keep("one", held(2), kStart);
    CHECK_FALSE(wallet.forget("one", wire::IkeSpi{1}));
    CHECK(wallet.forget("one", wire::IkeSpi{2}));
    CHECK(wallet.size() == 0);
    wallet.keep("one", held(1), kStart);
    CHECK(wallet.take("one", gateway, kStart + seconds(10)) == nullptr);
    for (const char* name : {"one", "two", "three"}) wallet.keep(name, held(1), kStart);
    CHECK(wallet.size() == 2);
    CHECK(wallet.take("three", gateway, kStart) == nullptr);
    wallet.keep("three", held(1), kStart + seconds(10));  // the others have expired
    CHECK(wallet.size() == 1);
}

TEST_CASE("a ticket leads to the engine that has given it", "[engine][rfc5723-6.1]") {
    Box box;
    const auto sealed = box.seal(kStart);
    base::Bytes data(4, 0);
    base::append(data, sealed.bytes);
    ScriptedPeer peer;
    const base::Bytes request = peer.resume_request(data);
    CHECK(ike::shard_of({peer.engine, peer.self, request}, {}) == 9);
    data[4] = 7;  // no version of ours
    CHECK_FALSE(ike::shard_of({peer.engine, peer.self, peer.resume_request(data)}, {}));
    data.resize(5);
    CHECK_FALSE(ike::shard_of({peer.engine, peer.self, peer.resume_request(data)}, {}));
}

}  // namespace xfrmd::tests
