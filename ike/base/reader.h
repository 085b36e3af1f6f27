// A cursor over borrowed bytes with a sticky error: after the first read beyond the end every read gives zero or an
// empty view and ok() stays false, so a decoder reads a whole structure field by field and checks once. Network byte
// order. Never allocates.
#pragma once

#include "ike/base/bytes.h"

namespace xfrmd::base {

class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }

    ByteView bytes(std::size_t count) {
        if (count > rest_.size()) return poison();
        const ByteView taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    ByteView remaining() { return bytes(rest_.size()); }
    void skip(std::size_t count) { bytes(count); }

    // A reader over the next `count` bytes; poisons this one (and gives an already failed reader) where they are not
    // there.
    Reader sub(std::size_t count) {
        Reader inner(bytes(count));
        inner.ok_ = ok_;
        return inner;
    }

    // For errors found by the caller, such as a length field below its minimum.
    void invalidate() { poison(); }

    std::size_t left() const { return rest_.size(); }
    bool done() const { return rest_.empty(); }
    bool ok() const { return ok_; }
    // Everything was read, and nothing beyond it.
    bool complete() const { return ok_ && rest_.empty(); }

private:
    ByteView poison() {
        ok_ = false;
        rest_ = {};
        return {};
    }
    std::uint64_t number(std::size_t count) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : bytes(count)) value = value << 8 | byte;
        return value;
    }

    ByteView rest_;
    bool ok_ = true;
};

}  // namespace xfrmd::base
