#include "cli/selector.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "ike/base/address.h"

namespace xfrmd::cli {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_id(std::string_view text) {
    const std::size_t dot = text.find('.');
    const auto all_digits = [](std::string_view part) {
        return !part.empty() && std::all_of(part.begin(), part.end(), is_digit);
    };
    return all_digits(text.substr(0, dot)) && (dot == std::string_view::npos || all_digits(text.substr(dot + 1)));
}

}  // namespace

std::vector<Json> readings_of(std::string_view selector) {
    const std::string text(selector);
    if (is_id(selector)) return {{{"id", text}}};
    if (base::Prefix::parse(selector)) return {{{"peer", text}}};
    if (selector.find_first_of(".@=:,%") != std::string_view::npos) return {{{"peer", text}}};
    const std::size_t slash = text.find('/');
    if (slash != std::string::npos) return {{{"conn", text.substr(0, slash)}, {"child", text.substr(slash + 1)}}};
    return {{{"conn", text}}, {{"child", text}}};
}

}  // namespace xfrmd::cli
