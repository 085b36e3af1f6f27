#include <catch2/catch_test_macros.hpp>

#include "netlink/route/interfaces.h"
#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

namespace {

Link link(std::uint32_t index, const char* name, bool on = true) {
    return {InterfaceIndex{index}, name, 1500, on, on, "", 0, {}};
}

LocalAddress own(std::uint32_t index, const char* text, bool deprecated = false, bool temporary = false) {
    const auto prefix = on_net(text);
    return {InterfaceIndex{index}, prefix.network, prefix.length, deprecated, temporary};
}

}  // namespace

TEST_CASE("what is told twice is news once", "[route]") {
    Interfaces known;
    CHECK(known.apply(LinkUp{link(2, "eth0")}));
    CHECK_FALSE(known.apply(LinkUp{link(2, "eth0")}));
    CHECK(known.apply(LinkUp{link(2, "wan0")}));
    CHECK(known.by_name("eth0") == nullptr);
    CHECK(known.apply(LinkDown{link(2, "wan0", false)}));
    CHECK(known.apply(AddressAppeared{own(2, "192.0.2.1/24")}));
    CHECK_FALSE(known.apply(AddressAppeared{own(2, "192.0.2.1/24")}));
    CHECK(known.apply(AddressAppeared{own(2, "192.0.2.1/24", true)}));
    CHECK(known.apply(AddressGone{own(2, "192.0.2.1/24")}));
    CHECK_FALSE(known.apply(AddressGone{own(2, "192.0.2.1/24")}));
    CHECK_FALSE(known.apply(RouteChanged{}));
    CHECK_FALSE(known.apply(Overrun{}));
    CHECK(known.apply(LinkGone{link(2, "wan0")}));
    CHECK_FALSE(known.apply(LinkGone{link(2, "wan0")}));
}

TEST_CASE("names that change hands lead to the right interface", "[route][hostile-g8]") {
    Interfaces known;
    known.apply(LinkUp{link(2, "eth0")});
    known.apply(LinkUp{link(3, "eth1")});
    known.apply(LinkUp{link(3, "eth0")});
    known.apply(LinkUp{link(2, "eth1")});
    CHECK(known.by_name("eth0")->index == InterfaceIndex{3});
    CHECK(known.by_name("eth1")->index == InterfaceIndex{2});
    known.apply(LinkGone{link(3, "eth0")});
    CHECK(known.by_name("eth0") == nullptr);
    known.apply(LinkUp{link(4, "eth0")});
    CHECK(known.by_name("eth0")->index == InterfaceIndex{4});
}

TEST_CASE("an address on two interfaces, or with two prefix lengths, goes with the last one", "[route][hostile-g8]") {
    Interfaces known;
    known.apply(LinkUp{link(2, "eth0")});
    known.apply(LinkUp{link(3, "eth1")});
    known.apply(AddressAppeared{own(2, "192.0.2.1/24")});
    known.apply(AddressAppeared{own(2, "192.0.2.1/32")});
    known.apply(AddressAppeared{own(3, "192.0.2.1/32")});
    CHECK(known.interface_of(address("192.0.2.1"))->name == "eth0");
    known.apply(AddressGone{own(2, "192.0.2.1/32")});
    CHECK(known.interface_of(address("192.0.2.1"))->name == "eth0");
    known.apply(AddressGone{own(2, "192.0.2.1/24")});
    CHECK(known.interface_of(address("192.0.2.1"))->name == "eth1");
    known.apply(LinkDown{link(3, "eth1", false)});
    CHECK_FALSE(known.address_is_local(address("192.0.2.1")));
}

TEST_CASE("without a carrier an address may still be used, but the link is not up", "[route]") {
    Interfaces known;
    Link unplugged = link(2, "eth0");
    unplugged.running = false;
    known.apply(LinkDown{unplugged});
    known.apply(AddressAppeared{own(2, "192.0.2.1/24")});
    CHECK_FALSE(known.is_up("eth0"));
    CHECK(known.address_is_local(address("192.0.2.1")));
}

TEST_CASE("the best source comes first", "[route][rfc6724-5]") {
    Interfaces known;
    known.apply(LinkUp{link(2, "eth0")});
    known.apply(LinkUp{link(3, "eth1")});
    for (const auto& one :
         {own(2, "fd01::1/64", true, true), own(2, "fd01::2/64", false, true), own(3, "fd01::3/64", true, false),
          own(3, "fd01::4/64"), own(2, "fd01::5/128"), own(2, "fd02::1/64"), own(2, "10.1.0.1/24")}) {
        known.apply(AddressAppeared{one});
    }
    std::vector<std::string> order;
    for (const auto& one : known.addresses_within(prefix("fd01::/64"))) order.push_back(one.address.to_string());
    CHECK(order == std::vector<std::string>{"fd01::4", "fd01::5", "fd01::2", "fd01::3", "fd01::1"});
    CHECK(known.addresses_within(prefix("0.0.0.0/0")).size() == 1);
    CHECK(known.addresses_within(prefix("::/0")).size() == 6);
}

}  // namespace xfrmd::netlink::route::test
