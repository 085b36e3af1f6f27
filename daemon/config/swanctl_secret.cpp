#include "daemon/config/swanctl_secret.h"

#include <algorithm>
#include <cstdint>

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using Outcome = Read<base::SecretBytes>;

constexpr int kNoDigit = -1;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return kNoDigit;
}

int base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : kNoDigit;
}

Outcome from_hex(std::string_view text) {
    const auto colons = static_cast<std::size_t>(std::count(text.begin(), text.end(), ':'));
    const std::size_t digits = text.size() - colons;
    base::SecretBytes secret((digits + 1) / 2);
    std::size_t place = digits % 2;  // counted in half bytes
    for (const char c : text) {
        if (c == ':') continue;
        const int digit = hex_digit(c);
        if (digit == kNoDigit) return complain("expected hexadecimal digits after 0x");
        std::uint8_t& byte = secret.writable()[place / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | digit);
        ++place;
    }
    return secret;
}

// RFC 4648 4
Outcome from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return complain("expected base64 after 0s: the number of characters is no multiple of 4");
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    base::SecretBytes secret(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    std::size_t place = 0;
    for (const char c : text) {
        const int digit = base64_digit(c);
        if (digit == kNoDigit) return complain("expected base64 after 0s");
        bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xfff;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        secret.writable()[place++] = static_cast<std::uint8_t>(bits >> count);
    }
    return secret;
}

Outcome decode(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) return from_hex(text.substr(2));
    if (text.starts_with("0s") || text.starts_with("0S")) return from_base64(text.substr(2));
    return base::SecretBytes(base::as_bytes(text));
}

}  // namespace

Outcome read_secret(std::string_view text) {
    Outcome secret = decode(text);
    if (secret && secret->empty()) return complain("the secret is empty");
    return secret;
}

}  // namespace xfrmd::daemon
