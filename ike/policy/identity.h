// Identities (RFC 7296 3.5) as configured, as sent and as matched. Types not listed survive as numbers. Matching is
// strongSwan's: %any matches all, "*.example.org" and "*@example.org" match by suffix, "O=strongSwan, CN=*" by
// attribute and in any order, everything else exactly (names without regard to case). Peer bytes are never trusted: any
// of them can be shown and matched.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/result.h"

namespace xfrmd::policy {

enum class IdentityType : std::uint8_t {
    any = 0,
    ipv4_address = 1,
    fqdn = 2,
    rfc822_address = 3,
    ipv6_address = 5,
    der_asn1_dn = 9,
    der_asn1_gn = 10,
    key_id = 11,
    null = 13,  // RFC 7619 2.2: of nobody, and empty
};

struct Identity {
    IdentityType type = IdentityType::any;
    base::Bytes data;

    static Identity of(const base::Address& address);
    // strongSwan's notation: addresses, "name", "@name" (FQDN), "user@host", "@#hex" (key id), "@@user@host",
    // "ipv4:", "fqdn:", "email:", "keyid:", "asn1dn:#hex" and the like prefixes, "{11}:#hex" by number, "C=CH, O=..."
    // (DN),
    // "%any". As there, what has a "=" or a ":" and is no name or address is a key id. Error: ConfigurationInvalid.
    static base::Result<Identity> parse(std::string_view text);

    bool is_any() const { return type == IdentityType::any; }
    static Identity null() { return {IdentityType::null, {}}; }
    bool is_null() const { return type == IdentityType::null; }
    // Names exactly one peer: neither %any, nor nobody, nor with a wildcard.
    bool is_exact() const;
    // In strongSwan's notation; peer bytes are escaped, long ones cut.
    std::string to_string() const;
    // The same bytes for all identities that match() takes for equal: the key of an index.
    base::Bytes folded() const;
    friend bool operator==(const Identity&, const Identity&) = default;
};

// How well `pattern` fits `identity`: 0 not at all, 1 for %any, 2 for a wildcard, kExactMatch exactly. %any is anybody,
// but not nobody: ID_NULL fits itself alone.
inline constexpr int kExactMatch = 3;
int match(const Identity& pattern, const Identity& identity);

}  // namespace xfrmd::policy
