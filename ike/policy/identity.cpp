#include "ike/policy/identity.h"

#include <algorithm>
#include <iterator>

#include "ike/base/writer.h"
#include "ike/policy/asn1_name.h"

namespace xfrmd::policy {

namespace {

using base::Bytes;
using base::ByteView;

constexpr int kNo = 0;
constexpr int kAny = 1;
constexpr int kWildcard = 2;

bool is_name(IdentityType type) { return type == IdentityType::fqdn || type == IdentityType::rfc822_address; }

std::uint8_t lower(std::uint8_t letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<std::uint8_t>(letter - 'A' + 'a') : letter;
}

bool equal_ignoring_case(ByteView a, ByteView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](std::uint8_t x, std::uint8_t y) { return lower(x) == lower(y); });
}

bool starts_with_asterisk(ByteView name) { return !name.empty() && name.front() == '*'; }

// RFC 7296 3.5: names hold no terminators; one that does matches nothing, so that nobody reads it in two ways.
bool has_terminator(ByteView name) { return std::find(name.begin(), name.end(), 0) != name.end(); }

int match_name(ByteView pattern, ByteView name) {
    if (has_terminator(name)) return kNo;
    if (equal_ignoring_case(pattern, name)) return kExactMatch;
    if (!starts_with_asterisk(pattern) || name.size() < pattern.size()) return kNo;
    if (pattern.size() == 1) return kAny;
    const ByteView suffix = pattern.subspan(1);
    return equal_ignoring_case(suffix, name.last(suffix.size())) ? kWildcard : kNo;
}

int match_distinguished_name(ByteView pattern, ByteView der) {
    if (base::equal(pattern, der)) return kExactMatch;
    const auto wanted = read_name(pattern);
    const auto found = read_name(der);
    if (!wanted || !found || !matches(*wanted, *found)) return kNo;
    return has_wildcard(*wanted) ? kWildcard : kExactMatch;
}

void append_lower(Bytes& to, ByteView name) { std::transform(name.begin(), name.end(), std::back_inserter(to), lower); }

// In an order of our own, as theirs does not count.
Bytes folded_name(const std::vector<NameAttribute>& name) {
    std::vector<Bytes> parts;
    for (const NameAttribute& attribute : name) {
        // With its lengths, or a value could pass for another attribute.
        base::Writer head;
        head.u16(static_cast<std::uint16_t>(attribute.oid.size())).bytes(attribute.oid);
        head.u16(static_cast<std::uint16_t>(attribute.value.size()));
        Bytes part = head.take();
        append_lower(part, attribute.value);
        parts.push_back(std::move(part));
    }
    std::sort(parts.begin(), parts.end());
    Bytes all;
    for (const Bytes& part : parts) base::append(all, part);
    return all;
}

// More than enough to tell two from each other.
constexpr std::size_t kMostHex = 64;

std::string hex(ByteView data) {
    const ByteView shown = data.first(std::min(data.size(), kMostHex));
    return "#" + base::to_hex(shown) + (data.size() > kMostHex ? "..." : "");
}

std::string address_text(ByteView data, std::string_view prefix) {
    const auto address = base::Address::from_bytes(data);
    const bool fits = address && address->is_v6() == (prefix == "ipv6:");
    return fits ? address->to_string() : std::string(prefix) + hex(data);
}

std::string distinguished_name_text(ByteView data) {
    const auto name = read_name(data);
    return name && !name->empty() ? to_string(*name) : "asn1dn:" + hex(data);
}

bool is_plain(ByteView data) {
    return !data.empty() && std::all_of(data.begin(), data.end(), [](std::uint8_t b) { return b > 0x20 && b < 0x7f; });
}

}  // namespace

Identity Identity::of(const base::Address& address) {
    return {address.is_v6() ? IdentityType::ipv6_address : IdentityType::ipv4_address, base::to_bytes(address.bytes())};
}

bool Identity::is_exact() const {
    if (is_any() || is_null()) return false;
    if (is_name(type)) return !starts_with_asterisk(data);
    if (type != IdentityType::der_asn1_dn) return true;
    const auto name = read_name(data);
    return !name || !has_wildcard(*name);
}

std::string Identity::to_string() const {
    switch (type) {
        case IdentityType::any:
            return "%any";
        case IdentityType::ipv4_address:
            return address_text(data, "ipv4:");
        case IdentityType::ipv6_address:
            return address_text(data, "ipv6:");
        case IdentityType::fqdn:
        case IdentityType::rfc822_address:
            return base::printable(data);
        case IdentityType::der_asn1_dn:
            return distinguished_name_text(data);
        case IdentityType::der_asn1_gn:
            return "asn1gn:" + hex(data);
        case IdentityType::key_id:
            return is_plain(data) ? base::printable(data) : "@" + hex(data);
        case IdentityType::null:
            return data.empty() ? "%null" : "{13}:" + hex(data);
    }
    return "{" + std::to_string(static_cast<unsigned>(type)) + "}:" + hex(data);
}

Bytes Identity::folded() const {
    Bytes key{static_cast<std::uint8_t>(type)};
    const auto name = type == IdentityType::der_asn1_dn ? read_name(data) : std::nullopt;
    if (name) {
        base::append(key, folded_name(*name));
    } else if (is_name(type)) {
        append_lower(key, data);
    } else {
        base::append(key, data);
    }
    return key;
}

int match(const Identity& pattern, const Identity& identity) {
    if (pattern.is_any()) return identity.is_null() ? kNo : kAny;
    if (pattern.type != identity.type) return kNo;
    if (is_name(pattern.type)) return match_name(pattern.data, identity.data);
    if (pattern.type == IdentityType::der_asn1_dn) return match_distinguished_name(pattern.data, identity.data);
    return base::equal(pattern.data, identity.data) ? kExactMatch : kNo;
}

}  // namespace xfrmd::policy
