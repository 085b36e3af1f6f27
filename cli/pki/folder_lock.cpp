#include "cli/pki/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>
#include <thread>

namespace xfrmd::cli::pki {

Outcome<FolderLock> FolderLock::take(const std::string& folder, std::chrono::milliseconds patience) {
    constexpr std::chrono::milliseconds kPause{20};
    const std::string path = folder.empty() ? "." : folder;
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return system_trouble("cannot make " + path, error.value());
    Descriptor fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return system_trouble("cannot read " + path, errno);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return system_trouble("cannot lock " + path, errno);
        if (std::chrono::steady_clock::now() >= end)
            return trouble(kBusy, "another xfrmctl is at work in " + path, "try again when it has ended");
        std::this_thread::sleep_for(kPause);
    }
    return FolderLock(std::move(fd));
}

}  // namespace xfrmd::cli::pki
