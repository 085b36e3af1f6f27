// Identities (RFC 7296 3.5) as configured, as sent and as matched. Types not listed survive as numbers. Matching is
// strongSwan's: %any matches all, "*.example.org" and "*@example.org" match by suffix, everything else exactly (names
// without regard to case). X.500 names are compared as bytes until certificates come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/result.h"

namespace xfrmd::policy {

enum class IdentityType : std::uint8_t {
    any = 0, ipv4_address = 1, fqdn = 2, rfc822_address = 3, ipv6_address = 5, der_asn1_dn = 9, der_asn1_gn = 10, key_id = 11,
};

struct Identity {
    IdentityType type = IdentityType::any;
    base::Bytes data;

    static Identity of(const base::Address& address);
    // strongSwan's notation: addresses, "name", "@name" (FQDN), "user@host", "@#hex" (key id), "@@user@host",
    // "ipv4:", "fqdn:", "email:", "keyid:", "asn1dn:#hex" and the like prefixes, "C=CH, O=..." (DN), "%any".
    static base::Result<Identity> parse(std::string_view text);

    bool is_any() const { return type == IdentityType::any; }
    // Peer bytes are escaped.
    std::string to_string() const;
    friend bool operator==(const Identity&, const Identity&) = default;
};

// How well `pattern` fits `identity`: 0 not at all, 1 for %any, 2 for a wildcard, 3 exactly.
int match(const Identity& pattern, const Identity& identity);

}  // namespace xfrmd::policy
