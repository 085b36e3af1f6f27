// One at a time changes what is in a folder of keys and certificates: who reads a list in order to write the next one
// would lose what another one has written meanwhile.
#pragma once

#include <chrono>
#include <string>

#include "cli/pki/descriptor.h"
#include "cli/pki/trouble.h"

namespace xfrmd::cli::pki {

// How long another xfrmctl may take that only signs and writes.
inline constexpr std::chrono::seconds kLockPatience{10};

class FolderLock {
public:
    // Of the folder itself, which is made if it is missing; gone with this value, or with the process. Trouble: kBusy,
    // where somebody else has had it for all of `patience`.
    static Outcome<FolderLock> take(const std::string& folder, std::chrono::milliseconds patience = kLockPatience);

private:
    explicit FolderLock(Descriptor folder) : folder_(std::move(folder)) {}
    Descriptor folder_;
};

}  // namespace xfrmd::cli::pki
