// Distinguished names as paths, CRLs and OCSP compare them (RFC 5280 7.1): attribute by attribute, without regard to
// case and to how many spaces there are. Internal to ike/crypto.
#pragma once

#include "ike/base/bytes.h"

namespace xfrmd::crypto {

// The same octets for the same name; of bytes that are none, these.
base::Bytes name_key(base::ByteView der);

}  // namespace xfrmd::crypto
