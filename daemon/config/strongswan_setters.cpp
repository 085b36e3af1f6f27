#include "daemon/config/strongswan_setters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "daemon/config/attribute_values.h"
#include "ike/base/address.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

constexpr std::string_view kUnix = "unix://";
constexpr std::size_t kLongestPath = 107;  // of a Unix socket

// As good as never, and far from any overflow.
constexpr auto kForEver = std::chrono::hours(24 * 3650);

Read<double> real(const Value& value, double least, double most) {
    double number = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto [stopped, error] = std::from_chars(value.text.data(), end, number);
    if (error == std::errc{} && stopped == end && number >= least && number <= most) return number;
    const auto shown = [](double bound) { return std::to_string(bound).substr(0, 4); };
    return complain("expected a number from " + shown(least) + " to " + shown(most));
}

Read<void> add_server(StrongswanOptions& options, AttributeTypes types, const Value& value) {
    if (value.text.empty()) return {};
    if (!base::Address::parse(value.text)) return complain("expected an address");
    return add_addresses(options.attributes, types, std::array{value.text});
}

}  // namespace

Read<void> set_half_open_timeout(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, 1, 600);
    if (!fits) return fits;
    options.engine.half_open_life = std::chrono::seconds(value.number);
    options.engine.half_open_life_under_load =
        std::min(options.engine.half_open_life, options.engine.half_open_life_under_load);
    return {};
}

Read<void> set_retransmit_timeout(StrongswanOptions& options, const Value& value) {
    const auto seconds = real(value, 0.1, 60);
    if (!seconds) return complain(seconds.error());
    options.engine.retransmit.first = std::chrono::round<base::Duration>(std::chrono::duration<double>(*seconds));
    return {};
}

Read<void> set_retransmit_base(StrongswanOptions& options, const Value& value) {
    const auto base = real(value, 1, 10);
    if (!base) return complain(base.error());
    options.engine.retransmit.base = *base;
    return {};
}

Read<void> set_retransmit_tries(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, 0, 50);
    if (fits) options.engine.retransmit.tries = static_cast<unsigned>(value.number);
    return fits;
}

// strongSwan's 0 is none at all.
Read<void> set_retransmit_limit(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, 0, 86400);
    if (fits) options.engine.retransmit.longest = std::chrono::seconds(value.number == 0 ? 86400 : value.number);
    return fits;
}

// strongSwan's 0 is a default of each family.
Read<void> set_fragment_size(StrongswanOptions& options, const Value& value) {
    if (value.number == 0) return {};
    const Read<void> fits = check_range(value.number, 576, 65535);
    if (fits) options.engine.fragment_size = value.number;
    return fits;
}

Read<void> set_keep_alive(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, 0, 86400);
    if (!fits) return fits;
    options.engine.nat_keepalive =
        value.number == 0 ? base::Duration(kForEver) : base::Duration(std::chrono::seconds(value.number));
    return {};
}

// strongSwan's 0 keeps what was replaced until it expires.
Read<void> set_delete_rekeyed_delay(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, 1, 3600);
    if (fits) options.engine.retirement = std::chrono::seconds(value.number);
    return fits;
}

Read<void> set_routing_table(StrongswanOptions& options, const Value& value) {
    constexpr std::uint32_t kDefault = 253;
    constexpr std::uint32_t kLocal = 255;
    const Read<void> fits = check_range(value.number, 0, std::numeric_limits<std::uint32_t>::max());
    if (!fits) return fits;
    const auto table = static_cast<std::uint32_t>(value.number);
    if (table == kDefault || table == kLocal) return complain("table " + std::to_string(table) + " is Linux's own");
    options.routes.table = table == 0 ? netlink::route::kMainTable : table;
    return {};
}

// A network that has so many clients behind a NAT may be one address.
Read<void> set_block_threshold(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = set_limit<&ikev2::sa::Options::half_open_per_address>(options, value);
    ikev2::sa::Options& engine = options.engine;
    engine.half_open_per_network = std::max(engine.half_open_per_network, engine.half_open_per_address);
    return fits;
}

Read<void> set_vici_socket(StrongswanOptions& options, const Value& value) {
    if (!value.text.starts_with(kUnix)) {
        return complain(
            "expected unix:// and a path, which is all there is: there it is for the file system to say who may speak");
    }
    const std::string_view path = value.text.substr(kUnix.size());
    if (!path.starts_with('/') || path.size() > kLongestPath) {
        return complain("expected an absolute path of at most " + std::to_string(kLongestPath) + " bytes");
    }
    options.vici_socket = path;
    return {};
}

Read<void> left_to_attributes(StrongswanOptions&, const Value&) { return {}; }
Read<void> add_dns(StrongswanOptions& options, const Value& value) {
    return add_server(options, attributes::kDns, value);
}
Read<void> add_nbns(StrongswanOptions& options, const Value& value) {
    return add_server(options, attributes::kNbns, value);
}

// strongSwan's names, with a dash where swanctl.conf has none. Split networks are IKEv1's.
Read<bool> add_common_attribute(std::vector<policy::PoolAttribute>& attributes, std::string_view name,
                                std::string_view values) {
    static constexpr std::pair<std::string_view, AttributeTypes> kNames[] = {
        {"address", attributes::kAddress}, {"dns", attributes::kDns},         {"nbns", attributes::kNbns},
        {"dhcp", attributes::kDhcp},       {"netmask", attributes::kNetmask}, {"server", attributes::kServer},
        {"subnet", attributes::kSubnet},   {"p-cscf", attributes::kPCscf},
    };
    const auto items = split_list(values);
    const auto done = [](const Read<void>& added) { return added.map([] { return true; }); };
    if (is_attribute_number(name)) return done(add_numbered(attributes, name, items));
    const auto* known = std::ranges::find(kNames, name, [](const auto& one) { return one.first; });
    if (known == std::end(kNames)) return false;
    return done(add_addresses(attributes, known->second, items));
}

}  // namespace xfrmd::daemon
