#include "daemon/vici/text.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <charconv>
#include <map>
#include <utility>

namespace xfrmd::daemon::vici {

namespace {

using Services = std::map<std::pair<std::string, int>, std::string>;  // by protocol and port

// Read once: nobody waits for a disk, or for a service of names, because of a list.
Services read_services() {
    Services services;
    setservent(0);
    while (const servent* entry = getservent()) {
        const int port = ntohs(static_cast<std::uint16_t>(entry->s_port));
        services.try_emplace({entry->s_proto, port}, entry->s_name);
    }
    endservent();
    return services;
}

// Empty where there is none.
std::string service_at(int port, const std::string& protocol) {
    static const Services kServices = read_services();
    const auto found = kServices.find({protocol, port});
    return found == kServices.end() ? std::string() : found->second;
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
    const std::string name = service_at(static_cast<int>(*port), selector.substr(open + 1, slash - open - 1));
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

std::string_view mode_name(policy::Mode mode) {
    switch (mode) {
        case policy::Mode::tunnel:
            return "TUNNEL";
        case policy::Mode::transport:
            return "TRANSPORT";
        case policy::Mode::beet:
            return "BEET";
        case policy::Mode::pass:
            return "PASS";
        case policy::Mode::drop:
            return "DROP";
    }
    return "TUNNEL";
}

}  // namespace xfrmd::daemon::vici
