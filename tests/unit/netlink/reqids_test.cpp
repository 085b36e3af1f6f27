#include "netlink/reqids.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

std::vector<Selector> set(const char* destination) { return {selector("10.1.0.0/24", destination)}; }

}  // namespace

TEST_CASE("reqids count up, and stay with a set of selectors while it is used", "[netlink]") {
    Reqids reqids(Reqid{1});
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

TEST_CASE("after the last reqid come the free ones, from 1", "[netlink]") {
    Reqids reqids(Reqid{1}, Reqid{4});
    CHECK(reqids.acquire(Mode::tunnel, set("10.1.0.0/24")) == Reqid{1});
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{2});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{3});
    reqids.release(Mode::tunnel, set("10.2.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.4.0.0/24")) == Reqid{4});
    CHECK(reqids.acquire(Mode::tunnel, set("10.5.0.0/24")) == Reqid{2});
    reqids.release(Mode::tunnel, set("10.1.0.0/24"));
    CHECK(reqids.acquire(Mode::tunnel, set("10.6.0.0/24")) == Reqid{1});
}

TEST_CASE("0 is no reqid", "[netlink]") {
    Reqids reqids(Reqid{0xffffffff});
    CHECK(reqids.acquire(Mode::tunnel, set("10.2.0.0/24")) == Reqid{0xffffffff});
    CHECK(reqids.acquire(Mode::tunnel, set("10.3.0.0/24")) == Reqid{1});
}

}  // namespace xfrmd::netlink::test
