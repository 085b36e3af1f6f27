#include "daemon/attributes/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "daemon/descriptor.h"

namespace xfrmd::daemon {

namespace {

constexpr mode_t kMode = 0644;
constexpr const char* kUnfinished = ".xfrmd";

std::string last_error() { return std::generic_category().message(errno); }

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool write_beside(const std::string& unfinished, const std::string& path, std::string_view text) {
    struct stat before{};
    const bool was_there = stat(path.c_str(), &before) == 0;
    unlink(unfinished.c_str());
    const Descriptor file(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
    if (!file.is_open() || !write_all(file.number(), text)) return false;
    const bool is_alike = !was_there || (fchown(file.number(), before.st_uid, before.st_gid) == 0 &&
                                         fchmod(file.number(), before.st_mode & ALLPERMS) == 0);
    return (was_there || fchmod(file.number(), kMode) == 0) && is_alike && fsync(file.number()) == 0;
}

std::string write_in_place(const std::string& path, std::string_view text) {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kMode));
    if (!file.is_open() || !write_all(file.number(), text)) return last_error();
    return ftruncate(file.number(), static_cast<off_t>(text.size())) == 0 ? "" : last_error();
}

}  // namespace

std::string replace_file(const std::string& path, std::string_view text) {
    const std::string unfinished = path + kUnfinished;
    if (write_beside(unfinished, path, text) && std::rename(unfinished.c_str(), path.c_str()) == 0) return {};
    unlink(unfinished.c_str());
    return write_in_place(path, text);
}

}  // namespace xfrmd::daemon
