#include "ike/message_counters.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/engine/gateways.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using ike::MessageCount;

namespace {

std::uint64_t at(const ike::MessageCounts& counts, std::string_view name) {
    for (std::size_t i = 0; i < counts.values.size(); ++i) {
        if (ike::kMessageCountNames.at(i) == name) return counts.values.at(i);
    }
    FAIL("no such counter");
    return 0;
}

}  // namespace

TEST_CASE("each message counts by exchange, direction and kind", "[engine]") {
    Gateways gateways;
    gateways.connect();
    const auto& left = gateways.left.engine.counters().messages;
    const auto& right = gateways.right.engine.counters().messages;
    for (const char* exchange : {"ike-init", "ike-auth"}) {
        const std::string name = exchange;
        CHECK(at(left.all(), name + "-out-req") == 1);
        CHECK(at(left.all(), name + "-in-resp") == 1);
        CHECK(at(left.all(), name + "-in-req") == 0);
        CHECK(at(right.all(), name + "-in-req") == 1);
        CHECK(at(right.all(), name + "-out-resp") == 1);
    }
    REQUIRE(left.of_connections().size() == 1);
    CHECK(at(left.of_connections().begin()->second, "ike-auth-out-req") == 1);
    CHECK(at(left.of_connections().begin()->second, "ike-auth-in-resp") == 1);
}

TEST_CASE("counters start anew when they are reset", "[engine]") {
    ike::MessageCounters counters;
    counters.count(MessageCount::child_rekey, "gw");
    counters.count(MessageCount::invalid, "");
    CHECK(at(counters.all(), "child-rekey") == 1);
    CHECK(counters.of_connections().size() == 1);
    counters.reset("gw");
    CHECK(counters.of_connections().empty());
    CHECK(at(counters.all(), "invalid") == 1);
    counters.reset("");
    CHECK(at(counters.all(), "invalid") == 0);
}

TEST_CASE("of a message in fragments the first one counts", "[engine][rfc7383-2.5]") {
    base::Bytes fragment(40, 0);
    fragment[16] = 53;  // Encrypted Fragment
    fragment[17] = 0x20;
    fragment[18] = 35;  // IKE_AUTH
    fragment[19] = 0x08;
    fragment[33] = 1;  // fragment 1
    ike::MessageCounters counters;
    counters.count(fragment, ike::MessageCounters::Direction::out, "gw");
    fragment[33] = 2;
    counters.count(fragment, ike::MessageCounters::Direction::out, "gw");
    CHECK(at(counters.all(), "ike-auth-out-req") == 1);
}
