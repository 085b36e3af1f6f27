#include "ike/base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace xfrmd::base {

namespace {

// The byte at `index` of a netmask with `prefix` leading ones.
std::uint8_t mask_byte(unsigned prefix, unsigned index) {
    const unsigned ones = prefix <= index * 8 ? 0 : std::min(8U, prefix - index * 8);
    return static_cast<std::uint8_t>(0xff00U >> ones);
}

std::optional<unsigned> parse_length(std::string_view text, unsigned most) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
    return value;
}

}  // namespace

Address Address::v4(std::array<std::uint8_t, 4> octets) {
    Address address;
    std::copy(octets.begin(), octets.end(), address.octets_.begin());
    return address;
}

Address Address::v6(std::array<std::uint8_t, 16> octets) {
    Address address;
    address.family_ = Family::ipv6;
    address.octets_ = octets;
    return address;
}

Address Address::any(Family family) {
    Address address;
    address.family_ = family;
    return address;
}

Address Address::highest(Family family) { return any(family).last_of_network(0); }

std::optional<Address> Address::from_bytes(ByteView bytes) {
    if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
    Address address = any(bytes.size() == 4 ? Family::ipv4 : Family::ipv6);
    std::copy(bytes.begin(), bytes.end(), address.octets_.begin());
    return address;
}

std::optional<Address> Address::parse(std::string_view text) {
    const std::string zero_ended(text);
    if (zero_ended.find('\0') != std::string::npos) return std::nullopt;
    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET, zero_ended.c_str(), octets.data()) == 1) return from_bytes(ByteView(octets).first(4));
    if (inet_pton(AF_INET6, zero_ended.c_str(), octets.data()) == 1) return from_bytes(octets);
    return std::nullopt;
}

bool Address::is_any() const {
    return std::all_of(octets_.begin(), octets_.end(), [](std::uint8_t octet) { return octet == 0; });
}

bool Address::is_multicast() const { return is_v6() ? octets_[0] == 0xff : octets_[0] >= 224 && octets_[0] < 240; }

bool Address::is_loopback() const { return is_v6() ? *this == *parse("::1") : octets_[0] == 127; }

bool Address::is_link_local() const {
    return is_v6() ? octets_[0] == 0xfe && (octets_[1] & 0xc0) == 0x80 : octets_[0] == 169 && octets_[1] == 254;
}

bool Address::is_broadcast() const { return !is_v6() && *this == highest(Family::ipv4); }

std::string Address::to_string() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v6() ? AF_INET6 : AF_INET, octets_.data(), text.data(), text.size());
    return text.data();
}

Address Address::network(unsigned prefix) const {
    Address result = *this;
    for (unsigned i = 0; i < size(); ++i) result.octets_[i] &= mask_byte(prefix, i);
    return result;
}

Address Address::last_of_network(unsigned prefix) const {
    Address result = *this;
    for (unsigned i = 0; i < size(); ++i) {
        result.octets_[i] = static_cast<std::uint8_t>(result.octets_[i] | ~mask_byte(prefix, i));
    }
    return result;
}

std::string Endpoint::to_string() const {
    const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    return host + ":" + std::to_string(port);
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return Prefix{*address, address->bits()};
    const auto length = parse_length(text.substr(slash + 1), address->bits());
    if (!length) return std::nullopt;
    return Prefix{address->network(*length), *length};
}

bool Prefix::contains(const Address& address) const {
    return address.family() == network.family() && address.network(length) == network;
}

std::string Prefix::to_string() const { return network.to_string() + "/" + std::to_string(length); }

AddressRange AddressRange::of(const Prefix& prefix) {
    return {prefix.network.network(prefix.length), prefix.network.last_of_network(prefix.length)};
}

Prefix AddressRange::enclosing_prefix() const {
    unsigned length = first.bits();
    while (length > 0 && first.network(length) != last.network(length)) --length;
    return {first.network(length), length};
}

std::optional<Prefix> AddressRange::as_prefix() const {
    const Prefix prefix = enclosing_prefix();
    return of(prefix) == *this ? std::optional(prefix) : std::nullopt;
}

std::string AddressRange::to_string() const {
    if (const auto prefix = as_prefix()) return prefix->to_string();
    return first.to_string() + ".." + last.to_string();
}

}  // namespace xfrmd::base
