// Which names a CA may give (RFC 5280 4.2.1.10): what Botan checks of it, and what it leaves aside. Internal to
// ike/crypto; may throw what Botan throws.
#pragma once

#include "ike/crypto/certificate.h"

namespace xfrmd::crypto {

// May `authority` stand above `certificate` on a path? Refused, whether it is critical or not, is also what is not
// evaluated: constraints of mail addresses and URIs where there are such names, and of names in parts of several
// attributes, which Botan 3.12 takes for several parts.
bool may_name(const Certificate& authority, const Certificate& certificate);

}  // namespace xfrmd::crypto
