// Asking a person for a passphrase on the terminal, which does not show it.
#pragma once

#include <optional>
#include <string>

#include "ike/base/secret_bytes.h"

namespace xfrmd::cli {

// One line, without its end. Nothing where there is no terminal, or nobody says anything. Signals that come meanwhile
// count once the terminal is as it was; who is stopped by one asks again.
std::optional<base::SecretBytes> ask_secret(const std::string& prompt);

}  // namespace xfrmd::cli
