// Setters for options of strongswan.conf.
#pragma once

#include "daemon/config/strongswan_option.h"
#include "daemon/config/swanctl_member_setters.h"

namespace xfrmd::daemon {

Read<void> set_half_open_timeout(StrongswanOptions& options, const Value& value);
Read<void> set_retransmit_timeout(StrongswanOptions& options, const Value& value);
Read<void> set_retransmit_base(StrongswanOptions& options, const Value& value);
Read<void> set_retransmit_tries(StrongswanOptions& options, const Value& value);
Read<void> set_retransmit_limit(StrongswanOptions& options, const Value& value);
Read<void> set_fragment_size(StrongswanOptions& options, const Value& value);
Read<void> set_keep_alive(StrongswanOptions& options, const Value& value);
Read<void> set_delete_rekeyed_delay(StrongswanOptions& options, const Value& value);
Read<void> set_routing_table(StrongswanOptions& options, const Value& value);
Read<void> set_vici_socket(StrongswanOptions& options, const Value& value);
Read<void> set_block_threshold(StrongswanOptions& options, const Value& value);
// The name is part of what it says.
Read<void> left_to_attributes(StrongswanOptions& options, const Value& value);
Read<void> add_dns(StrongswanOptions& options, const Value& value);
Read<void> add_nbns(StrongswanOptions& options, const Value& value);

// One of plugins.attr: false where IKEv2 has none of this name.
Read<bool> add_common_attribute(std::vector<policy::PoolAttribute>& attributes, std::string_view name,
                                std::string_view values);

// 0 is no limit there.
template <std::size_t ikev2::sa::Options::* member>
Read<void> set_limit(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, 0, std::numeric_limits<std::uint32_t>::max());
    if (fits) options.engine.*member = value.number == 0 ? std::numeric_limits<std::uint32_t>::max() : value.number;
    return fits;
}

// 0 is ours.
template <std::size_t ikev2::sa::Options::* member>
Read<void> set_own_limit(StrongswanOptions& options, const Value& value) {
    return value.number == 0 ? Read<void>() : set_limit<member>(options, value);
}

template <std::uint16_t ikev2::sa::Options::* member>
Read<void> set_port(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, 1, 65535);
    if (fits) options.engine.*member = static_cast<std::uint16_t>(value.number);
    return fits;
}

template <auto part, auto member>
Read<void> set_part_flag(StrongswanOptions& options, const Value& value) {
    options.*part.*member = value.number != 0;
    return {};
}

template <auto member>
Read<void> set_own_flag(StrongswanOptions& options, const Value& value) {
    options.*member = value.number != 0;
    return {};
}

template <auto part, auto member, std::uint64_t least, std::uint64_t most>
Read<void> set_part_number(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, least, most);
    if (fits) options.*part.*member = static_cast<std::uint32_t>(value.number);
    return fits;
}

template <auto member, std::uint64_t least, std::uint64_t most>
Read<void> set_own_number(StrongswanOptions& options, const Value& value) {
    const Read<void> fits = check_range(value.number, least, most);
    if (fits) options.*member = static_cast<std::uint32_t>(value.number);
    return fits;
}

template <auto member>
Read<void> set_own_text(StrongswanOptions& options, const Value& value) {
    options.*member = value.text;
    return {};
}

template <auto part, auto member>
Read<void> set_part_text(StrongswanOptions& options, const Value& value) {
    options.*part.*member = value.text;
    return {};
}

}  // namespace xfrmd::daemon
