#include "daemon/outbox.h"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace xfrmd;
using daemon::Outbox;

namespace {

ike::SendDatagram to(const char* peer, std::uint8_t number, std::uint16_t port = 500) {
    return {{*base::Address::parse("192.0.2.1"), 500}, {*base::Address::parse(peer), port}, {number}};
}

bool keeps(Outbox& outbox, ike::SendDatagram datagram) { return outbox.keeps(datagram); }

std::string numbers(const std::vector<ike::SendDatagram>& datagrams) {
    std::string all;
    for (const ike::SendDatagram& datagram : datagrams) all += std::to_string(datagram.bytes.front());
    return all;
}

}  // namespace

TEST_CASE("where the kernel is not asked for anything, datagrams leave at once", "[daemon][rfc7296-1.4.1]") {
    Outbox outbox;
    outbox.begin_turn();
    ike::SendDatagram datagram = to("192.0.2.2", 1);
    CHECK_FALSE(outbox.keeps(datagram));
    CHECK(datagram.bytes.size() == 1);
}

TEST_CASE("the answer to a Delete waits for the kernel", "[daemon][rfc7296-1.4.1]") {
    Outbox outbox;
    outbox.begin_turn();
    outbox.ask();
    CHECK(keeps(outbox, to("192.0.2.2", 1)));
    CHECK(keeps(outbox, to("192.0.2.2", 2)));
    CHECK(numbers(outbox.answer()) == "12");
    CHECK_FALSE(keeps(outbox, to("192.0.2.2", 3)));
}

TEST_CASE("where the answer is there already, nothing waits", "[daemon][rfc7296-1.4.1]") {
    Outbox outbox;
    outbox.begin_turn();
    outbox.ask();
    CHECK(outbox.answer().empty());
    CHECK_FALSE(keeps(outbox, to("192.0.2.2", 1)));
}

TEST_CASE("what is said later to the same peer waits behind it, and nobody else does", "[daemon][rfc7296-1.4.1]") {
    Outbox outbox;
    outbox.begin_turn();
    outbox.ask();
    REQUIRE(keeps(outbox, to("192.0.2.2", 1)));
    outbox.begin_turn();
    CHECK(keeps(outbox, to("192.0.2.2", 2)));
    CHECK_FALSE(keeps(outbox, to("192.0.2.3", 3)));
    CHECK_FALSE(keeps(outbox, to("192.0.2.2", 4, 4500)));
    outbox.begin_turn();
    outbox.ask();
    CHECK(keeps(outbox, to("192.0.2.3", 5)));
    CHECK(numbers(outbox.answer()) == "12");
    CHECK(keeps(outbox, to("192.0.2.3", 6)));
    CHECK(numbers(outbox.answer()) == "56");
}

TEST_CASE("a turn that asks twice waits for both answers", "[daemon][rfc7296-1.4.1]") {
    Outbox outbox;
    outbox.begin_turn();
    outbox.ask();
    outbox.ask();
    REQUIRE(keeps(outbox, to("192.0.2.2", 1)));
    CHECK(outbox.answer().empty());
    CHECK(numbers(outbox.answer()) == "1");
}

TEST_CASE("what waits for the kernel is bounded", "[daemon][hostile-g12]") {
    Outbox outbox;
    outbox.begin_turn();
    outbox.ask();
    for (std::size_t i = 0; i < Outbox::kMost; ++i) REQUIRE(keeps(outbox, to("192.0.2.2", 1)));
    CHECK_FALSE(keeps(outbox, to("192.0.2.2", 2)));
    CHECK(outbox.answer().size() == Outbox::kMost);
}
