// IP addresses, endpoints and address ranges as plain values, IPv4 and IPv6 alike; no sockets, no name resolution.
// An Address knows its family; the default one is "any" (0.0.0.0). Ports are in host byte order.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ike/base/bytes.h"

namespace xfrmd::base {

enum class Family : std::uint8_t { ipv4, ipv6 };

class Address {
public:
    Address() = default;
    static Address v4(std::array<std::uint8_t, 4> octets);
    static Address v6(std::array<std::uint8_t, 16> octets);
    static Address any(Family family);
    // The highest address of the family (255.255.255.255 or ffff:...:ffff).
    static Address highest(Family family);
    // 4 or 16 bytes in network order; anything else gives nullopt.
    static std::optional<Address> from_bytes(ByteView bytes);
    // "192.0.2.1" or "2001:db8::1"; no zone, no prefix, no port.
    static std::optional<Address> parse(std::string_view text);

    Family family() const { return family_; }
    bool is_v6() const { return family_ == Family::ipv6; }
    ByteView bytes() const { return {octets_.data(), size()}; }
    std::size_t size() const { return is_v6() ? 16 : 4; }
    unsigned bits() const { return is_v6() ? 128 : 32; }
    bool is_any() const;
    bool is_multicast() const;
    bool is_broadcast() const;
    bool is_loopback() const;
    bool is_link_local() const;
    std::string to_string() const;

    // The first and last address of the network of `prefix` bits this address is in; prefix is cut at bits().
    Address network(unsigned prefix) const;
    Address last_of_network(unsigned prefix) const;

    friend auto operator<=>(const Address&, const Address&) = default;

private:
    Family family_ = Family::ipv4;
    std::array<std::uint8_t, 16> octets_{};
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0;

    std::string to_string() const;  // "192.0.2.1:500", "[2001:db8::1]:4500"
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct Prefix {
    Address network;
    unsigned length = 0;  // 0..32 or 0..128

    // "10.1.0.0/16" or a bare address (full length). Host bits are cleared. nullopt on anything else.
    static std::optional<Prefix> parse(std::string_view text);
    bool contains(const Address& address) const;
    std::string to_string() const;
    friend bool operator==(const Prefix&, const Prefix&) = default;
};

// Both ends included, same family, first <= last.
struct AddressRange {
    Address first;
    Address last;

    static AddressRange of(const Prefix& prefix);
    bool contains(const Address& address) const { return first <= address && address <= last; }
    // The prefix that is exactly this range, where there is one.
    std::optional<Prefix> as_prefix() const;
    // The longest prefix that holds the whole range.
    Prefix enclosing_prefix() const;
    std::string to_string() const;  // "10.1.0.0/16" or "10.0.0.1..10.0.0.9"
    friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

}  // namespace xfrmd::base
