// Message ids and retransmission without anything else (RFC 7296 2.1-2.3).
#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/sa/window.h"

namespace xfrmd::ikev2::sa {

namespace {

constexpr base::Instant kStart{std::chrono::seconds(100)};

wire::MessageId id(std::uint32_t number) { return wire::MessageId{number}; }
base::Bytes content(std::uint8_t byte) { return {byte, 2, 3}; }

}  // namespace

TEST_CASE("requests of ours count up one at a time", "[engine][rfc7296-2.2]") {
    Window window;
    const RetransmitSchedule schedule;
    CHECK(window.idle());
    CHECK(window.next_request_id() == id(0));
    window.sent({}, kStart, schedule);
    CHECK_FALSE(window.idle());
    CHECK(window.is_awaited(id(0)));
    CHECK_FALSE(window.is_awaited(id(1)));
    window.sent_anew({}, kStart, schedule);
    CHECK(window.is_awaited(id(0)));
    CHECK(window.next_request_id() == id(1));
    window.answered();
    CHECK_FALSE(window.is_awaited(id(0)));
    CHECK(window.retransmit_at() == base::kNever);
    CHECK(window.retransmit(kStart, schedule) == nullptr);
}

TEST_CASE("waits grow by 1.8 up to the longest", "[engine][rfc7296-2.1]") {
    const RetransmitSchedule schedule;
    CHECK(schedule.after(0) == std::chrono::seconds(4));
    CHECK(std::chrono::round<std::chrono::milliseconds>(schedule.after(1)) == std::chrono::milliseconds(7200));
    CHECK(std::chrono::round<std::chrono::milliseconds>(schedule.after(4)) == std::chrono::milliseconds(41990));
    CHECK(schedule.after(5) == schedule.longest);
    CHECK(schedule.after(100000) == schedule.longest);
}

TEST_CASE("requests of the peer are fresh, repeated, in progress or outside", "[engine][rfc7296-2.3]") {
    Window window;
    CHECK(window.classify(id(0), content(1), {}) == RequestKind::fresh);
    CHECK(window.classify(id(1), content(1), {}) == RequestKind::outside);
    window.accept(id(0), content(1));
    CHECK(window.classify(id(0), content(1), {}) == RequestKind::in_progress);
    CHECK(window.classify(id(1), content(2), {}) == RequestKind::outside);
    window.respond({{7}});
    CHECK(window.classify(id(0), content(1), {}) == RequestKind::repeated);
    CHECK(window.classify(id(0), content(2), {}) == RequestKind::outside);
    CHECK(window.cached_response() == Datagrams{{7}});
    CHECK(window.classify(id(1), content(2), {}) == RequestKind::fresh);
    window.accept(id(1), content(2));
    CHECK(window.classify(id(0), content(1), {}) == RequestKind::outside);
}

// A request may be sent again in smaller fragments (RFC 7383 2.5.2), so they need not be those that came before.
TEST_CASE("of a repeated request the first fragment counts, whatever is in it", "[engine][rfc7383-2.6.1][hostile-e5]") {
    const wire::Fragment first{1, 3};
    const wire::Fragment second{2, 3};
    Window window;
    CHECK(window.classify(id(0), content(1), first) == RequestKind::fresh);
    CHECK(window.classify(id(0), content(2), second) == RequestKind::fresh);
    window.accept(id(0), content(2));
    CHECK(window.classify(id(0), content(3), first) == RequestKind::in_progress);
    window.respond({{7}, {8}});
    CHECK(window.classify(id(0), content(3), first) == RequestKind::repeated);
    CHECK(window.classify(id(0), content(2), second) == RequestKind::outside);
    CHECK(window.classify(id(1), content(4), second) == RequestKind::fresh);
}

TEST_CASE("message ids never come round", "[engine][rfc7296-2.2][hostile-f2]") {
    Window window;
    window.accept(id(0xfffffffe), content(1));
    window.respond({});
    CHECK(window.exhausted());
    CHECK(window.classify(id(0xffffffff), content(2), {}) == RequestKind::outside);
    CHECK(window.classify(id(0), content(2), {}) == RequestKind::outside);
}

}  // namespace xfrmd::ikev2::sa
