#include "daemon/vici/message.h"

#include <catch2/catch_test_macros.hpp>

#include "daemon/vici/packet.h"

using namespace xfrmd;
using namespace xfrmd::daemon::vici;

namespace {

// Octets as they are, with names and values as text.
base::Bytes octets(std::initializer_list<std::string_view> parts) {
    base::Bytes all;
    for (const std::string_view part : parts) base::append(all, base::as_bytes(part));
    return all;
}

using namespace std::string_view_literals;

}  // namespace

TEST_CASE("a message is written element by element", "[vici]") {
    Section message;
    message.set("key1", "value1");
    Section& inner = message.add_section("section1");
    inner.add_section("sub-section").set("key2", "value2");
    inner.set("list1", std::vector<std::string>{"item1", "item2"});
    const base::Bytes expected = octets({"\x03\x04key1\x00\x06value1"sv, "\x01\x08section1"sv, "\x01\x0bsub-section"sv,
                                         "\x03\x04key2\x00\x06value2"sv, "\x02"sv, "\x04\x05list1"sv,
                                         "\x05\x00\x05item1"sv, "\x05\x00\x05item2"sv, "\x06"sv, "\x02"sv});
    CHECK(encode(message) == expected);
    const auto read = decode(expected);
    REQUIRE(read);
    CHECK(*read->value("key1") == "value1");
    CHECK(*read->section("section1")->section("sub-section")->value("key2") == "value2");
    CHECK(*read->section("section1")->list("list1") == std::vector<std::string>{"item1", "item2"});
    CHECK(encode(*read) == expected);
}

TEST_CASE("what is no message is refused by a reason with its place", "[vici][hostile-h2]") {
    const auto reason = [](std::string_view text) { return decode(base::as_bytes(text)).error(); };
    CHECK(reason("\x01\x01s"sv) == "a section does not end (octet 3)");
    CHECK(reason("\x02"sv) == "a section ends that has not begun (octet 1)");
    CHECK(reason("\x03\x04ke"sv).starts_with("it is cut off"));
    CHECK(reason("\x03\x01k\x00\x09short"sv).starts_with("it is cut off"));
    CHECK(reason("\x04\x01l"sv).starts_with("a list does not end"));
    CHECK(reason("\x04\x01l\x03\x01k\x00\x00"sv).starts_with("something else than values is in a list"));
    CHECK(reason("\x05\x00\x01x"sv).starts_with("a value of a list is in none"));
    CHECK(reason("\x06"sv).starts_with("a list ends that has not begun"));
    CHECK(reason("\x07"sv).starts_with("an element of an unknown type"));
    std::string deep;
    for (unsigned i = 0; i <= kDeepest; ++i) deep += "\x01\x01s"sv;
    CHECK(reason(deep).starts_with("sections are too deep in each other"));
    std::string many;
    for (std::size_t i = 0; i <= kMostElements; ++i) many += "\x03\x00\x00\x00"sv;
    CHECK(reason(many).starts_with("it has too many elements"));
}

TEST_CASE("what no element can carry is left out", "[vici]") {
    Section message;
    message.set("long", std::string(kMostValueBytes + 1, 'x')).set("longest", std::string(kMostValueBytes, 'y'));
    message.set("list", std::vector<std::string>{std::string(kMostValueBytes + 1, 'z'), "short"});
    const auto read = decode(encode(message));
    REQUIRE(read);
    CHECK(read->value("long") == nullptr);
    CHECK(read->value("longest")->size() == kMostValueBytes);
    CHECK(*read->list("list") == std::vector<std::string>{"short"});
}

TEST_CASE("wiping leaves no value", "[vici][hostile-h8]") {
    Section message;
    message.set("data", "secret").add_section("s").set("owners", std::vector<std::string>{"moon"});
    wipe(message);
    CHECK(*message.value("data") == std::string(6, '\0'));
    CHECK(message.section("s")->list("owners")->front() == std::string(4, '\0'));
}

TEST_CASE("packets are framed, and named where their type says so", "[vici]") {
    Section message;
    message.set("a", "b");
    const auto frame = encode(Packet{PacketType::request, "version", message});
    REQUIRE(frame);
    CHECK(*frame == octets({"\x00\x00\x00\x0f\x00\x07version"sv,
                            "\x03\x01"
                            "a\x00\x01"
                            "b"sv}));
    const auto read = decode_packet(base::ByteView(*frame).subspan(4));
    REQUIRE(read);
    CHECK(read->type == PacketType::request);
    CHECK(read->name == "version");
    CHECK(*read->message.value("a") == "b");
    CHECK(*encode(Packet{PacketType::confirm}) == octets({"\x00\x00\x00\x01\x05"sv}));
}

TEST_CASE("what is no packet is refused by a reason", "[vici][hostile-h2]") {
    CHECK(decode_packet({}).error() == "it is empty");
    CHECK(decode_packet(base::as_bytes("\x08"sv)).error() == "its type is unknown: 8");
    CHECK(decode_packet(base::as_bytes("\x00\x09ver"sv)).error() == "its name is cut off");
    Section huge;
    for (int i = 0; i < 9; ++i) huge.set("k", std::string(kMostValueBytes, 'x'));
    CHECK_FALSE(encode(Packet{PacketType::response, {}, huge}));
}
