#include "cli/pki/new_files.h"

#include <fcntl.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkostemp
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <ranges>
#include <set>
#include <system_error>
#include <utility>

#include "cli/pki/descriptor.h"
#include "cli/pki/held_signals.h"

namespace xfrmd::cli::pki {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kForAll = 0644;
constexpr mode_t kForOwner = 0600;
constexpr mode_t kFolderForAll = 0755;
constexpr mode_t kFolderForOwner = 0700;

tl::unexpected<Trouble> is_there(const std::string& path) {
    return trouble(kExists, path + " is there already", "choose another name, or replace it with --force");
}

tl::unexpected<Trouble> cannot_write(const std::string& path, int error) {
    return system_trouble("cannot write " + path, error);
}

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
        if (fd.get() < 0) return cannot_write(file.path, errno);
        Staged staged(name, file.path);
        if (fchmod(fd.get(), file.is_secret ? kForOwner : kForAll) != 0)
            return system_trouble("cannot set the mode of " + file.path, errno);
        const int error = write_whole(fd.get(), file.contents.view());
        if (error != 0) return cannot_write(file.path, error);
        return staged;
    }
    Staged(Staged&& other) noexcept
        : hidden_(std::exchange(other.hidden_, {})),
          place_(std::move(other.place_)),
          replaced_(std::exchange(other.replaced_, {})),
          is_placed_(std::exchange(other.is_placed_, false)),
          is_moved_(std::exchange(other.is_moved_, false)) {}
    Staged& operator=(Staged&&) = delete;
    ~Staged() {
        for (const std::string* name : {&hidden_, &replaced_}) {
            if (!name->empty()) unlink(name->c_str());
        }
    }

    // link() leaves what is there alone; rename() replaces it.
    Outcome<void> commit(bool force) {
        if (force) {
            if (const auto kept = keep_replaced(); !kept) return kept;
            is_placed_ = rename(hidden_.c_str(), place_.c_str()) == 0;
            if (!is_placed_) return cannot_write(place_, errno);
            hidden_.clear();
            return {};
        }
        is_placed_ = link(hidden_.c_str(), place_.c_str()) == 0;
        if (is_placed_) return {};
        return errno == EEXIST ? is_there(place_) : cannot_write(place_, errno);
    }

    void take_back() {
        if (!is_placed_ && !is_moved_) return;
        if (replaced_.empty()) {
            unlink(place_.c_str());
        } else {
            // Where even this fails, it is better left under its hidden name.
            rename(replaced_.c_str(), place_.c_str());
            replaced_.clear();
        }
    }

private:
    Staged(std::string hidden, std::string place) : hidden_(std::move(hidden)), place_(std::move(place)) {}

    Outcome<void> keep_replaced() {
        std::string name = hidden_ + ".old";
        int error = link(place_.c_str(), name.c_str()) == 0 ? 0 : errno;
        if (error == ENOENT) return {};
        std::error_code unknown;
        if (error != 0 && fs::is_directory(place_, unknown)) return cannot_write(place_, EISDIR);
        // Some file systems have no second names, or no more of them.
        if (error == EPERM || error == EOPNOTSUPP || error == EMLINK) {
            error = rename(place_.c_str(), name.c_str()) == 0 ? 0 : errno;
            is_moved_ = error == 0;
        }
        if (error != 0) return cannot_write(place_, error);
        replaced_ = std::move(name);
        return {};
    }

    std::string hidden_;
    std::string place_;
    std::string replaced_;  // what was in its place, by another name
    bool is_placed_ = false;
    bool is_moved_ = false;  // what was in its place, before it was
};

std::string folder_of(const NewFile& file) {
    const std::string folder = fs::path(file.path).parent_path().string();
    return folder.empty() ? "." : folder;
}

Outcome<void> make_folder(const NewFile& file) {
    const fs::path folder = folder_of(file);
    std::error_code error;
    fs::create_directories(folder.parent_path().empty() ? "." : folder.parent_path(), error);
    if (error) return system_trouble("cannot make " + folder.parent_path().string(), error.value());
    if (mkdir(folder.c_str(), file.is_secret ? kFolderForOwner : kFolderForAll) == 0 || errno == EEXIST) return {};
    return system_trouble("cannot make " + folder.string(), errno);
}

// New names are on the disk once their folder is.
Outcome<void> sync_folders(const std::vector<NewFile>& files) {
    std::set<std::string> folders;
    for (const NewFile& file : files) folders.insert(folder_of(file));
    for (const std::string& folder : folders) {
        const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        // Some file systems cannot, and say that it is no good question.
        if (fd.get() < 0 || (fsync(fd.get()) != 0 && errno != EINVAL)) return cannot_write(folder, errno);
    }
    return {};
}

Outcome<void> commit(std::vector<Staged>& staged, const std::vector<NewFile>& files, bool force) {
    for (Staged& one : staged) {
        if (auto done = one.commit(force); !done) return done;
    }
    return sync_folders(files);
}

}  // namespace

Outcome<void> write_files(const std::vector<NewFile>& files, bool force) {
    const HeldSignals held;
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
    auto done = commit(staged, files, force);
    if (!done) {
        for (Staged& one : staged | std::views::reverse) one.take_back();
    }
    return done;
}

}  // namespace xfrmd::cli::pki
