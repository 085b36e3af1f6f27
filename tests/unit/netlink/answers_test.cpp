#include "netlink/answers.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "tests/unit/netlink/layout.h"

namespace xfrmd::netlink::test {

namespace {

// linux/netlink.h
constexpr unsigned kError = 2;
constexpr unsigned kDone = 3;
constexpr unsigned kMulti = 0x02;
constexpr unsigned kInterrupted = 0x10;
constexpr unsigned kCapped = 0x100;
constexpr unsigned kHasAttributes = 0x200;
constexpr unsigned kMessageAttribute = 1;  // NLMSGERR_ATTR_MSG
constexpr unsigned kOffsetAttribute = 2;   // NLMSGERR_ATTR_OFFS

Layout error_payload(int error, std::uint32_t sequence, std::uint32_t request_length = 264) {
    Layout payload;
    payload.native32(static_cast<std::uint32_t>(error));
    return payload.bytes(header(request_length, 0x10, 5, sequence).view());
}

base::Bytes error(std::uint32_t sequence, int value) {
    return message(kError, kCapped, sequence, error_payload(value, sequence));
}

base::Bytes both(base::Bytes first, const base::Bytes& second) {
    base::append(first, second);
    return first;
}

std::vector<int> errnos(ChangeAnswers& answers) {
    const auto results = std::move(answers).results();
    std::vector<int> values;
    values.reserve(results.size());
    for (const auto& result : results) values.push_back(result ? 0 : result.error().errno_value);
    return values;
}

std::string text_of(ChangeAnswers& answers, const base::Bytes& datagram) {
    REQUIRE(answers.take(datagram));
    return std::move(answers).results().front().error().text;
}

}  // namespace

TEST_CASE("what was not refused by the time of the last answer has been done", "[netlink][hostile-g4]") {
    ChangeAnswers answers(10, 4);
    REQUIRE(answers.take(error(11, -EEXIST)));
    CHECK_FALSE(answers.complete());
    REQUIRE(answers.take(error(13, 0)));
    CHECK(answers.complete());
    CHECK(errnos(answers) == std::vector<int>{0, EEXIST, 0, 0});
}

TEST_CASE("several answers may share a datagram, and the last change may be the one refused", "[netlink]") {
    ChangeAnswers answers(0xffffffff, 3);  // sequence numbers wrap
    REQUIRE(answers.take(both(error(0xffffffff, -EPERM), error(1, -EINVAL))));
    CHECK(answers.complete());
    CHECK(errnos(answers) == std::vector<int>{EPERM, 0, EINVAL});
}

TEST_CASE("answers to others and second answers do not count", "[netlink][hostile-g3]") {
    ChangeAnswers answers(10, 2);
    REQUIRE(answers.take(error(9, -EPERM)));
    REQUIRE(answers.take(error(12, 0)));
    REQUIRE(answers.take(message(0x10, 0, 11, Layout())));
    CHECK_FALSE(answers.complete());
    REQUIRE(answers.take(both(error(10, -EPERM), error(10, 0))));
    REQUIRE(answers.take(error(11, 0)));
    CHECK(errnos(answers) == std::vector<int>{EPERM, 0});
}

TEST_CASE("when answers are lost, what was answered stays answered", "[netlink][hostile-g3]") {
    ChangeAnswers answers(10, 3);
    REQUIRE(answers.take(error(10, -EEXIST)));
    answers.give_up(kernel_error(ENOBUFS));
    CHECK(errnos(answers) == std::vector<int>{EEXIST, ENOBUFS, ENOBUFS});
}

TEST_CASE("the kernel's own words are found behind a capped and an echoed request", "[netlink]") {
    const auto words = [](unsigned flags, std::size_t echo) {
        Layout payload = error_payload(-EINVAL, 1, static_cast<std::uint32_t>(16 + echo));
        if ((flags & kCapped) == 0) payload.zeros((echo + 3) / 4 * 4);
        payload.native16(8).native16(kOffsetAttribute).native32(16);
        payload.native16(4 + 9).native16(kMessageAttribute).text("Bad SA\x1b!", 12);
        return message(kError, flags | kHasAttributes, 1, payload);
    };
    const std::string expected = "EINVAL: Invalid argument (Bad SA\\x1b!)";
    ChangeAnswers capped(1, 1);
    CHECK(text_of(capped, words(kCapped, 100)) == expected);
    ChangeAnswers echoed(1, 1);
    CHECK(text_of(echoed, words(0, 100)) == expected);
    ChangeAnswers echoed_odd(1, 1);
    CHECK(text_of(echoed_odd, words(0, 97)) == expected);
}

TEST_CASE("words that are not where they should be are left out", "[netlink][hostile-g3]") {
    for (const std::uint32_t echo : {0U, 15U, 16U, 1000U, 0xfffffffdU, 0xffffffffU}) {
        ChangeAnswers answers(1, 1);
        CHECK(text_of(answers, message(kError, kHasAttributes, 1, error_payload(-EINVAL, 1, echo))) ==
              "EINVAL: Invalid argument");
    }
    Layout lying = error_payload(-EINVAL, 1);
    lying.native16(0xffff).native16(kMessageAttribute).text("Bad", 4);
    ChangeAnswers answers(1, 1);
    CHECK(text_of(answers, message(kError, kCapped | kHasAttributes, 1, lying)) == "EINVAL: Invalid argument");
}

TEST_CASE("answers that are malformed are errors, never successes", "[netlink][hostile-g3]") {
    const base::Bytes whole = error(1, 0);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        ChangeAnswers answers(1, 1);
        const auto taken = answers.take(base::ByteView(whole).first(size));
        REQUIRE_FALSE(taken);
        CHECK(taken.error().errno_value == EPROTO);
        CHECK_FALSE(answers.complete());
    }
    // Whole messages that are too short to hold an error, or hold what is none.
    ChangeAnswers too_short(1, 1);
    REQUIRE(too_short.take(message(kError, 0, 1, Layout().native32(0))));
    CHECK(errnos(too_short) == std::vector<int>{EPROTO});
    for (const int value : {1, 22, -4096, INT32_MIN}) {
        ChangeAnswers answers(1, 1);
        REQUIRE(answers.take(error(1, value)));
        CHECK(errnos(answers) == std::vector<int>{EPROTO});
    }
    ChangeAnswers empty(1, 1);
    CHECK(empty.take({}));
    CHECK_FALSE(empty.complete());
}

TEST_CASE("a dump is whole when the kernel says so", "[netlink][hostile-g3]") {
    std::vector<unsigned> seen;
    const QueryAnswers::Visitor visit = [&](const Message& one) { seen.push_back(one.type); };
    QueryAnswers answers(5, visit);
    REQUIRE(answers.take(both(message(0x10, kMulti, 5, Layout()), message(0x11, kMulti, 4, Layout()))));
    REQUIRE(answers.take(message(0x12, kMulti, 5, Layout())));
    REQUIRE(answers.take(message(1, kMulti, 5, Layout())));  // NLMSG_NOOP
    CHECK_FALSE(answers.complete());
    const base::Bytes end = message(kDone, kMulti, 5, Layout().native32(0));
    REQUIRE(answers.take(both(end, message(0x13, kMulti, 5, Layout()))));
    CHECK(answers.complete());
    CHECK_FALSE(answers.interrupted());
    CHECK(seen == std::vector<unsigned>{0x10, 0x12});
}

TEST_CASE("a dump during which the list changed says so", "[netlink][hostile-g3]") {
    const QueryAnswers::Visitor visit = [](const Message&) {};
    QueryAnswers answers(5, visit);
    REQUIRE(answers.take(message(0x10, kMulti | kInterrupted, 5, Layout())));
    REQUIRE(answers.take(message(kDone, kMulti, 5, Layout())));
    CHECK(answers.complete());
    CHECK(answers.interrupted());
}

TEST_CASE("a query ends with its refusal or its acknowledgement", "[netlink]") {
    std::size_t seen = 0;
    const QueryAnswers::Visitor visit = [&](const Message&) { ++seen; };
    QueryAnswers refused_one(5, visit);
    const auto taken = refused_one.take(error(5, -ESRCH));
    REQUIRE_FALSE(taken);
    CHECK(taken.error().errno_value == ESRCH);
    CHECK(refused_one.complete());

    QueryAnswers answered(5, visit);
    REQUIRE(answered.take(message(0x10, 0, 5, Layout())));
    REQUIRE(answered.take(error(5, 0)));
    CHECK(answered.complete());
    CHECK(seen == 1);

    QueryAnswers failed_dump(5, visit);
    CHECK(failed_dump.take(message(kDone, kMulti, 5, Layout().native32(static_cast<std::uint32_t>(-ENOMEM))))
              .error()
              .errno_value == ENOMEM);
    QueryAnswers cut(5, visit);
    const base::Bytes end = message(kDone, kMulti, 5, Layout().native32(0));
    CHECK(cut.take(base::ByteView(end).first(17)).error().errno_value == EPROTO);
    CHECK_FALSE(cut.complete());
}

}  // namespace xfrmd::netlink::test
