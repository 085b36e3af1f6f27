// Files of keys and certificates, read with a limit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/pki/trouble.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::cli::pki {

// At most this many bytes of a file; one that has more is refused. A pipe is read until its writer has closed it.
inline constexpr std::size_t kMostBytes = std::size_t{1} << 20;

Outcome<base::SecretBytes> read_file(const std::string& path, std::size_t most = kMostBytes);
// Likewise of standard input.
Outcome<base::SecretBytes> read_input(std::size_t most);
// The first line, for what a person has typed into it. Error also where that is empty.
Outcome<base::SecretBytes> read_passphrase(const std::string& path);
// The file itself, or the files of a folder in the order of their names, but for hidden ones.
Outcome<std::vector<std::string>> files_of(const std::string& path);

// "moon" of "/etc/swanctl/x509/moon.pem"
std::string stem_of(const std::string& path);

}  // namespace xfrmd::cli::pki
