#include "ike/base/bytes.h"

#include <algorithm>

namespace xfrmd::base {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_hex(std::string& text, std::uint8_t byte) {
    text.push_back(kHexDigits[byte >> 4]);
    text.push_back(kHexDigits[byte & 0x0f]);
}

bool is_plain(std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f && byte != '\\'; }

}  // namespace

bool equal(ByteView a, ByteView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) append_hex(text, byte);
    return text;
}

std::string printable(ByteView bytes, std::size_t limit) {
    std::string text;
    for (const std::uint8_t byte : bytes.first(std::min(limit, bytes.size()))) {
        if (is_plain(byte)) {
            text.push_back(static_cast<char>(byte));
        } else {
            text += "\\x";
            append_hex(text, byte);
        }
    }
    if (bytes.size() > limit) text += "...";
    return text;
}

}  // namespace xfrmd::base
