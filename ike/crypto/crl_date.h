// What a file that may be a CRL says of its age, before anybody has checked who signed it: good for choosing what to
// show to Crl::read.
#pragma once

#include <optional>

#include "ike/base/bytes.h"
#include "ike/crypto/certificate.h"

namespace xfrmd::crypto {

// When the next list is due. nullopt: it is no list, or does not say.
std::optional<WallClock> announced_next_update(base::ByteView file);

}  // namespace xfrmd::crypto
