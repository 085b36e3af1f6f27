// Traffic selectors in swanctl.conf's notation. Names of protocols and ports come from small tables: the core reads no
// files.

#include <charconv>

#include "ike/policy/traffic_selector.h"

namespace xfrmd::policy {

namespace {

using base::Reason;
using base::Result;

struct Name {
    std::string_view text;
    std::uint16_t number;
};

// As /etc/protocols has them; the first name of a number is the one that is printed.
constexpr Name kProtocols[] = {
    {"icmp", 1},      {"igmp", 2},      {"ipencap", 4},
    {"tcp", 6},       {"egp", 8},       {"udp", 17},
    {"dccp", 33},     {"ipv6", 41},     {"rsvp", 46},
    {"gre", 47},      {"esp", 50},      {"ipsec-esp", 50},
    {"ah", 51},       {"ipsec-ah", 51}, {"ipv6-icmp", 58},
    {"icmpv6", 58},   {"icmp6", 58},    {"eigrp", 88},
    {"ospf", 89},     {"etherip", 97},  {"encap", 98},
    {"pim", 103},     {"ipcomp", 108},  {"vrrp", 112},
    {"l2tp", 115},    {"sctp", 132},    {"mobility-header", 135},
    {"udplite", 136},
};

// Those of /etc/services that are met in selectors.
constexpr Name kServices[] = {
    {"ftp-data", 20},      {"ftp", 21},
    {"ssh", 22},           {"telnet", 23},
    {"smtp", 25},          {"domain", 53},
    {"bootps", 67},        {"bootpc", 68},
    {"tftp", 69},          {"http", 80},
    {"www", 80},           {"kerberos", 88},
    {"pop3", 110},         {"sunrpc", 111},
    {"ntp", 123},          {"netbios-ns", 137},
    {"netbios-dgm", 138},  {"netbios-ssn", 139},
    {"imap2", 143},        {"snmp", 161},
    {"snmp-trap", 162},    {"bgp", 179},
    {"ldap", 389},         {"https", 443},
    {"microsoft-ds", 445}, {"isakmp", 500},
    {"syslog", 514},       {"ldaps", 636},
    {"domain-s", 853},     {"imaps", 993},
    {"pop3s", 995},        {"l2f", 1701},
    {"l2tp", 1701},        {"radius", 1812},
    {"radius-acct", 1813}, {"nfs", 2049},
    {"mysql", 3306},       {"ms-wbt-server", 3389},
    {"ipsec-nat-t", 4500}, {"sip", 5060},
    {"sip-tls", 5061},     {"postgresql", 5432},
};

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmpv6 = 58;

bool is_icmp(std::uint8_t protocol) { return protocol == kIcmp || protocol == kIcmpv6; }

std::string quoted(std::string_view text) { return "'" + base::printable(base::as_bytes(text), 64) + "'"; }

tl::unexpected<base::Error> invalid(std::string_view what, std::string_view text) {
    return base::fail(Reason::ConfigurationInvalid, quoted(text) + " is no " + std::string(what));
}

std::optional<std::uint16_t> number(std::string_view text) {
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <std::size_t Size>
std::optional<std::uint16_t> number_of(const Name (&names)[Size], std::string_view text) {
    for (const Name& name : names) {
        if (name.text == text) return name.number;
    }
    return number(text);
}

Result<std::uint8_t> parse_protocol(std::string_view text) {
    if (text.empty() || text == "any") return 0;
    const auto value = number_of(kProtocols, text);
    if (!value || *value > 255) return invalid("protocol: neither a number up to 255 nor a known name", text);
    return static_cast<std::uint8_t>(*value);
}

// A number that is an ICMP type stands for that type with code 0, greater ones for type << 8 | code, as with
// strongSwan.
std::uint16_t packed(std::uint16_t port, std::uint8_t protocol) {
    return is_icmp(protocol) && port < 256 ? static_cast<std::uint16_t>(port << 8) : port;
}

Result<void> parse_ports(std::string_view text, TrafficSelector& selector) {
    if (text.empty() || text == "any") return {};
    if (text == "opaque") {
        selector.first_port = 65535;
        selector.last_port = 0;
        return {};
    }
    auto first = number_of(kServices, text);
    auto last = first;
    if (const std::size_t dash = text.find('-'); !first && dash != std::string_view::npos) {
        first = number(text.substr(0, dash));
        last = number(text.substr(dash + 1));
    }
    if (!first || !last) return invalid("port: neither a number up to 65535, a range nor a known service", text);
    selector.first_port = packed(*first, selector.protocol);
    selector.last_port = packed(*last, selector.protocol);
    if (selector.first_port > selector.last_port) return invalid("port range: it ends before it starts", text);
    return {};
}

// What stands between the brackets.
Result<void> parse_restriction(std::string_view text, TrafficSelector& selector) {
    const std::size_t slash = text.find('/');
    const auto protocol = parse_protocol(text.substr(0, slash));
    if (!protocol) return tl::unexpected(protocol.error());
    selector.protocol = *protocol;
    if (slash == std::string_view::npos) return {};
    return parse_ports(text.substr(slash + 1), selector);
}

Result<base::AddressRange> parse_range(std::string_view first_text, std::string_view last_text) {
    const auto first = base::Address::parse(first_text);
    if (!first) return invalid("address", first_text);
    const auto last = base::Address::parse(last_text);
    if (!last) return invalid("address", last_text);
    if (first->family() != last->family()) return invalid("address of the same family as the range's first", last_text);
    if (*first > *last) return invalid("address behind the range's first", last_text);
    return base::AddressRange{*first, *last};
}

Result<base::AddressRange> parse_addresses(std::string_view text) {
    for (const std::string_view separator : {"..", "-"}) {
        const std::size_t at = text.find(separator);
        if (at != std::string_view::npos) return parse_range(text.substr(0, at), text.substr(at + separator.size()));
    }
    const auto prefix = base::Prefix::parse(text);
    if (!prefix) return invalid("address, prefix or range", text);
    return base::AddressRange::of(*prefix);
}

std::string protocol_text(std::uint8_t protocol) {
    for (const Name& name : kProtocols) {
        if (name.number == protocol) return std::string(name.text);
    }
    return std::to_string(protocol);
}

std::string port_text(std::uint16_t port, std::uint8_t protocol) {
    if (!is_icmp(protocol)) return std::to_string(port);
    const std::string type = std::to_string(port >> 8);
    const unsigned code = port & 0xffU;
    return code == 0 ? type : type + "(" + std::to_string(code) + ")";
}

std::string ports_text(const TrafficSelector& selector) {
    if (selector.is_opaque()) return "opaque";
    std::string first = port_text(selector.first_port, selector.protocol);
    if (selector.first_port == selector.last_port) return first;
    return first + "-" + port_text(selector.last_port, selector.protocol);
}

Result<ConfiguredSelector> parse(std::string_view text) {
    ConfiguredSelector configured;
    const std::size_t bracket = text.find('[');
    if (bracket != std::string_view::npos) {
        if (!text.ends_with(']')) return invalid("selector: the bracket does not close at its end", text);
        const std::string_view inside = text.substr(bracket + 1, text.size() - bracket - 2);
        if (const auto parsed = parse_restriction(inside, configured.selector); !parsed) {
            return tl::unexpected(parsed.error());
        }
    }
    const std::string_view addresses = text.substr(0, bracket);
    configured.dynamic = addresses == "dynamic";
    if (configured.dynamic) return configured;
    const auto range = parse_addresses(addresses);
    if (!range) return tl::unexpected(range.error());
    configured.selector.addresses = *range;
    return configured;
}

}  // namespace

Result<ConfiguredSelector> parse_selector(std::string_view text) {
    auto parsed = parse(text);
    if (!parsed) parsed.error().detail = "traffic selector " + quoted(text) + ": " + parsed.error().detail;
    return parsed;
}

std::string TrafficSelector::to_string() const {
    std::string range = addresses.to_string();
    if (protocol == 0 && any_port()) return range;
    const std::string name = protocol == 0 ? "" : protocol_text(protocol);
    return range + "[" + name + (any_port() ? "" : "/" + ports_text(*this)) + "]";
}

std::string to_string(const TrafficSelectors& selectors) {
    constexpr std::size_t kLongestText = 1024;
    std::string text;
    for (const TrafficSelector& selector : selectors) {
        if (text.size() > kLongestText) return text + " ...";
        if (!text.empty()) text += ' ';
        text += selector.to_string();
    }
    return text;
}

}  // namespace xfrmd::policy
