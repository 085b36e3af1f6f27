#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>

#include "netlink/route/rt_decode.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/route/rt_messages.h"

namespace xfrmd::netlink::route::test {

namespace {

// One of each kind that is decoded, with every attribute that is looked at.
base::Bytes everything() {
    Notice notice;
    notice.begin(RTM_NEWLINK, link_header(IFF_UP)).with_text(IFLA_IFNAME, "ipsec0").with(IFLA_MTU, std::uint32_t{1400});
    notice.with(IFLA_LINK, std::uint32_t{2}).with_bytes(IFLA_LINKINFO, xfrm_link_info(42, 3));
    notice.begin(RTM_NEWADDR, address_header(AF_INET6, 64)).with(IFA_ADDRESS, address("2001:db8::1"));
    notice.with(IFA_LOCAL, address("2001:db8::2")).with(IFA_FLAGS, std::uint32_t{0});
    notice.begin(RTM_NEWROUTE, route_header(AF_INET, 24)).with(RTA_DST, address("10.2.0.0"));
    notice.with(RTA_TABLE, std::uint32_t{220}).with(RTA_PRIORITY, std::uint32_t{5}).with(RTA_OIF, std::uint32_t{7});
    notice.with(RTA_PREFSRC, address("10.1.0.1")).with_bytes(RTA_VIA, base::Bytes(18, AF_INET6));
    return {notice.bytes().begin(), notice.bytes().end()};
}

// Whatever comes out holds what the types promise.
void check(const std::vector<Event>& events) {
    Interfaces known;
    for (const Event& event : events) {
        known.apply(event);
        if (const auto* changed = std::get_if<RouteChanged>(&event)) {
            const base::Prefix& to = changed->route.destination;
            if (to.length > to.network.bits()) FAIL("a prefix longer than any");
        }
        if (const auto* appeared = std::get_if<AddressAppeared>(&event)) {
            if (appeared->address.prefix_length > appeared->address.address.bits()) FAIL("a prefix longer than any");
        }
    }
}

void try_all_decoders(base::ByteView bytes) {
    check(decode_events(bytes));
    MessageReader reader(bytes);
    while (const auto message = reader.next()) (void)decode_answer({address("2001:db8::9"), {}}, *message);
}

}  // namespace

TEST_CASE("a datagram that ends anywhere ends in an overrun or a message's end", "[route][hostile-g3]") {
    const base::Bytes whole = everything();
    CHECK(decode_events(whole).size() == 3);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of its own: the sanitizer watches its end.
        const base::Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto events = decode_events(cut);
        check(events);
        CHECK(events.size() <= 3);
    }
    CHECK(std::holds_alternative<Overrun>(decode_events(base::ByteView(whole).first(whole.size() - 1)).back()));
}

TEST_CASE("a message that contradicts itself is an overrun, and the next one counts", "[route][hostile-g3]") {
    Notice notice;
    notice.begin(RTM_NEWLINK, std::uint32_t{0});
    notice.begin(RTM_NEWLINK, link_header(IFF_UP)).with(IFLA_MTU, std::uint16_t{1400});
    notice.begin(RTM_NEWADDR, address_header(AF_INET, 24)).with(IFA_LOCAL, address("192.0.2.1"));
    const auto events = decode_events(notice.bytes());
    REQUIRE(events.size() == 3);
    CHECK(std::holds_alternative<Overrun>(events[0]));
    CHECK(std::holds_alternative<Overrun>(events[1]));
    CHECK(std::holds_alternative<AddressAppeared>(events[2]));
}

TEST_CASE("values that cannot be are left out", "[route][hostile-g3]") {
    Notice notice;
    notice.begin(RTM_NEWADDR, address_header(AF_INET, 33)).with(IFA_LOCAL, address("192.0.2.1"));
    notice.begin(RTM_NEWADDR, address_header(AF_INET, 24)).with(IFA_LOCAL, address("2001:db8::1"));
    notice.begin(RTM_NEWADDR, address_header(AF_INET, 24));
    notice.begin(RTM_NEWROUTE, route_header(AF_INET, 33)).with(RTA_DST, address("10.2.0.0"));
    notice.begin(RTM_NEWLINK, ifinfomsg{});
    CHECK(decode_events(notice.bytes()).empty());
}

TEST_CASE("bytes changed at random never break the decoder", "[route][hostile-g3]") {
    const base::Bytes whole = everything();
    tests::SeededRandom random(20);
    for (int round = 0; round < 20000; ++round) {
        base::Bytes bytes = whole;
        std::array<std::uint8_t, 12> dice{};
        random.fill(dice);
        for (std::size_t i = 0; i + 2 < dice.size(); i += 3) {
            bytes[(dice[i] * 256U + dice[i + 1]) % bytes.size()] = dice[i + 2];
        }
        try_all_decoders(bytes);
    }
}

TEST_CASE("random bytes never break the decoder", "[route][hostile-g3]") {
    tests::SeededRandom random(21);
    for (int round = 0; round < 20000; ++round) {
        std::array<std::uint8_t, 2> dice{};
        random.fill(dice);
        base::Bytes bytes(dice[0]);
        random.fill(bytes);
        // Every other one has a believable header, so that the attributes are random as well.
        if (bytes.size() >= sizeof(nlmsghdr) && round % 2 == 0) {
            const nlmsghdr header{static_cast<std::uint32_t>(bytes.size()),
                                  static_cast<std::uint16_t>(RTM_NEWLINK + dice[1] % 12), 0, 1, 0};
            std::copy(bytes_of(header).begin(), bytes_of(header).end(), bytes.begin());
        }
        try_all_decoders(bytes);
    }
}

}  // namespace xfrmd::netlink::route::test
