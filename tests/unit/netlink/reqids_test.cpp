#include "netlink/reqids.h"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

std::vector<Selector> set(const char* destination) { return {selector("10.1.0.0/24", destination)}; }
std::vector<Selector> set(unsigned number) {
    const std::string octets = std::to_string(number / 256) + "." + std::to_string(number % 256);
    return set(("10." + octets + ".0/24").c_str());
}

}  // namespace

TEST_CASE("reqids count up, and stay with a set of selectors while it is used", "[netlink]") {
    Reqids reqids;
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{2});
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::transport, set("10.2.0.0/24")) == Reqid{3});
    reqids.release(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{1});
    reqids.release(Mode::tunnel, set("10.2.0.0/24"));
    reqids.release(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{4});
}

TEST_CASE("a reqid may be preferred, and is free when nobody has it any more", "[netlink]") {
    Reqids reqids;
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24"), Reqid{1}) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.4.0.0/24")) == Reqid{2});
    CHECK(reqids.acquire(Mode::tunnel, set("10.4.0.0/24"), Reqid{1}) == Reqid{2});
    reqids.release(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{1});
}

TEST_CASE("reqids are scattered behind the first thousand, and none comes twice", "[netlink]") {
    Reqids reqids;
    std::set<Reqid> seen;
    for (unsigned number = 1; number <= 1000; ++number) {
        REQUIRE(reqids.acquire(Mode::tunnel, set(number)) == Reqid{number});
        seen.insert(Reqid{number});
    }
    std::size_t in_a_row = 0;
    Reqid last{1000};
    for (unsigned number = 1001; number <= 20000; ++number) {
        const Reqid reqid = reqids.acquire(Mode::tunnel, set(number));
        REQUIRE(seen.insert(reqid).second);
        if (static_cast<std::uint32_t>(reqid) == static_cast<std::uint32_t>(last) + 1) ++in_a_row;
        last = reqid;
    }
    CHECK(in_a_row == 0);
}

TEST_CASE("after the last reqid come the free ones, and 0 is none", "[netlink]") {
    Reqids reqids(Reqid{0xffffffff});
    const Reqid last = reqids.acquire(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(last != Reqid{0});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.4.0.0/24")) == Reqid{2});
}

TEST_CASE("a reqid that is somebody else's is passed over", "[netlink]") {
    Reqids reqids;
    reqids.reserve(Reqid{1});
    reqids.reserve(Reqid{3});
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{2});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{4});
}

TEST_CASE("what comes in place of an earlier process's tunnel has its reqid", "[netlink][hostile-g9]") {
    Reqids reqids;
    reqids.keep(Mode::tunnel, set("10.2.0.0/24"), Reqid{1});
    reqids.keep(Mode::tunnel, set("10.3.0.0/24"), Reqid{7});
    reqids.configure({Reqid{7}});
    CHECK(reqids.acquire(Mode::transport, set("10.2.0.0/24")) == Reqid{2});
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{3});
    reqids.release(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{4});
}

TEST_CASE("a configured reqid is free again when it is configured no more", "[netlink]") {
    Reqids reqids(Reqid{0xffffffff});
    reqids.configure({Reqid{1}, Reqid{2}});
    reqids.reserve(Reqid{3});
    reqids.configure({Reqid{2}});
    (void)reqids.acquire(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.4.0.0/24")) == Reqid{4});
}

TEST_CASE("a reqid that is reserved while it is in use is not given out again", "[netlink]") {
    Reqids reqids(Reqid{0xffffffff});
    const Reqid last = reqids.acquire(Mode::tunnel, set("10.2.0.0/24"));
    reqids.reserve(last);
    reqids.reserve(Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == last);
    for (int i = 0; i < 2; ++i) reqids.release(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{2});
}

TEST_CASE("a reqid in use is passed over when the numbers begin again", "[netlink]") {
    Reqids reqids(Reqid{0xfffffffe});
    const Reqid early = reqids.acquire(Mode::tunnel, set("10.2.0.0/24"), Reqid{1});
    CHECK(early == Reqid{1});
    (void)reqids.acquire(Mode::tunnel, set("10.3.0.0/24"));
    (void)reqids.acquire(Mode::tunnel, set("10.4.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.5.0.0/24")) == Reqid{2});
}

TEST_CASE("a reqid that was preferred before its turn has had it", "[netlink]") {
    Reqids reqids;
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24"), Reqid{2}) == Reqid{2});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.4.0.0/24")) == Reqid{3});
}

}  // namespace xfrmd::netlink::test
