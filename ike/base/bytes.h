// Byte strings as the protocol code passes them around: owned (Bytes) or borrowed for the length of a call (ByteView).
// Nothing here allocates more than its argument's size. Not for secrets: those live in SecretBytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xfrmd::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline void append(Bytes& to, ByteView more) { to.insert(to.end(), more.begin(), more.end()); }

inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

bool equal(ByteView a, ByteView b);

// Lower-case hexadecimal, two characters a byte.
std::string to_hex(ByteView bytes);

// Text from a peer, made safe for logs, terminals and JSON: printable ASCII stays, every other byte and the backslash
// become \xNN; longer than `limit` bytes is cut and marked with "...".
std::string printable(ByteView bytes, std::size_t limit = 256);
inline std::string printable(std::string_view text, std::size_t limit = 256) {
    return printable(as_bytes(text), limit);
}

}  // namespace xfrmd::base
