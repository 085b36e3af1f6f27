// X.500 distinguished names (RFC 5280 4.1.2.4) as identities use them (RFC 7296 3.5): read from and written to DER,
// parsed from and shown as text. The bytes may come from a peer: nothing is believed, nothing is allocated from a
// claimed length.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/bytes.h"

namespace xfrmd::policy {

// One attribute of a name; the views borrow from the DER it was read from.
struct NameAttribute {
    base::ByteView oid;    // the contents of the OBJECT IDENTIFIER
    std::uint8_t tag = 0;  // PrintableString, UTF8String...
    base::ByteView value;
};

// The attributes in order; nullopt where the bytes are no name in DER (or have more than 64 attributes).
std::optional<std::vector<NameAttribute>> read_name(base::ByteView der);

// "C=CH, O=strongSwan, CN=moon" or "/C=CH/O=strongSwan/CN=moon". A backslash takes the next character as it is (RFC
// 4514). nullopt where an attribute is not known or has no "=".
std::optional<base::Bytes> parse_name(std::string_view text);

// "C=CH, O=strongSwan, CN=moon"; unknown attributes as "#<oid in hex>=". Peer bytes are escaped, commas with a
// backslash.
std::string to_string(const std::vector<NameAttribute>& name);

// Does `name` fit `pattern`, in which the value "*" stands for any? The order of the attributes does not count, as CAs
// and people write them from either end, and letters' case does not in printable strings and mail addresses. Names as
// read_name gave them.
bool matches(const std::vector<NameAttribute>& pattern, const std::vector<NameAttribute>& name);
bool has_wildcard(const std::vector<NameAttribute>& name);

}  // namespace xfrmd::policy
