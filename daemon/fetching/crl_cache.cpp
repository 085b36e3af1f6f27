#include "daemon/fetching/crl_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/config/files.h"
#include "daemon/descriptor.h"
#include "ike/crypto/crl.h"
#include "ike/crypto/crl_date.h"
#include "ike/crypto/digest.h"

namespace xfrmd::daemon {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kWritableByOthers = 0022;
constexpr std::string_view kEnding = ".crl";
constexpr std::string_view kUnfinished = ".new";
constexpr std::size_t kHashDigits = 64;

std::string last_error() { return std::generic_category().message(errno); }

// Nobody else's file is touched, whatever the folder.
bool is_ours(const fs::path& path) {
    const std::string ending = path.extension().string();
    const std::string stem = path.stem().string();
    const bool is_hash = stem.size() == kHashDigits && stem.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_hash && (ending == kEnding || ending == kUnfinished);
}

tl::expected<void, std::string> write_whole(const std::string& path, base::ByteView body) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!file.is_open()) return tl::unexpected("cannot make " + path + ": " + last_error());
    while (!body.empty()) {
        const ssize_t count = ::write(file.number(), body.data(), body.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected("cannot write " + path + ": " + last_error());
        body = body.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

struct Entry {
    fs::path path;
    fs::file_time_type changed;
    std::size_t size = 0;
};

// The newest first.
std::vector<Entry> entries_of(const std::string& folder) {
    std::vector<Entry> entries;
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end; each.increment(error)) {
        if (!is_ours(each->path())) continue;
        std::error_code unknown;
        const auto size = each->file_size(unknown);
        if (!unknown) entries.push_back({each->path(), each->last_write_time(unknown), static_cast<std::size_t>(size)});
    }
    std::ranges::sort(entries, std::ranges::greater(), &Entry::changed);
    return entries;
}

}  // namespace

tl::expected<CrlCache, std::string> CrlCache::open(const std::string& folder, Limits limits) {
    mkdir(folder.c_str(), kFolderMode);  // what is wrong shows next
    struct stat status{};
    if (lstat(folder.c_str(), &status) != 0) return tl::unexpected("cannot use " + folder + ": " + last_error());
    if (!S_ISDIR(status.st_mode)) return tl::unexpected(folder + " is no folder");
    const bool is_safe = status.st_uid == geteuid() && (status.st_mode & kWritableByOthers) == 0;
    if (!is_safe) return tl::unexpected("others than this user can write to " + folder);
    return CrlCache(folder, limits);
}

std::optional<CrlCache::Kept> CrlCache::find(const std::string& uri) const {
    if (folder_.empty()) return std::nullopt;
    const auto file = DiskFiles().read(path_of(uri), crypto::Crl::kMostBytes);
    if (!file) return std::nullopt;
    const base::ByteView body = base::as_bytes(file->text);
    const auto next_update = crypto::announced_next_update(body);
    if (!next_update) return std::nullopt;
    return Kept{base::to_bytes(body), *next_update};
}

// A rename is whole or not at all; nothing waits for the disk, as what a crash spoils is fetched again.
tl::expected<void, std::string> CrlCache::keep(const std::string& uri, base::ByteView body,
                                               crypto::WallClock now) const {
    if (folder_.empty()) return {};
    const auto next_update = crypto::announced_next_update(body);
    if (!next_update || *next_update <= now || body.size() > limits_.bytes) return {};
    const std::string path = path_of(uri);
    const std::string unfinished = path.substr(0, path.size() - kEnding.size()) + std::string(kUnfinished);
    unlink(unfinished.c_str());
    if (auto written = write_whole(unfinished, body); !written) {
        unlink(unfinished.c_str());
        return written;
    }
    if (rename(unfinished.c_str(), path.c_str()) != 0)
        return tl::unexpected("cannot make " + path + ": " + last_error());
    make_room();
    return {};
}

std::string CrlCache::path_of(const std::string& uri) const {
    return folder_ + "/" + base::to_hex(crypto::sha256(base::as_bytes(uri))) + std::string(kEnding);
}

void CrlCache::make_room() const {
    std::size_t files = 0;
    std::size_t bytes = 0;
    for (const Entry& entry : entries_of(folder_)) {
        const bool fits = files < limits_.files && entry.size <= limits_.bytes - bytes;
        const bool stays = fits && entry.path.extension() == kEnding;
        if (!stays) {
            unlink(entry.path.c_str());
            continue;
        }
        ++files;
        bytes += entry.size;
    }
}

}  // namespace xfrmd::daemon
