#include <catch2/catch_test_macros.hpp>

#include "ike/base/reader.h"
#include "ike/base/writer.h"

using namespace xfrmd::base;

TEST_CASE("fields come back in network order", "[base]") {
    Writer writer;
    const auto length = writer.mark_u16();
    writer.u8(0x12).u16(0x3456).u32(0x789abcde).u64(1).bytes(as_bytes("xy")).zeros(2);
    writer.patch_u16(length, writer.size());
    const Bytes bytes = writer.take();
    CHECK(to_hex(ByteView(bytes).first(9)) == "0015123456789abcde");

    Reader reader(bytes);
    CHECK(reader.u16() == 21);
    CHECK(reader.u8() == 0x12);
    CHECK(reader.u16() == 0x3456);
    CHECK(reader.u32() == 0x789abcde);
    CHECK(reader.u64() == 1);
    CHECK(as_text(reader.bytes(2)) == "xy");
    CHECK_FALSE(reader.complete());
    reader.skip(2);
    CHECK(reader.complete());
}

TEST_CASE("reading past the end is sticky and gives zeros", "[base][hostile-b1]") {
    const Bytes bytes{1, 2, 3};
    Reader reader(bytes);
    CHECK(reader.u32() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8() == 0);
    CHECK(reader.left() == 0);
    CHECK_FALSE(reader.sub(0).ok());
}

TEST_CASE("a length that does not fit its field shows", "[base]") {
    Writer writer;
    const auto mark = writer.mark_u8();
    writer.patch_u8(mark, 256);
    CHECK_FALSE(writer.ok());
}
