#include "netlink/place_table.h"

#include <catch2/catch_test_macros.hpp>

#include "netlink/kept_tunnels.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

// They all would like to be in the last of the first sixteen slots, and go on around the end.
std::uint64_t crowded(Place number) { return std::uint64_t{number} << 32 | 15; }

bool finds(const HashIndex& index, Place number) {
    return index.find(crowded(number), [&](Place place) { return place == number; }) == number;
}

Tunnel kept(const char* local, std::uint32_t spi) {
    Tunnel tunnel;
    tunnel.ids.inbound = {*base::Address::parse(local), Spi{spi}};
    return tunnel;
}

}  // namespace

TEST_CASE("what meets in one slot is found, whichever of them went before", "[netlink]") {
    for (Place gone = 0; gone < 8; ++gone) {
        HashIndex index;
        for (Place number = 0; number < 8; ++number) index.add(crowded(number), number);
        index.add(1, 100);  // at home where the crowd has pushed on
        index.remove(crowded(gone), gone);
        index.remove(crowded(gone), gone);
        CHECK(index.size() == 8);
        for (Place number = 0; number < 8; ++number) CHECK(finds(index, number) == (number != gone));
        CHECK(index.find(1, [](Place place) { return place == 100; }) == Place{100});
    }
}

TEST_CASE("an index finds what it had before it grew", "[netlink]") {
    HashIndex index;
    for (Place number = 0; number < 1000; ++number) index.add(number * 2654435761ULL, number);
    for (Place number = 0; number < 1000; number += 2) index.remove(number * 2654435761ULL, number);
    CHECK(index.size() == 500);
    CHECK(index.places().size() == 500);
    for (Place number = 0; number < 1000; ++number) {
        const auto found = index.find(number * 2654435761ULL, [&](Place place) { return place == number; });
        CHECK(found.has_value() == (number % 2 != 0));
    }
}

TEST_CASE("a value stays where it is while others come and go, and its place is used again", "[netlink]") {
    PlaceTable<int> table;
    const Place first = table.add(1, 11);
    const int& value = table[first];
    std::vector<Place> places;
    for (int number = 0; number < 300; ++number) places.push_back(table.add(1, 100 + number));
    CHECK(&value == &table[first]);
    CHECK(value == 11);
    table.remove(1, places[7]);
    CHECK_FALSE(table.find(1, [](int one) { return one == 107; }));
    CHECK(table.add(2, 5) == places[7]);
    CHECK(table.size() == 301);
    for (const Place place : table.places()) table.remove(place == places[7] ? 2 : 1, place);
    CHECK(table.size() == 0);
    CHECK_FALSE(table.has_place(0));
}

TEST_CASE("a tunnel that has gone is not taken for the one in its place", "[netlink]") {
    KeptTunnels tunnels;
    const Claimant first = tunnels.add(kept("192.0.2.1", 0x100))->claimant;
    const Claimant other = tunnels.add(kept("192.0.2.1", 0x101))->claimant;
    CHECK(tunnels.add(kept("192.0.2.1", 0x100)) == nullptr);
    REQUIRE(tunnels.find(first) != nullptr);
    tunnels.remove(*tunnels.find(first));
    CHECK(tunnels.find(first) == nullptr);
    CHECK(tunnels.find(Claimant::none) == nullptr);
    const Claimant again = tunnels.add(kept("192.0.2.2", 0x100))->claimant;
    CHECK(tunnels.find(first) == nullptr);
    CHECK(again != first);
    CHECK(tunnels.find(again)->tunnel.ids.inbound.destination == *base::Address::parse("192.0.2.2"));
    CHECK(tunnels.find(other)->tunnel.ids.inbound.spi == Spi{0x101});
    CHECK(tunnels.all().size() == 2);
}

}  // namespace xfrmd::netlink::test
