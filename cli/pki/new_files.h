// Files of keys and certificates, written whole or not at all, and never over others unless that was asked for.
#pragma once

#include <string>
#include <vector>

#include "cli/pki/trouble.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::cli::pki {

struct NewFile {
    std::string path;
    base::SecretBytes contents;
    bool is_secret = false;  // for nobody but its owner
};

// Makes the folders that are missing. With `force` the files take the place of what is there. All of them are on the
// disk afterwards, or none, and what was there is there again. Only who is killed, or a machine that stops, between two
// of the renames at the end leaves some new and some old ones, each whole, and those that were replaced beside their
// places under hidden names; where the file system has no second names for a file, one may be there only.
Outcome<void> write_files(const std::vector<NewFile>& files, bool force);

}  // namespace xfrmd::cli::pki
