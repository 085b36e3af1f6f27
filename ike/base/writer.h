// Appends fields in network byte order to a buffer it owns. Lengths that are known only later are reserved as a Mark
// and patched. Overflow of a patched length field is sticky and shows in ok(), as with Reader.
#pragma once

#include <limits>
#include <utility>

#include "ike/base/bytes.h"

namespace xfrmd::base {

class Writer {
public:
    struct Mark {
        std::size_t offset;
    };

    Writer& u8(std::uint8_t value) { return number(value, 1); }
    Writer& u16(std::uint16_t value) { return number(value, 2); }
    Writer& u32(std::uint32_t value) { return number(value, 4); }
    Writer& u64(std::uint64_t value) { return number(value, 8); }
    Writer& bytes(ByteView more) {
        append(out_, more);
        return *this;
    }
    Writer& zeros(std::size_t count) {
        out_.insert(out_.end(), count, 0);
        return *this;
    }

    Mark mark_u8() { return reserve(1); }
    Mark mark_u16() { return reserve(2); }
    Mark mark_u32() { return reserve(4); }
    void patch_u8(Mark mark, std::size_t value) { patch(mark, value, 1); }
    void patch_u16(Mark mark, std::size_t value) { patch(mark, value, 2); }
    void patch_u32(Mark mark, std::size_t value) { patch(mark, value, 4); }

    std::size_t size() const { return out_.size(); }
    ByteView view() const { return out_; }
    bool ok() const { return ok_; }
    Bytes take() { return std::exchange(out_, {}); }

private:
    Writer& number(std::uint64_t value, std::size_t count) {
        for (std::size_t shift = count * 8; shift > 0; shift -= 8) {
            out_.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
        }
        return *this;
    }
    Mark reserve(std::size_t count) {
        const Mark mark{out_.size()};
        zeros(count);
        return mark;
    }
    void patch(Mark mark, std::uint64_t value, std::size_t count) {
        if (value >> (count * 8) != 0) ok_ = false;
        for (std::size_t i = 0; i < count; ++i) {
            out_[mark.offset + i] = static_cast<std::uint8_t>(value >> ((count - 1 - i) * 8));
        }
    }

    Bytes out_;
    bool ok_ = true;
};

}  // namespace xfrmd::base
