#include "daemon/api/model.h"

#include <charconv>

namespace xfrmd::daemon::api {

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0) return std::nullopt;
    return value;
}

}  // namespace

std::string SaId::to_string() const {
    std::string text = std::to_string(ike);
    return child ? text + "." + std::to_string(*child) : text;
}

std::optional<SaId> SaId::parse(std::string_view text) {
    const std::size_t dot = text.find('.');
    const auto ike = parse_number(text.substr(0, dot));
    if (!ike) return std::nullopt;
    if (dot == std::string_view::npos) return SaId{*ike};
    const auto child = parse_number(text.substr(dot + 1));
    if (!child) return std::nullopt;
    return SaId{*ike, child};
}

}  // namespace xfrmd::daemon::api
