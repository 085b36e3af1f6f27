// Identities in strongSwan's notation.

#include <algorithm>
#include <charconv>
#include <optional>

#include "ike/policy/asn1_name.h"
#include "ike/policy/identity.h"

namespace xfrmd::policy {

namespace {

using base::Bytes;
using base::Reason;
using base::Result;

struct Prefix {
    std::string_view text;
    IdentityType type;
};

constexpr Prefix kPrefixes[] = {
    {"ipv4:", IdentityType::ipv4_address},
    {"ipv6:", IdentityType::ipv6_address},
    {"rfc822:", IdentityType::rfc822_address},
    {"email:", IdentityType::rfc822_address},
    {"userfqdn:", IdentityType::rfc822_address},
    {"fqdn:", IdentityType::fqdn},
    {"dns:", IdentityType::fqdn},
    {"asn1dn:", IdentityType::der_asn1_dn},
    {"asn1gn:", IdentityType::der_asn1_gn},
    {"keyid:", IdentityType::key_id},
};

constexpr std::string_view kAny[] = {"", "%any", "%any6", "0.0.0.0", "*", "::", "0::0"};

tl::unexpected<base::Error> invalid(std::string_view text, std::string_view why) {
    return base::fail(Reason::ConfigurationInvalid,
                      "identity '" + base::printable(base::as_bytes(text), 64) + "': " + std::string(why));
}

Identity make(IdentityType type, std::string_view text) { return {type, base::to_bytes(base::as_bytes(text))}; }

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

// Colons between the bytes are allowed, as fingerprints have them.
std::optional<Bytes> parse_hex(std::string_view text) {
    std::string digits(text);
    std::erase(digits, ':');
    if (digits.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = hex_value(digits[i]);
        const int low = hex_value(digits[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

bool size_fits(IdentityType type, std::size_t size) {
    if (type == IdentityType::ipv4_address) return size == 4;
    if (type == IdentityType::ipv6_address) return size == 16;
    return true;
}

Result<Identity> of_hex(IdentityType type, std::string_view digits, std::string_view whole) {
    auto bytes = parse_hex(digits);
    if (!bytes) return invalid(whole, "what follows '#' is not hexadecimal");
    if (!size_fits(type, bytes->size())) return invalid(whole, "not the size of an address");
    return Identity{type, *std::move(bytes)};
}

Result<Identity> of_address(IdentityType type, std::string_view text, std::string_view whole) {
    const auto address = base::Address::parse(text);
    if (!address || Identity::of(*address).type != type) return invalid(whole, "not an address of that kind");
    return Identity::of(*address);
}

Result<Identity> of_name(std::string_view text, std::string_view whole) {
    auto der = parse_name(text);
    if (!der) return invalid(whole, "not a distinguished name such as 'C=CH, O=strongSwan, CN=moon'");
    return Identity{IdentityType::der_asn1_dn, *std::move(der)};
}

// What stands behind a prefix that names the type.
Result<Identity> of_type(IdentityType type, std::string_view rest, std::string_view whole) {
    if (rest.starts_with('#')) return of_hex(type, rest.substr(1), whole);
    switch (type) {
        case IdentityType::ipv4_address:
        case IdentityType::ipv6_address:
            return of_address(type, rest, whole);
        case IdentityType::der_asn1_dn:
            return of_name(rest, whole);
        default:
            return make(type, rest);
    }
}

bool has_prefix(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char wanted, char letter) {
               return wanted == (letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter);
           });
}

std::optional<Result<Identity>> of_prefix(std::string_view text) {
    for (const Prefix& prefix : kPrefixes) {
        if (has_prefix(text, prefix.text)) return of_type(prefix.type, text.substr(prefix.text.size()), text);
    }
    return std::nullopt;
}

// "{11}:", the type by its number
std::optional<Result<Identity>> of_numbered_type(std::string_view text) {
    const std::size_t close = text.find("}:");
    if (!text.starts_with('{') || close == std::string_view::npos) return std::nullopt;
    const std::string_view digits = text.substr(1, close - 1);
    std::uint8_t type = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), type);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return of_type(IdentityType{type}, text.substr(close + 2), text);
}

Result<Identity> with_at(std::string_view text) {
    if (text.starts_with("@#")) return of_hex(IdentityType::key_id, text.substr(2), text);
    if (text.starts_with("@@")) return make(IdentityType::rfc822_address, text.substr(2));
    if (text.starts_with("@")) return make(IdentityType::fqdn, text.substr(1));
    return make(IdentityType::rfc822_address, text);
}

}  // namespace

Result<Identity> Identity::parse(std::string_view text) {
    if (auto typed = of_prefix(text)) return *std::move(typed);
    if (auto typed = of_numbered_type(text)) return *std::move(typed);
    if (text.find('=') != std::string_view::npos) {
        auto der = parse_name(text);
        return der ? Identity{IdentityType::der_asn1_dn, *std::move(der)} : make(IdentityType::key_id, text);
    }
    if (text.find('@') != std::string_view::npos) return with_at(text);
    if (std::find(std::begin(kAny), std::end(kAny), text) != std::end(kAny)) return Identity{};
    if (const auto address = base::Address::parse(text)) return Identity::of(*address);
    const bool has_colon = text.find(':') != std::string_view::npos;
    return make(has_colon ? IdentityType::key_id : IdentityType::fqdn, text);
}

}  // namespace xfrmd::policy
