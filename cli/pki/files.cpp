#include "cli/pki/files.h"

#include <fcntl.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkostemp
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace xfrmd::cli::pki {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kForAll = 0644;
constexpr mode_t kForOwner = 0600;
constexpr mode_t kFolderForAll = 0755;
constexpr mode_t kFolderForOwner = 0700;

tl::unexpected<Trouble> system_trouble(const std::string& what, int error) {
    const std::string message = what + ": " + std::generic_category().message(error);
    const bool denied = error == EACCES || error == EPERM;
    return trouble(denied ? kDenied : kFile, message,
                   denied ? "run as a user who may, or name another folder with --out" : "");
}

tl::unexpected<Trouble> is_there(const std::string& path) {
    return trouble(kExists, path + " is there already", "choose another name, or replace it with --force");
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

// 0, or an errno.
int write_whole(int fd, base::ByteView bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) return errno;
        if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return fsync(fd) == 0 ? 0 : errno;
}

// A file under a hidden name beside its place, where nobody looks for it, until commit().
class Staged {
public:
    static Outcome<Staged> make(const NewFile& file) {
        const fs::path place(file.path);
        std::string name = (place.parent_path() / ("." + place.filename().string() + ".XXXXXX")).string();
        const Descriptor fd(mkostemp(name.data(), O_CLOEXEC));
        if (fd.get() < 0) return system_trouble("cannot write " + file.path, errno);
        Staged staged(name, file.path);
        const int error = write_whole(fd.get(), file.contents.view());
        if (error != 0) return system_trouble("cannot write " + file.path, error);
        if (fchmod(fd.get(), file.is_secret ? kForOwner : kForAll) != 0)
            return system_trouble("cannot set the mode of " + file.path, errno);
        return staged;
    }
    Staged(Staged&& other) noexcept
        : hidden_(std::exchange(other.hidden_, {})), place_(std::exchange(other.place_, {})) {}
    Staged& operator=(Staged&&) = delete;
    ~Staged() {
        if (!hidden_.empty()) unlink(hidden_.c_str());
    }

    // link() leaves what is there alone; rename() replaces it.
    Outcome<void> commit(bool force) {
        if (force) {
            if (rename(hidden_.c_str(), place_.c_str()) != 0) return system_trouble("cannot write " + place_, errno);
            hidden_.clear();
            return {};
        }
        if (link(hidden_.c_str(), place_.c_str()) == 0) return {};
        if (errno == EEXIST) return is_there(place_);
        return system_trouble("cannot write " + place_, errno);
    }
    void take_back() const { unlink(place_.c_str()); }

private:
    Staged(std::string hidden, std::string place) : hidden_(std::move(hidden)), place_(std::move(place)) {}
    std::string hidden_;
    std::string place_;
};

Outcome<void> make_folder(const NewFile& file) {
    const fs::path folder = fs::path(file.path).parent_path();
    if (folder.empty()) return {};
    std::error_code error;
    fs::create_directories(folder.parent_path().empty() ? "." : folder.parent_path(), error);
    if (error) return system_trouble("cannot make " + folder.parent_path().string(), error.value());
    if (mkdir(folder.c_str(), file.is_secret ? kFolderForOwner : kFolderForAll) == 0 || errno == EEXIST) return {};
    return system_trouble("cannot make " + folder.string(), errno);
}

}  // namespace

Outcome<base::SecretBytes> read_file(const std::string& path, std::size_t most) {
    const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (fd.get() < 0) return system_trouble("cannot read " + path, errno);
    base::SecretBytes buffer(most + 1);
    std::size_t size = 0;
    while (size <= most) {
        const auto count = ::read(fd.get(), buffer.writable().data() + size, buffer.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_trouble("cannot read " + path, errno);
        if (count == 0) return buffer.slice(0, size);
        size += static_cast<std::size_t>(count);
    }
    return trouble(kFile, path + " has more than " + std::to_string(most) + " bytes", "");
}

Outcome<base::SecretBytes> read_passphrase(const std::string& path) {
    constexpr std::size_t kLongest = 4096;
    const auto file = read_file(path, kLongest);
    if (!file) return tl::unexpected(file.error());
    const base::ByteView all = file->view();
    const auto end = std::find_if(all.begin(), all.end(), [](std::uint8_t c) { return c == '\n' || c == '\r'; });
    if (end == all.begin())
        return trouble(kUnusable, path + " begins with an empty line", "its first line is the passphrase");
    return file->slice(0, static_cast<std::size_t>(end - all.begin()));
}

Outcome<std::vector<std::string>> files_of(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
    std::vector<std::string> files;
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
        const bool hidden = at->path().filename().string().starts_with('.');
        std::error_code unknown;
        if (!hidden && at->is_regular_file(unknown)) files.push_back(at->path().string());
    }
    if (error) return system_trouble("cannot read " + path, error.value());
    std::sort(files.begin(), files.end());
    return files;
}

std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }

Outcome<void> write_files(const std::vector<NewFile>& files, bool force) {
    struct stat unused{};
    for (const NewFile& file : files) {
        if (!force && lstat(file.path.c_str(), &unused) == 0) return is_there(file.path);
        if (auto made = make_folder(file); !made) return made;
    }
    std::vector<Staged> staged;
    for (const NewFile& file : files) {
        auto one = Staged::make(file);
        if (!one) return tl::unexpected(one.error());
        staged.push_back(std::move(*one));
    }
    for (std::size_t i = 0; i < staged.size(); ++i) {
        auto done = staged[i].commit(force);
        if (done) continue;
        for (std::size_t before = 0; !force && before < i; ++before) staged[before].take_back();
        return done;
    }
    return {};
}

}  // namespace xfrmd::cli::pki
