// Pools of virtual addresses and whose they are.
#include "ike/policy/lease_book.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd;
using namespace xfrmd::policy;

namespace {

base::Address address(const std::string& text) { return base::Address::parse(text).value(); }
Identity identity(const std::string& text) { return Identity::parse(text).value(); }

Pool pool(const std::string& name, const std::string& addresses) {
    return {name, PoolAddresses::parse(addresses).value(), {{3, {10, 0, 0, 1}}}};
}

struct Asker {
    std::uint64_t holder = 1;
    std::string peer = "carol";
    std::vector<std::string> pools = {"rw"};
    std::vector<std::string> wanted = {"0.0.0.0"};
    std::uint16_t port = 500;
    bool takes_over = false;
};

// The addresses, one after the other.
std::string lease(LeaseBook& book, const Asker& asker) {
    LeaseRequest request{LeaseHolder{asker.holder},          asker.pools, identity(asker.peer),
                         {address("192.0.2.7"), asker.port}, {},          asker.takes_over};
    for (const std::string& one : asker.wanted) request.wanted.push_back(address(one));
    std::string all;
    for (const base::Address& one : book.lease(request).addresses) all += (all.empty() ? "" : " ") + one.to_string();
    return all;
}

std::string bounds(const std::string& text) {
    const auto addresses = PoolAddresses::parse(text);
    if (!addresses) return "";
    return addresses->base.to_string() + " " + std::to_string(addresses->size) + " " +
           addresses->at(addresses->size - 1).to_string();
}

}  // namespace

TEST_CASE("a pool has the addresses that strongSwan gives", "[policy]") {
    CHECK(bounds("10.3.0.0/24") == "10.3.0.1 254 10.3.0.254");
    CHECK(bounds("10.3.0.100/24") == "10.3.0.100 155 10.3.0.254");
    CHECK(bounds("10.3.0.0/30") == "10.3.0.1 2 10.3.0.2");
    CHECK(bounds("10.3.0.0/31") == "10.3.0.0 2 10.3.0.1");
    CHECK(bounds("10.3.0.1/31") == "10.3.0.1 1 10.3.0.1");
    CHECK(bounds("10.3.0.7") == "10.3.0.7 1 10.3.0.7");
    CHECK(bounds("10.3.0.10-10.3.0.20") == "10.3.0.10 11 10.3.0.20");
    CHECK(bounds("fd03::/64") == "fd03::1 2147483646 fd03::7fff:fffe");
    CHECK(bounds("fd03::100/120") == "fd03::101 254 fd03::1fe");
    for (const char* wrong : {"", "x", "10.3.0.0/33", "10.3.0.9-10.3.0.1", "10.3.0.1-fd03::1", "10.3.0.255/24",
                              "0.0.0.0-255.255.255.255", "fd03::-fd04::", "10.3.0.0/", "-"}) {
        INFO(wrong);
        CHECK(bounds(wrong).empty());
    }
    const auto says = [](const char* text, const char* why) {
        return PoolAddresses::parse(text).error().detail == "'" + std::string(text) + "' " + why;
    };
    CHECK(says("10.3.0.255/24", "leaves no address: the last one of a network is given to nobody"));
    CHECK(
        says("fd03::ffff:ffff-fd03::1:0:1", "is not within one network of length 96, as all addresses of a pool are"));
    CHECK(says("0.0.0.0-255.255.255.255", "has more than 2^31 addresses"));
}

TEST_CASE("a peer gets the same address again", "[policy][rfc7296-2.19]") {
    LeaseBook book({pool("rw", "10.3.0.0/24")});
    CHECK(lease(book, {}) == "10.3.0.1");
    CHECK(lease(book, {.holder = 2, .peer = "dave"}) == "10.3.0.2");
    book.give_back(LeaseHolder{1});
    CHECK(lease(book, {.holder = 3, .peer = "erin"}) == "10.3.0.3");
    CHECK(lease(book, {.holder = 4}) == "10.3.0.1");
    CHECK(lease(book, {.holder = 4}) == "10.3.0.1");                // asked twice
    CHECK(lease(book, {.holder = 5, .port = 4500}) == "10.3.0.4");  // beside the other
}

TEST_CASE("one who comes again from where it is shares its lease", "[policy][rfc7296-2.19]") {
    LeaseBook book({pool("rw", "10.3.0.0/24")});
    CHECK(lease(book, {}) == "10.3.0.1");
    CHECK(lease(book, {.holder = 2, .wanted = {"10.3.0.1"}}) == "10.3.0.1");
    CHECK(lease(book, {.holder = 3, .wanted = {"10.3.0.1"}, .port = 4500}) == "10.3.0.2");
    CHECK(lease(book, {.holder = 4, .peer = "dave", .wanted = {"10.3.0.1"}}) == "10.3.0.3");
    CHECK(lease(book, {.holder = 5, .takes_over = true}) == "10.3.0.1");
    book.give_back(LeaseHolder{1});
    book.give_back(LeaseHolder{2});
    CHECK(book.pools().at(0).offline == 0);
    book.give_back(LeaseHolder{5});
    CHECK(book.pools().at(0).offline == 1);
    CHECK(book.pools().at(0).online == 2);
}

TEST_CASE("who comes again is known by where it is now", "[policy][rfc7296-2.19][rfc4555-3.5]") {
    LeaseBook book({pool("rw", "10.3.0.0/24")});
    CHECK(lease(book, {}) == "10.3.0.1");
    book.move(LeaseHolder{1}, {address("192.0.2.7"), 4500});
    book.move(LeaseHolder{7}, {address("192.0.2.7"), 4500});                  // holds nothing
    CHECK(lease(book, {.holder = 2, .wanted = {"10.3.0.1"}}) == "10.3.0.2");  // another device, where the first one was
    CHECK(lease(book, {.holder = 3, .wanted = {"10.3.0.1"}, .port = 4500}) == "10.3.0.1");
    CHECK(lease(book, {.holder = 4, .port = 4500}) == "10.3.0.1");  // it has forgotten which
}

TEST_CASE("nobody has an address again", "[policy][rfc7619-2.3]") {
    LeaseBook book({pool("rw", "10.3.0.1-10.3.0.2")});
    LeaseRequest request{LeaseHolder{1},       {"rw"}, Identity::null(), {address("192.0.2.7"), 500},
                         {address("0.0.0.0")}, true};
    CHECK(book.lease(request).addresses.at(0) == address("10.3.0.1"));
    request.holder = LeaseHolder{2};
    request.wanted = {address("10.3.0.1")};
    CHECK(book.lease(request).addresses.at(0) == address("10.3.0.2"));
    request.holder = LeaseHolder{3};
    CHECK(book.lease(request).addresses.empty());
}

TEST_CASE("others' offline leases are given when nothing else is left", "[policy][rfc7296-2.19]") {
    LeaseBook book({pool("rw", "10.3.0.1-10.3.0.3")});
    CHECK(lease(book, {}) == "10.3.0.1");
    CHECK(lease(book, {.holder = 2, .peer = "dave"}) == "10.3.0.2");
    book.give_back(LeaseHolder{2});
    book.give_back(LeaseHolder{1});
    CHECK(lease(book, {.holder = 3, .peer = "erin"}) == "10.3.0.3");
    CHECK(lease(book, {.holder = 4, .peer = "frank"}) == "10.3.0.2");  // offline for longest
    CHECK(lease(book, {.holder = 5, .peer = "dave"}) == "10.3.0.1");
    CHECK(lease(book, {.holder = 6}).empty());
    CHECK(lease(book, {.holder = 6}).empty());
    book.give_back(LeaseHolder{6});
}

TEST_CASE("so many offline leases are remembered", "[policy][hostile-f12]") {
    LeaseBook book({pool("rw", "fd03::/64")});
    for (std::uint64_t holder = 1; holder <= LeaseBook::kMostRemembered + 10; ++holder) {
        const std::string peer = std::to_string(holder) + ".example";
        REQUIRE_FALSE(lease(book, {.holder = holder, .peer = peer, .wanted = {"::"}}).empty());
        book.give_back(LeaseHolder{holder});
    }
    CHECK(book.pools().at(0).offline == LeaseBook::kMostRemembered);
    CHECK(book.leases("rw").size() == LeaseBook::kMostRemembered);
}

TEST_CASE("both families at once, of the pools in their order", "[policy][rfc7296-2.19]") {
    LeaseBook book({pool("four", "10.3.0.1"), pool("more", "10.4.0.0/24"), pool("six", "fd03::/120")});
    const std::vector<std::string> all{"four", "more", "missing", "six"};
    CHECK(lease(book, {.pools = all, .wanted = {"0.0.0.0", "::"}}) == "10.3.0.1 fd03::1");
    CHECK(lease(book, {.holder = 2, .peer = "dave", .pools = all, .wanted = {"0.0.0.0", "0.0.0.0", "::"}}) ==
          "10.4.0.1 10.4.0.2 fd03::2");
    CHECK(lease(book, {.holder = 3, .pools = {"six"}}).empty());
}

TEST_CASE("attributes come from the pools that gave an address", "[policy][rfc7296-3.15]") {
    LeaseBook book({pool("four", "10.3.0.0/24"), pool("six", "fd03::/120")});
    const LeaseRequest request{
        LeaseHolder{1}, {"four", "six"}, identity("carol"), {address("192.0.2.7"), 500}, {address("0.0.0.0")}, false};
    CHECK(book.lease(request).attributes.size() == 1);
}

TEST_CASE("what everybody is told comes with an address, and first", "[policy][rfc7296-3.15]") {
    LeaseBook book({pool("four", "10.3.0.0/24")});
    book.tell_all({{4, {10, 0, 0, 9}}});
    LeaseRequest request{LeaseHolder{1},       {"four"}, identity("carol"), {address("192.0.2.7"), 500},
                         {address("0.0.0.0")}, false};
    CHECK(book.lease(request).attributes == std::vector<PoolAttribute>{{4, {10, 0, 0, 9}}, {3, {10, 0, 0, 1}}});
    request.holder = LeaseHolder{2};
    request.pools = {"missing"};
    CHECK(book.lease(request).attributes.empty());
}

TEST_CASE("a pool with leases online is neither changed nor removed", "[policy]") {
    LeaseBook book({pool("rw", "10.3.0.0/24")});
    CHECK(lease(book, {}) == "10.3.0.1");
    CHECK(book.objection({pool("rw", "10.4.0.0/24")}) == "pool rw has 1 leases online, and cannot be changed");
    CHECK(book.objection({}) == "pool rw has 1 leases online, and cannot be removed");
    Pool same = pool("rw", "10.3.0.0/24");
    same.attributes.clear();
    CHECK(book.objection({same, pool("other", "10.5.0.0/24")}).empty());
    book.configure({same, pool("other", "10.5.0.0/24")});
    CHECK(book.leases("rw").at(0).is_online);
    book.give_back(LeaseHolder{1});
    CHECK(lease(book, {.holder = 2}) == "10.3.0.1");
    book.give_back(LeaseHolder{2});
    CHECK(book.objection({pool("rw", "10.4.0.0/24")}).empty());
    book.configure({pool("rw", "10.4.0.0/24")});
    CHECK(lease(book, {.holder = 3}) == "10.4.0.1");
    CHECK(book.pools().size() == 1);
}

TEST_CASE("leases are listed in the order of their addresses", "[policy]") {
    LeaseBook book({pool("rw", "10.3.0.0/24")});
    lease(book, {});
    lease(book, {.holder = 2, .peer = "dave"});
    book.give_back(LeaseHolder{1});
    const auto leases = book.leases("rw");
    REQUIRE(leases.size() == 2);
    CHECK(leases[0].address == address("10.3.0.1"));
    CHECK(leases[0].peer == identity("carol"));
    CHECK_FALSE(leases[0].is_online);
    CHECK(leases[1].is_online);
    CHECK(book.leases("none").empty());
}

TEST_CASE("a pool whose addresses somebody holds outlives its configuration", "[policy][hostile-f12]") {
    LeaseBook book({pool("rw", "10.3.0.0/24"), pool("moved", "10.4.0.0/24")});
    CHECK(lease(book, {}) == "10.3.0.1");
    CHECK(book.lease({LeaseHolder{2}, {"moved"}, identity("dave"), {}, {address("0.0.0.0")}, false}).addresses.size() ==
          1);
    book.configure({pool("moved", "10.5.0.0/24")});
    CHECK(book.pools().size() == 2);
    CHECK(lease(book, {}) == "10.3.0.1");  // asked once more
    book.give_back(LeaseHolder{1});
    book.give_back(LeaseHolder{2});
    book.configure({pool("moved", "10.5.0.0/24")});
    REQUIRE(book.pools().size() == 1);
    CHECK(book.pools().front().addresses.base == address("10.5.0.1"));
}
