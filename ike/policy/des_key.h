// DES keys that must not be used (FIPS 74, RFC 2409 appendix A, RFC 2451 2.3). The lowest bit of each byte is parity
// and not looked at. For manual SAs; derived keys need no such check.
#pragma once

#include "ike/base/bytes.h"

namespace xfrmd::policy {

inline constexpr std::size_t kDesKeyBytes = 8;

// One of the 4 weak or 12 semi-weak keys. False for anything but 8 bytes.
bool is_weak_des_key(base::ByteView key);

// Do two keys encrypt alike?
bool are_same_des_key(base::ByteView a, base::ByteView b);

}  // namespace xfrmd::policy
