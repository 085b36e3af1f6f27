#include "cli/pki/pem_text.h"

#include <botan/pem.h>

namespace xfrmd::cli::pki {

std::string pem_text(std::string_view label, base::ByteView der) {
    return Botan::PEM_Code::encode(der.data(), der.size(), label);
}

}  // namespace xfrmd::cli::pki
