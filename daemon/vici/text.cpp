#include "daemon/vici/text.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <charconv>

namespace xfrmd::daemon::vici {

namespace {

// Empty where there is none.
std::string service_at(std::uint16_t port, const std::string& protocol) {
    servent entry{};
    servent* found = nullptr;
    std::array<char, 1024> room{};
    if (getservbyport_r(htons(port), protocol.c_str(), &entry, room.data(), room.size(), &found) != 0) return {};
    return found == nullptr ? std::string() : found->s_name;
}

}  // namespace

std::string hexadecimal(std::uint64_t number, unsigned digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (; number != 0 || text.size() < digits; number >>= 4U) text.insert(text.begin(), kDigits[number & 0xfU]);
    return text;
}

std::string with_service_name(std::string selector) {
    const std::size_t open = selector.find('[');
    const std::size_t slash = selector.find('/', open);
    if (open == std::string::npos || slash == std::string::npos) return selector;
    const std::size_t end = selector.find(']', slash);
    const auto port = number_in(std::string_view(selector).substr(slash + 1, end - slash - 1));
    if (end == std::string::npos || !port || *port <= 0 || *port > 65535) return selector;
    const std::string name = service_at(static_cast<std::uint16_t>(*port), selector.substr(open + 1, slash - open - 1));
    return name.empty() ? selector : selector.replace(slash + 1, end - slash - 1, name);
}

std::vector<std::string> with_service_names(std::vector<std::string> selectors) {
    for (std::string& selector : selectors) selector = with_service_name(std::move(selector));
    return selectors;
}

std::vector<std::string> texts_of(const std::vector<policy::ConfiguredSelector>& selectors) {
    std::vector<std::string> all;
    for (const policy::ConfiguredSelector& one : selectors) {
        std::string text = with_service_name(one.selector.to_string());
        if (one.dynamic) text.replace(0, text.find('['), "dynamic");
        all.push_back(std::move(text));
    }
    return all;
}

std::string upper_case(std::string_view text) {
    std::string upper(text);
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return upper;
}

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace xfrmd::daemon::vici
