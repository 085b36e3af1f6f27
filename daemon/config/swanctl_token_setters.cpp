#include "daemon/config/swanctl_token_setters.h"

#include <charconv>

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLongestHandle = 255;  // bytes

// As strongSwan takes it: digits, perhaps with colons between the bytes.
bool read_hex(std::string_view text, base::Bytes& bytes) {
    std::string digits;
    for (const char c : text) {
        if (c != ':') digits += c;
    }
    if (digits.empty() || digits.size() % 2 != 0) return false;
    for (std::size_t place = 0; place < digits.size(); place += 2) {
        std::uint8_t byte = 0;
        const char* const end = digits.data() + place + 2;
        const auto [rest, error] = std::from_chars(digits.data() + place, end, byte, 16);
        if (error != std::errc() || rest != end) return false;
        bytes.push_back(byte);
    }
    return bytes.size() <= kLongestHandle;
}

}  // namespace

Verdict set_token_handle(const Draft& draft, const Value& value) {
    if (!read_hex(value.text, draft.token->handle)) {
        return complain("expected the object's CKA_ID, pairs of hexadecimal digits");
    }
    return {};
}

Verdict set_token_slot(const Draft& draft, const Value& value) {
    draft.token->slot = value.number;
    return {};
}

Verdict set_token_module(const Draft& draft, const Value& value) {
    const bool is_path = value.text.find('/') != std::string_view::npos;
    if (value.text.empty() || (is_path && !value.text.starts_with('/'))) {
        return complain("expected the absolute path of a module, or its name in p11-kit's configuration");
    }
    draft.token->module = value.text;
    return {};
}

Verdict set_token_pin(const Draft& draft, const Value& value) {
    if (value.text.empty()) return complain("the PIN is empty");
    *draft.pin = base::SecretBytes(base::as_bytes(value.text));
    return {};
}

}  // namespace xfrmd::daemon
