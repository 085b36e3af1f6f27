#include "daemon/api/conversation.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

std::string take_output(Conversation& talk) {
    std::string all;
    for (auto part = talk.outgoing(); !part.empty(); part = talk.outgoing()) {
        all += part;
        talk.sent(part.size());
    }
    return all;
}

}  // namespace

TEST_CASE("a text goes in, its reply comes out", "[api]") {
    Conversation talk;
    CHECK_FALSE(talk.next_text());
    talk.received("{}\n");
    CHECK(talk.next_text() == "{}");
    talk.started(1);
    CHECK_FALSE(talk.next_text());
    talk.replied({"[]", 1});
    CHECK(take_output(talk) == "[]\n");
    CHECK_FALSE(talk.is_over());
    CHECK(talk.wants_input());
}

TEST_CASE("what is being written stays where it is while more is said", "[api]") {
    Conversation talk;
    talk.started(3);
    talk.replied({"first", 1});
    const std::string_view writing = talk.outgoing();
    for (int i = 0; i < 2; ++i) talk.replied({std::string(100000, 'x'), 1});
    CHECK(talk.outgoing().data() == writing.data());
    CHECK(writing == "first\n");
    talk.sent(3);
    CHECK(talk.outgoing() == "st\n");
    talk.sent(3);
    CHECK(talk.outgoing().size() == 200002);
}

TEST_CASE("half-close: what was asked is answered, then it is over", "[api]") {
    Conversation talk;
    talk.received("{}{}");
    talk.received_end();
    CHECK_FALSE(talk.wants_input());
    CHECK(talk.next_text());
    talk.started(1);
    CHECK(talk.next_text());
    talk.started(1);
    CHECK_FALSE(talk.next_text());
    CHECK_FALSE(talk.is_over());
    talk.replied({std::nullopt, 1});
    CHECK_FALSE(talk.is_over());
    talk.replied({"x", 1});
    CHECK_FALSE(talk.is_over());
    CHECK(take_output(talk) == "x\n");
    CHECK(talk.is_over());
}

TEST_CASE("lost framing is answered with -32700 behind what was asked before, then it is over", "[api][hostile-h1]") {
    Conversation talk;
    talk.received("{}]{}");
    CHECK(talk.next_text());
    talk.started(1);
    CHECK_FALSE(talk.next_text());
    CHECK_FALSE(talk.wants_input());
    CHECK(take_output(talk).find("-32700") != std::string::npos);
    CHECK_FALSE(talk.is_over());
    talk.replied({"late", 1});
    CHECK(take_output(talk) == "late\n");
    CHECK(talk.is_over());
}

TEST_CASE("a text cut off by the end of the stream is -32700", "[api][hostile-h1]") {
    Conversation talk;
    talk.received("{\"jsonrpc\"");
    talk.received_end();
    CHECK_FALSE(talk.next_text());
    CHECK(take_output(talk).find("-32700") != std::string::npos);
    CHECK(talk.is_over());
}

TEST_CASE("nothing more is taken while 64 requests are open", "[api][hostile-h2]") {
    Conversation talk;
    for (std::size_t i = 0; i < kMaxInFlight + 1; ++i) talk.received("{}");
    for (std::size_t i = 0; i < kMaxInFlight; ++i) {
        REQUIRE(talk.next_text());
        talk.started(1);
    }
    CHECK_FALSE(talk.next_text());
    CHECK_FALSE(talk.wants_input());
    talk.replied({std::nullopt, 1});
    CHECK(talk.wants_input());
    CHECK(talk.next_text());
}

TEST_CASE("nothing more is taken while a mebibyte is unread, and too much ends it", "[api][hostile-h2]") {
    Conversation talk;
    talk.received("{}");
    talk.started(8);
    talk.replied({std::string(kOutputPauseBytes, 'x'), 1});
    CHECK_FALSE(talk.next_text());
    CHECK_FALSE(talk.wants_input());
    CHECK_FALSE(talk.is_over());
    talk.sent(talk.outgoing().size());
    CHECK(talk.wants_input());
    CHECK(talk.next_text());
    for (int i = 0; i < 4; ++i) talk.replied({std::string(kOutputPauseBytes, 'x'), 1});
    CHECK(talk.is_over());
}

TEST_CASE("a refusal is said and nothing else", "[api]") {
    Conversation talk;
    talk.refuse({ErrorKind::ServerBusy, "there are 64 connections already"});
    talk.received("{}");
    CHECK_FALSE(talk.next_text());
    CHECK(take_output(talk).find("server.busy") != std::string::npos);
    CHECK(talk.is_over());
}
