// How configuration files are found and read: an interface, so that tests and the fuzzer keep theirs in memory.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ike/base/result.h"

namespace xfrmd::daemon {

struct FileText {
    std::string text;
    bool readable_by_others = false;  // by users who are neither the owner nor in the group
};

class Files {
public:
    virtual ~Files() = default;

    // The whole file. Errors: NotFound, or ConfigurationInvalid for what cannot be read, is not a regular file or is
    // larger than `most` bytes; the detail says which, without the path.
    virtual base::Result<FileText> read(const std::string& path, std::size_t most) const = 0;

    // The files that match a glob(7) pattern, sorted; folders are left out. No match is not an error.
    virtual base::Result<std::vector<std::string>> glob(const std::string& pattern) const = 0;
};

// The real ones. Never blocks on a pipe or a device, as it reads regular files only.
class DiskFiles final : public Files {
public:
    base::Result<FileText> read(const std::string& path, std::size_t most) const override;
    base::Result<std::vector<std::string>> glob(const std::string& pattern) const override;
};

}  // namespace xfrmd::daemon
