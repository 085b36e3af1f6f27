#include "daemon/config/swanctl_value.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

namespace xfrmd::daemon {

namespace {

using Outcome = Read<Value>;

struct Unit {
    char letter;
    std::uint64_t factor;
};

constexpr Unit kTimeUnits[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
constexpr Unit kByteUnits[] = {{'k', 1ULL << 10}, {'m', 1ULL << 20}, {'g', 1ULL << 30}};

constexpr std::string_view kTrue = "yes true enabled 1";
constexpr std::string_view kFalse = "no false disabled 0";

constexpr std::string_view kExpectedTime = "a time: a number of seconds, or a number followed by s, m, h or d";
constexpr std::string_view kExpectedBytes = "a number of bytes, or a number followed by k, m or g";
constexpr std::string_view kExpectedMark = "a mark: value/mask of 32 bits";

constexpr std::uint32_t kWholeMask = std::numeric_limits<std::uint32_t>::max();

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trim(std::string_view text, std::string_view blanks) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (const auto part = trim(text.substr(0, end), " "); !part.empty()) parts.push_back(part);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::optional<std::uint64_t> digits(std::string_view text, int base) {
    std::uint64_t value = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || stopped != text.data() + text.size()) return std::nullopt;
    return value;
}

// The bases are C's, as strongSwan reads numbers with strtoul.
std::optional<std::uint64_t> number(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) return digits(text.substr(2), 16);
    if (text.size() > 1 && text.front() == '0') return digits(text.substr(1), 8);
    return digits(text, 10);
}

std::optional<std::uint64_t> scaled(std::string_view text, std::span<const Unit> units) {
    std::uint64_t factor = 1;
    for (const Unit& unit : units) {
        if (text.empty() || lower(text.back()) != unit.letter) continue;
        factor = unit.factor;
        text = trim(text.substr(0, text.size() - 1), " ");
        break;
    }
    const auto value = number(text);
    if (!value || *value > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
    return *value * factor;
}

Outcome numeric(std::string_view text, std::optional<std::uint64_t> value, std::string_view expected) {
    if (!value) return complain(std::string(expected));
    return Value{text, std::to_string(*value), *value, {}};
}

Outcome boolean(std::string_view text) {
    const std::string word = to_lower(text);
    const bool yes = has_word(kTrue, word);
    if (!yes && !has_word(kFalse, word)) return complain("yes or no");
    return Value{text, yes ? "yes" : "no", yes ? 1U : 0U, {}};
}

std::string listed(std::string_view words) {
    std::string list;
    for (const std::string_view word : split_words(words)) list.append(list.empty() ? "" : ", ").append(word);
    return list;
}

Outcome word(std::string_view text, std::string_view words) {
    std::string found = to_lower(text);
    if (has_word(words, found)) return Value{text, std::move(found), 0, {}};
    return complain("one of " + listed(words));
}

std::string_view action_of(std::string_view word) {
    if (word == "clear") return "none";
    if (word == "route") return "trap";
    if (word == "restart") return "start";
    return word;
}

// strongSwan joins actions with '|'; their order means nothing.
Outcome action(std::string_view text, std::string_view words) {
    bool trap = false;
    bool start = false;
    const std::vector<std::string_view> parts = split(text, '|');
    if (parts.empty()) return word(text, words);
    for (const std::string_view part : parts) {
        const Outcome read = word(part, words);
        if (!read) return read;
        trap = trap || action_of(read->canonical) == "trap";
        start = start || action_of(read->canonical) == "start";
    }
    return Value{text, trap && start ? "trap|start" : trap ? "trap" : start ? "start" : "none", 0, {}};
}

bool fits_32_bits(std::optional<std::uint64_t> value) { return value && *value <= kWholeMask; }

// As strongSwan, cuts the value to the mask: the kernel would take any other for a mark that never fits.
Outcome mark(std::string_view text, std::string_view words) {
    const std::size_t slash = text.find('/');
    const auto mask = slash == std::string_view::npos ? kWholeMask : number(text.substr(slash + 1));
    const std::string_view name = text.substr(0, slash);
    const bool named = has_word(words, name);
    const auto given = named ? 0 : number(name);
    if (!fits_32_bits(mask) || !fits_32_bits(given)) {
        return complain(std::string(kExpectedMark) + (words.empty() ? "" : ", or one of ") + listed(words));
    }
    const std::uint64_t value = *given & *mask;
    if (*mask == 0 && (named || *given != 0)) return complain("a mask that lets the mark through; 0/0 is no mark");
    return Value{text,
                 (named ? std::string(name) : std::to_string(value)) + "/" + std::to_string(*mask),
                 value,
                 {},
                 static_cast<std::uint32_t>(*mask)};
}

Outcome number_or_word(std::string_view text, std::string_view words, std::string_view expected) {
    if (has_word(words, text)) return Value{text, std::string(text), 0, {}};
    return numeric(text, number(text), expected);
}

// Constraints follow the method after ':' or '-' and are not looked into.
}  // namespace

Read<Value> read_value(Kind kind, std::string_view words, std::string_view text) {
    switch (kind) {
        case Kind::boolean:
            return boolean(text);
        case Kind::number:
            return numeric(text, number(text), "a number");
        case Kind::time:
            return numeric(text, scaled(text, kTimeUnits), kExpectedTime);
        case Kind::bytes:
            return numeric(text, scaled(text, kByteUnits), kExpectedBytes);
        case Kind::word:
            return word(text, words);
        case Kind::action:
            return action(text, words);
        case Kind::mark:
            return mark(text, words);
        case Kind::if_id:
            return number_or_word(text, "%unique %unique-dir", "a number, %unique or %unique-dir");
        case Kind::dscp:
            return numeric(text, text.size() > 6 ? std::nullopt : digits(text, 2), "six binary digits");
        case Kind::padding:
            return number_or_word(text, "mtu", "a number or mtu");
        case Kind::auth:
            return Value{text, to_lower(text), 0, {}};
        case Kind::list:
            return Value{text, std::string(text), 0, split_list(text)};
        case Kind::text:
            break;
    }
    return Value{text, std::string(text), 0, {}};
}

std::vector<std::string_view> split_words(std::string_view words) { return split(words, ' '); }

std::vector<std::string_view> split_list(std::string_view text) { return split(text, ','); }

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

std::string to_lower(std::string_view text) {
    std::string lowered(text);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
    return lowered;
}

}  // namespace xfrmd::daemon
