#include "ike/base/address.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::base;

TEST_CASE("an address survives text and bytes", "[base]") {
    for (const std::string text : {"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::"}) {
        const auto address = Address::parse(text);
        REQUIRE(address);
        CHECK(address->to_string() == text);
        CHECK(Address::from_bytes(address->bytes()) == *address);
    }
}

TEST_CASE("what is no address is refused", "[base]") {
    for (const std::string text : {"", "192.0.2", "192.0.2.256", "fe80::1%eth0", "host.example", "10.0.0.0/8"}) {
        CHECK_FALSE(Address::parse(text));
    }
    CHECK_FALSE(Address::parse(std::string_view("192.0.2.1\0x", 11)));
    CHECK_FALSE(Address::from_bytes(Bytes(5)));
}

TEST_CASE("a prefix clears host bits and knows its members", "[base]") {
    const auto prefix = Prefix::parse("10.1.2.3/20");
    REQUIRE(prefix);
    CHECK(prefix->to_string() == "10.1.0.0/20");
    CHECK(prefix->contains(*Address::parse("10.1.15.255")));
    CHECK_FALSE(prefix->contains(*Address::parse("10.1.16.0")));
    CHECK_FALSE(prefix->contains(*Address::parse("::a01:1")));
    CHECK(Prefix::parse("10.0.0.1")->length == 32);
    for (const std::string text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "2001:db8::/129"}) {
        CHECK_FALSE(Prefix::parse(text));
    }
}

TEST_CASE("a range is a prefix exactly when it is one", "[base]") {
    const AddressRange net = AddressRange::of(*Prefix::parse("192.0.2.0/25"));
    CHECK(net.last.to_string() == "192.0.2.127");
    CHECK(net.as_prefix() == Prefix::parse("192.0.2.0/25"));
    const AddressRange odd{*Address::parse("10.0.0.1"), *Address::parse("10.0.0.6")};
    CHECK_FALSE(odd.as_prefix());
    CHECK(odd.enclosing_prefix() == *Prefix::parse("10.0.0.0/29"));
    CHECK(odd.to_string() == "10.0.0.1..10.0.0.6");
    const AddressRange all{Address::any(Family::ipv6), Address::highest(Family::ipv6)};
    CHECK(all.as_prefix() == Prefix::parse("::/0"));
}

TEST_CASE("endpoints print so that they can be read back", "[base]") {
    CHECK(Endpoint{*Address::parse("192.0.2.1"), 500}.to_string() == "192.0.2.1:500");
    CHECK(Endpoint{*Address::parse("2001:db8::1"), 4500}.to_string() == "[2001:db8::1]:4500");
}
