#include "cli/text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace xfrmd::cli {

namespace {

struct Character {
    char32_t code = 0;
    std::size_t size = 0;  // 0: not UTF-8
};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// RFC 3629 4: shortest form only, no surrogates, nothing beyond U+10FFFF.
Character decode(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
    char32_t code = first & (0x7fu >> size);
    for (const char c : text.substr(1, size - 1)) {
        if (!is_continuation(c)) return {};
        code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code < 0xe000;
    if (code < kSmallest[size] || code > 0x10ffff || is_surrogate) return {};
    return {code, size};
}

struct Range {
    char32_t first;
    char32_t last;
};
// Controls, and what reorders (bidirectional), hides (zero width) or breaks a line.
constexpr Range kUnsafe[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},
                             {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
                             {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

bool is_safe(char32_t code) {
    return std::none_of(std::begin(kUnsafe), std::end(kUnsafe),
                        [code](const Range& range) { return code >= range.first && code <= range.last; });
}

void append_escaped(std::string& out, std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 0xf]);
    }
}

std::string two_units(std::uint64_t large, const char* large_unit, std::uint64_t small, const char* small_unit) {
    const std::string digits = std::to_string(small);
    return std::to_string(large) + large_unit + (digits.size() < 2 ? "0" : "") + digits + small_unit;
}

}  // namespace

std::string terminal_safe(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        const Character character = decode(text);
        const std::size_t size = std::max<std::size_t>(character.size, 1);
        if (character.size > 0 && is_safe(character.code)) {
            safe += text.substr(0, size);
        } else {
            append_escaped(safe, text.substr(0, size));
        }
        text.remove_prefix(size);
    }
    return safe;
}

std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string human_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    constexpr double kRoundsUpTo1000 = 999.5;
    std::size_t unit = 0;
    double value = static_cast<double>(bytes) / 1000;
    for (; value >= kRoundsUpTo1000 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
    char digits[16];
    constexpr double kRoundsUpTo100 = 99.95;
    std::snprintf(digits, sizeof digits, value < kRoundsUpTo100 ? "%.1f" : "%.0f", value);
    return std::string(digits) + " " + kUnits[unit];
}

std::string human_age(std::uint64_t seconds) {
    constexpr std::uint64_t kMinute = 60;
    constexpr std::uint64_t kHour = 60 * kMinute;
    constexpr std::uint64_t kDay = 24 * kHour;
    if (seconds < kMinute) return std::to_string(seconds) + "s";
    if (seconds < kHour) return two_units(seconds / kMinute, "m", seconds % kMinute, "s");
    if (seconds < kDay) return two_units(seconds / kHour, "h", seconds % kHour / kMinute, "m");
    return two_units(seconds / kDay, "d", seconds % kDay / kHour, "h");
}

std::string counted(std::uint64_t count, std::string_view thing) {
    return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    std::string all;
    for (const std::string& text : texts) all.append(all.empty() ? "" : separator).append(text);
    return all;
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    constexpr std::int64_t kMostDigitsMean = 86400000;
    if (error != std::errc{} || number < 0 || number > kMostDigitsMean) return std::nullopt;
    struct Unit {
        std::string_view name;
        std::chrono::milliseconds length;
    };
    using namespace std::chrono_literals;
    constexpr Unit kUnits[] = {{"", 1s}, {"s", 1s}, {"ms", 1ms}, {"m", 1min}, {"h", 1h}};
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : kUnits) {
        const auto duration = number * unit.length;
        if (unit.name == name && duration <= 24h) return duration;
    }
    return std::nullopt;
}

std::optional<std::chrono::sys_seconds> parse_time(std::string_view text) {
    namespace chrono = std::chrono;
    constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
    constexpr std::size_t kDateSize = 10;
    if (text.size() != kShape.size() && text.size() != kDateSize) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == '0' ? !is_digit : text[i] != kShape[i]) return std::nullopt;
    }
    const auto number = [text](std::size_t at, std::size_t size) {
        int value = 0;
        if (at < text.size()) std::from_chars(text.data() + at, text.data() + at + size, value);
        return value;
    };
    const chrono::year_month_day day(chrono::year(number(0, 4)), chrono::month(static_cast<unsigned>(number(5, 2))),
                                     chrono::day(static_cast<unsigned>(number(8, 2))));
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int second = number(17, 2);
    if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return chrono::sys_days(day) + chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second);
}

}  // namespace xfrmd::cli
