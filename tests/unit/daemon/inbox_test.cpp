#include <catch2/catch_test_macros.hpp>

#include "daemon/inbox.h"

using namespace xfrmd;
using daemon::Inbox;
using ike::Rank;

namespace {

bool put(Inbox& inbox, Rank rank, std::uint8_t mark, std::size_t size = 100, std::size_t from = 0) {
    const base::Bytes bytes(size, mark);
    const auto octet = [from](unsigned shift) { return static_cast<std::uint8_t>(from >> shift); };
    return inbox.put(rank, {{}, {base::Address::v4({10, octet(16), octet(8), octet(0)}), 500}, bytes});
}

int next(Inbox& inbox) {
    const auto datagram = inbox.take();
    return datagram ? datagram->bytes.at(0) : -1;
}

constexpr std::size_t kLargest = 32768;

std::size_t room(Rank rank) { return Inbox::kRoom[static_cast<std::size_t>(rank)]; }

constexpr Rank kAll[] = {Rank::established, Rank::half_open, Rank::returning, Rank::fresh};

}  // namespace

TEST_CASE("who is known is served first, and each rank in its order", "[daemon][rfc8019-4.1][hostile-a10]") {
    Inbox inbox;
    CHECK(inbox.empty());
    CHECK(next(inbox) == -1);
    put(inbox, Rank::fresh, 1);
    put(inbox, Rank::half_open, 2);
    put(inbox, Rank::fresh, 3);
    put(inbox, Rank::returning, 4);
    put(inbox, Rank::established, 5);
    put(inbox, Rank::established, 6);
    CHECK(next(inbox) == 5);
    put(inbox, Rank::established, 7);
    for (const int mark : {6, 7, 2, 4, 1}) CHECK(next(inbox) == mark);
    CHECK_FALSE(inbox.empty());
    CHECK(next(inbox) == 3);
    CHECK(inbox.empty());
}

TEST_CASE("a flood of one rank takes no room from another, and what is lost is counted", "[daemon][hostile-a10]") {
    Inbox inbox;
    for (const Rank flooded : kAll) {
        const std::size_t fits = room(flooded) / (100 + Inbox::kOverhead);
        std::size_t kept = 0;
        for (std::size_t i = 0; i < fits + 1000; ++i) kept += put(inbox, flooded, 1, 100, i) ? 1U : 0U;
        CHECK(kept == fits);
        CHECK(inbox.lost(flooded) == 1000);
    }
    for (const Rank rank : kAll) CHECK(inbox.lost(rank) == 1000);
    // Who is served makes room for one.
    CHECK(next(inbox) == 1);
    CHECK(put(inbox, Rank::established, 9));
    CHECK_FALSE(put(inbox, Rank::established, 9));
    std::size_t taken = 0;
    while (inbox.take()) ++taken;
    CHECK(taken > 40000);
    CHECK(inbox.empty());
    CHECK(put(inbox, Rank::fresh, 1, kLargest));
}

TEST_CASE("who was refused and asks again is served before the flood", "[daemon][rfc7296-2.1][hostile-a10]") {
    Inbox inbox;
    while (put(inbox, Rank::fresh, 1)) {
    }
    CHECK_FALSE(put(inbox, Rank::fresh, 2));
    CHECK_FALSE(put(inbox, Rank::fresh, 3));
    CHECK(put(inbox, Rank::fresh, 2));
    const base::Bytes same(100, 3);
    CHECK_FALSE(inbox.put(Rank::fresh, {{}, {*base::Address::parse("192.0.2.7"), 500}, same}));
    CHECK(next(inbox) == 2);
    CHECK(next(inbox) == 1);
    // A second time it is one of many.
    CHECK(put(inbox, Rank::fresh, 2));
    CHECK_FALSE(put(inbox, Rank::fresh, 2));
    CHECK(next(inbox) == 1);
}

TEST_CASE("room is counted in bytes", "[daemon][hostile-a10][hostile-a16]") {
    Inbox inbox;
    std::size_t kept = 0;
    while (put(inbox, Rank::fresh, 1, kLargest, kept)) ++kept;
    CHECK(kept == room(Rank::fresh) / (kLargest + Inbox::kOverhead));
    CHECK(put(inbox, Rank::fresh, 2, 1));
    CHECK(Inbox::reason_for_loss(Rank::fresh) == base::Reason::QueueFullForNew);
    CHECK(Inbox::reason_for_loss(Rank::returning) == base::Reason::QueueFullForNew);
    CHECK(Inbox::reason_for_loss(Rank::half_open) == base::Reason::QueueFullForHalfOpen);
    CHECK(Inbox::reason_for_loss(Rank::established) == base::Reason::QueueFullForEstablished);
}
