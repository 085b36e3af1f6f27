// The values of `secret` keys: text as it is, bytes in hexadecimal after 0x, bytes in base64 after 0s.
#pragma once

#include <string>
#include <string_view>

#include "daemon/config/complaint.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::daemon {

// Hexadecimal digits may be separated by colons; of an odd number the first makes a byte of its own, as in strongSwan.
// Stricter than strongSwan, which loads a wrong secret without a word: bad digits, cut base64 and empty secrets are
// errors. The error never holds any part of the value.
Read<base::SecretBytes> read_secret(std::string_view text);

}  // namespace xfrmd::daemon
