// What a certificate's key is for (RFC 5280 4.2.1.3, 4.2.1.12), in the standard's own words; an object identifier that
// is not known stands for itself.
#pragma once

#include <string>
#include <vector>

#include "ike/crypto/certificate.h"

namespace xfrmd::cli::pki {

std::vector<std::string> key_usages_of(const crypto::Certificate& certificate);
std::vector<std::string> extended_key_usages_of(const crypto::Certificate& certificate);

}  // namespace xfrmd::cli::pki
