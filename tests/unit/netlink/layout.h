// Writes down, field by field, the bytes a netlink message has to have: an independent second opinion on the layout,
// with no structure of linux/xfrm.h in it. native: host order; net: network order.
#pragma once

#include <cstdint>
#include <string_view>

#include "ike/base/bytes.h"

namespace xfrmd::netlink::test {

class Layout {
public:
    Layout& u8(unsigned value) { return number(value, 1, false); }
    Layout& native16(unsigned value) { return number(value, 2, true); }
    Layout& native32(std::uint64_t value) { return number(value, 4, true); }
    Layout& native64(std::uint64_t value) { return number(value, 8, true); }
    Layout& net16(unsigned value) { return number(value, 2, false); }
    Layout& net32(std::uint64_t value) { return number(value, 4, false); }
    Layout& zeros(std::size_t count) {
        bytes_.insert(bytes_.end(), count, 0);
        return *this;
    }
    Layout& bytes(base::ByteView more) {
        base::append(bytes_, more);
        return *this;
    }
    // NUL-terminated, in a field of `size`.
    Layout& text(std::string_view text, std::size_t size) {
        base::append(bytes_, base::as_bytes(text));
        return zeros(size - text.size());
    }
    // In the 16 bytes of an xfrm_address_t.
    Layout& address(base::ByteView octets) { return bytes(octets).zeros(16 - octets.size()); }

    const base::Bytes& view() const { return bytes_; }
    std::size_t size() const { return bytes_.size(); }

private:
    Layout& number(std::uint64_t value, std::size_t size, bool is_native) {
        const std::uint16_t probe = 1;
        const bool is_little = is_native && *reinterpret_cast<const std::uint8_t*>(&probe) == 1;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t shift = 8 * (is_little ? i : size - 1 - i);
            bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
        }
        return *this;
    }

    base::Bytes bytes_;
};

// linux/netlink.h: struct nlmsghdr.
inline Layout header(std::size_t length, unsigned type, unsigned flags, std::uint32_t sequence,
                     std::uint32_t sender = 0) {
    return Layout().native32(length).native16(type).native16(flags).native32(sequence).native32(sender);
}

inline base::Bytes join(const Layout& head, const Layout& rest) {
    base::Bytes both = head.view();
    base::append(both, rest.view());
    return both;
}

// A whole message around a payload.
inline base::Bytes message(unsigned type, unsigned flags, std::uint32_t sequence, const Layout& payload) {
    return join(header(16 + payload.size(), type, flags, sequence), payload);
}

}  // namespace xfrmd::netlink::test
