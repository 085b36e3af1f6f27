#include "daemon/config/utf8.h"

#include <array>
#include <cstdint>

namespace xfrmd::daemon {

namespace {

struct Form {
    std::uint8_t mask;
    std::uint8_t lead;
    std::size_t length;
    std::uint32_t least;  // anything lower would be an overlong form
};

// RFC 3629 3
constexpr std::array kForms{
    Form{0x80, 0x00, 1, 0},
    Form{0xe0, 0xc0, 2, 0x80},
    Form{0xf0, 0xe0, 3, 0x800},
    Form{0xf8, 0xf0, 4, 0x10000},
};

const Form* form_of(std::uint8_t lead) {
    for (const Form& form : kForms) {
        if ((lead & form.mask) == form.lead) return &form;
    }
    return nullptr;
}

bool is_character(std::uint32_t code, std::uint32_t least) {
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    return code >= least && code <= 0x10ffff && !surrogate;
}

// The length of the well-formed character at the start of `text`, 0 where there is none.
std::size_t first_character(std::string_view text) {
    const auto lead = static_cast<std::uint8_t>(text.front());
    const Form* form = form_of(lead);
    if (form == nullptr || form->length > text.size()) return 0;
    std::uint32_t code = lead & static_cast<std::uint8_t>(~form->mask);
    for (const char c : text.substr(1, form->length - 1)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if ((byte & 0xc0) != 0x80) return 0;
        code = code << 6 | (byte & 0x3f);
    }
    return is_character(code, form->least) ? form->length : 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = first_character(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace xfrmd::daemon
