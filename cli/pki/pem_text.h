// The textual encoding (RFC 7468) of what is not secret.
#pragma once

#include <string>
#include <string_view>

#include "ike/base/bytes.h"

namespace xfrmd::cli::pki {

std::string pem_text(std::string_view label, base::ByteView der);

}  // namespace xfrmd::cli::pki
