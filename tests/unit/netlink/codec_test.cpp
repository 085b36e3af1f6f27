#include "netlink/codec.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "tests/unit/netlink/layout.h"

namespace xfrmd::netlink::test {

namespace {

struct Fixed {
    std::uint32_t number;
    std::uint16_t half;
};

base::Bytes bytes_in(const MessageBatch& batch) { return base::to_bytes(batch.view()); }

}  // namespace

TEST_CASE("messages are laid out one after the other, each aligned and signed, the last to be acknowledged",
          "[netlink][rfc3549-2.3.2]") {
    MessageBatch batch(4, 4096);
    batch.begin(0x11, 0x100, Fixed{0x01020304, 0x0506});
    batch.attribute(7, base::as_bytes("abc"));
    batch.attribute(8, base::as_bytes("de"), base::as_bytes("fgh"));
    batch.begin(0x12, 0);
    batch.seal(41, 77);
    REQUIRE(batch.ok());
    CHECK(batch.count() == 2);

    Layout expected = header(44, 0x11, 0x101, 41, 77);  // NLM_F_REQUEST comes by itself
    expected.native32(0x01020304).native16(0x0506).zeros(2);
    expected.native16(7).native16(7).text("abc", 4);
    expected.native16(9).native16(8).text("defgh", 8);
    CHECK(bytes_in(batch) == join(expected, header(16, 0x12, 0x005, 42, 77)));
}

TEST_CASE("a batch that is full takes nothing more and says so", "[netlink]") {
    SECTION("by number of messages") {
        MessageBatch batch(2, 4096);
        batch.begin(1, 0);
        batch.begin(2, 0);
        CHECK(batch.ok());
        batch.begin(3, 0);
        CHECK_FALSE(batch.ok());
        CHECK(batch.count() == 2);
        CHECK(batch.view().size() == 32);
    }
    SECTION("by bytes, wherever they run out") {
        for (std::size_t room = 0; room < 44; room += 4) {
            MessageBatch batch(4, room);
            batch.begin(1, 0, Fixed{1, 2});
            batch.attribute(7, base::Bytes(16, 0xaa));
            CHECK_FALSE(batch.ok());
            CHECK(batch.view().size() <= room);
            batch.attribute(7, base::Bytes(1, 0xaa));
            CHECK_FALSE(batch.ok());
        }
        MessageBatch enough(4, 44);
        enough.begin(1, 0, Fixed{1, 2});
        enough.attribute(7, base::Bytes(16, 0xaa));
        CHECK(enough.ok());
    }
    SECTION("by what an attribute's length can say") {
        MessageBatch batch(1, 100000);
        batch.begin(1, 0);
        batch.attribute(7, base::Bytes(65532));
        CHECK_FALSE(batch.ok());
    }
}

TEST_CASE("clearing a batch wipes it", "[netlink]") {
    MessageBatch batch(1, 256);
    batch.begin(1, 0);
    batch.attribute(7, base::Bytes(100, 0xaa));
    const base::ByteView seen = batch.view();
    batch.clear();
    CHECK(std::count(seen.begin(), seen.end(), 0) == static_cast<std::ptrdiff_t>(seen.size()));
    CHECK(batch.view().empty());
    CHECK(batch.count() == 0);
}

TEST_CASE("messages are read until one cannot be true", "[netlink][hostile-g3]") {
    base::Bytes datagram = message(0x10, 2, 5, Layout().text("abc", 3));
    datagram.push_back(0);  // alignment
    base::append(datagram, message(0x11, 0, 6, Layout()));
    MessageReader reader(datagram);
    const auto first = reader.next();
    REQUIRE(first);
    CHECK(first->type == 0x10);
    CHECK(first->flags == 2);
    CHECK(first->sequence == 5);
    CHECK(base::as_text(first->payload) == "abc");
    REQUIRE(reader.next());
    CHECK_FALSE(reader.next());
    CHECK(reader.ok());

    for (const std::uint32_t length : {0U, 1U, 15U, 17U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        const base::Bytes bad = header(length, 0x10, 0, 1).view();
        MessageReader hostile(bad);
        CHECK_FALSE(hostile.next());
        CHECK_FALSE(hostile.ok());
        CHECK_FALSE(hostile.next());
    }
}

TEST_CASE("every truncation of a datagram is noticed", "[netlink][hostile-g3]") {
    const base::Bytes whole = message(0x10, 0, 1, Layout().native32(1));
    for (std::size_t size = 1; size < whole.size(); ++size) {
        MessageReader reader(base::ByteView(whole).first(size));
        CHECK_FALSE(reader.next());
        CHECK_FALSE(reader.ok());
    }
}

TEST_CASE("attributes are found behind the fixed part, others are passed over", "[netlink][hostile-g3]") {
    Layout payload;
    payload.native32(0x01020304).native16(0x0506).zeros(2);
    payload.native16(5).native16(99).text("x", 4);
    payload.native16(8).native16(0x8000 | 7).native32(1000);  // NLA_F_NESTED is no part of the type
    payload.native16(8).native16(7).native32(2000);
    payload.native16(6).native16(9).native16(1).zeros(2);
    PayloadReader reader(payload.view());
    CHECK(reader.fixed<Fixed>().half == 0x0506);
    CHECK(reader.attribute_as<std::uint32_t>(7) == 1000);
    CHECK(base::as_text(reader.attribute(99)) == "x");
    CHECK(reader.attribute(100).empty());
    CHECK_FALSE(reader.attribute_as<std::uint32_t>(100));
    CHECK(reader.ok());
    CHECK_FALSE(reader.attribute_as<std::uint32_t>(9));
    CHECK_FALSE(reader.ok());
}

TEST_CASE("attributes whose length cannot be true are an error", "[netlink][hostile-g3]") {
    for (const unsigned length : {0U, 1U, 3U, 9U, 0xffffU}) {
        Layout payload;
        payload.native16(length).native16(7).native32(1);
        PayloadReader reader(payload.view());
        CHECK(reader.attribute(8).empty());
        CHECK_FALSE(reader.ok());
    }
    PayloadReader stub(base::as_bytes("abc"));
    CHECK(stub.attribute(8).empty());
    CHECK_FALSE(stub.ok());
    PayloadReader too_short(base::as_bytes("abc"));
    CHECK(too_short.fixed<Fixed>().number == 0);
    CHECK_FALSE(too_short.ok());
}

}  // namespace xfrmd::netlink::test
