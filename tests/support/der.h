// DER as tests write it: element by element, sensible or not.
#pragma once

#include <initializer_list>

#include "ike/base/bytes.h"

namespace xfrmd::tests {

inline base::Bytes joined(std::initializer_list<base::Bytes> parts) {
    base::Bytes out;
    for (const base::Bytes& part : parts) base::append(out, part);
    return out;
}

inline base::Bytes der(std::uint8_t tag, base::ByteView contents) {
    base::Bytes out{tag};
    const std::size_t size = contents.size();
    if (size > 0xffff) {
        out.insert(out.end(), {0x83, static_cast<std::uint8_t>(size >> 16)});
    } else if (size > 0xff) {
        out.push_back(0x82);
    } else if (size > 0x7f) {
        out.push_back(0x81);
    }
    if (size > 0xff) out.push_back(static_cast<std::uint8_t>(size >> 8));
    out.push_back(static_cast<std::uint8_t>(size));
    base::append(out, contents);
    return out;
}

inline base::Bytes der(std::uint8_t tag, std::initializer_list<base::Bytes> parts) { return der(tag, joined(parts)); }

inline base::Bytes sequence(std::initializer_list<base::Bytes> parts) { return der(0x30, parts); }

// Contents of the OBJECT IDENTIFIER.
inline base::Bytes oid(std::initializer_list<std::uint8_t> contents) {
    return der(0x06, base::Bytes(contents.begin(), contents.end()));
}

inline base::Bytes der_text(std::uint8_t tag, std::string_view text) { return der(tag, base::as_bytes(text)); }

// A non-negative INTEGER.
inline base::Bytes der_number(std::uint64_t value) {
    base::Bytes octets;
    for (; value != 0 || octets.empty(); value >>= 8) octets.insert(octets.begin(), static_cast<std::uint8_t>(value));
    if ((octets.front() & 0x80U) != 0) octets.insert(octets.begin(), 0);
    return der(0x02, octets);
}

// The same octets, of which the first must have its highest bit set, without the zero that makes it positive.
inline base::Bytes negative_number(std::uint64_t value) {
    const base::Bytes positive = der_number(value);
    return der(0x02, base::ByteView(positive).subspan(3));
}

}  // namespace xfrmd::tests
