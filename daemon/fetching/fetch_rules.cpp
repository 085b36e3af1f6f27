#include "daemon/fetching/fetch_rules.h"

#include <algorithm>
#include <array>
#include <optional>

namespace xfrmd::daemon {

namespace {

using base::Address;
using base::Prefix;

struct Forbidden {
    std::string_view prefix;
    std::string_view what;
};

// RFC 6890 2.2, as far as it is about one host or one link; RFC 4291 2.7
constexpr std::array kForbidden{
    Forbidden{"0.0.0.0/8", "an unspecified address"},
    Forbidden{"127.0.0.0/8", "this host itself"},
    Forbidden{"169.254.0.0/16", "on the link only"},
    Forbidden{"224.0.0.0/4", "a multicast address"},
    Forbidden{"240.0.0.0/4", "a reserved or broadcast address"},
    Forbidden{"::/128", "an unspecified address"},
    Forbidden{"::1/128", "this host itself"},
    Forbidden{"fe80::/10", "on the link only"},
    Forbidden{"ff00::/8", "a multicast address"},
    Forbidden{"fd00:ec2::254/128", "where a cloud has what it tells its machines"},
};

// Where an address of IPv4 stands in one of IPv6: mapped and compatible (RFC 4291 2.5.5), behind a NAT64 (RFC 6052
// 2.1), 6to4 (RFC 3056 2).
struct Embedding {
    std::string_view prefix;
    std::size_t offset;
};
constexpr std::array kEmbeddings{
    Embedding{"::ffff:0:0/96", 12},
    Embedding{"::/96", 12},
    Embedding{"64:ff9b::/96", 12},
    Embedding{"2002::/16", 2},
};

std::string_view forbidden(const Address& address) {
    for (const Forbidden& each : kForbidden) {
        if (Prefix::parse(each.prefix)->contains(address)) return each.what;
    }
    return {};
}

std::optional<Address> embedded_in(const Address& address) {
    for (const Embedding& each : kEmbeddings) {
        if (Prefix::parse(each.prefix)->contains(address))
            return Address::from_bytes(address.bytes().subspan(each.offset, 4));
    }
    return std::nullopt;
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    std::ranges::transform(small, small.begin(), to_lower);
    return small;
}

bool is_visible(char c) { return c > ' ' && c <= '~'; }

// RFC 3986 3.2: where the authority begins. npos: of another scheme.
std::size_t authority_of(std::string_view uri) {
    const std::string scheme = in_small_letters(uri.substr(0, 8));
    if (scheme.starts_with("http://")) return 7;
    return scheme == "https://" ? 8 : std::string_view::npos;
}

}  // namespace

std::string objection_to_uri(std::string_view uri) {
    if (uri.size() > kLongestUri) return "is longer than " + std::to_string(kLongestUri) + " characters";
    if (!std::ranges::all_of(uri, is_visible)) return "has blanks or strange characters in it";
    const std::size_t start = authority_of(uri);
    if (start == std::string_view::npos) return "is neither http nor https";
    const std::string_view authority = uri.substr(start, uri.find_first_of("/?#\\", start) - start);
    if (authority.empty()) return "names no host";
    return authority.find('@') != std::string_view::npos ? "has a user or password in it" : "";
}

std::string objection_to_address(const Address& address) {
    if (const std::string_view what = forbidden(address); !what.empty()) return std::string(what);
    const auto embedded = embedded_in(address);
    return embedded ? std::string(forbidden(*embedded)) : "";
}

// RFC 3986 3.2.2. A name with its last dot is the same one.
std::string host_of(std::string_view uri) {
    const std::size_t start = std::min(authority_of(uri), uri.size());
    std::string_view host = uri.substr(start, uri.find_first_of("/?#\\", start) - start);
    const std::size_t bracket = host.starts_with('[') ? host.find(']') : 0;
    host = host.substr(0, host.find(':', std::min(bracket, host.size())));
    if (host.ends_with('.')) host.remove_suffix(1);
    return in_small_letters(host);
}

}  // namespace xfrmd::daemon
