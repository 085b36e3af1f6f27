#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/config/files.h"

namespace xfrmd::daemon {

namespace {

class Descriptor {
public:
    explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int fd() const { return fd_; }

private:
    int fd_;
};

tl::unexpected<base::Error> system_error() {
    const int code = errno;
    const auto reason = code == ENOENT ? base::Reason::NotFound : base::Reason::ConfigurationInvalid;
    return base::fail(reason, std::generic_category().message(code));
}

tl::unexpected<base::Error> too_large(std::size_t most) {
    return base::fail(base::Reason::ConfigurationInvalid, "larger than " + std::to_string(most) + " bytes");
}

// The size that fstat told may be wrong by now, so the limit is kept while reading.
base::Result<std::string> read_all(int fd, std::size_t expected, std::size_t most) {
    std::string text;
    text.resize(expected + 1);
    std::size_t used = 0;
    for (;;) {
        const ssize_t count = ::read(fd, text.data() + used, text.size() - used);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error();
        if (count == 0) break;
        used += static_cast<std::size_t>(count);
        if (used > most) return too_large(most);
        if (used == text.size()) text.resize(text.size() * 2);
    }
    text.resize(used);
    return text;
}

}  // namespace

base::Result<FileText> DiskFiles::read(const std::string& path, std::size_t most) const {
    const Descriptor file(path);
    struct stat status{};
    if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) return system_error();
    if (!S_ISREG(status.st_mode)) return base::fail(base::Reason::ConfigurationInvalid, "not a regular file");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > most) return too_large(most);
    auto text = read_all(file.fd(), size, most);
    if (!text) return tl::unexpected(text.error());
    return FileText{std::move(*text), (status.st_mode & S_IROTH) != 0};
}

base::Result<std::vector<std::string>> DiskFiles::glob(const std::string& pattern) const {
    glob_t found{};
    const int outcome = ::glob(pattern.c_str(), GLOB_MARK, nullptr, &found);
    std::vector<std::string> paths;
    for (std::size_t i = 0; outcome == 0 && i < found.gl_pathc; ++i) {
        std::string path = found.gl_pathv[i];
        if (!path.ends_with('/')) paths.push_back(std::move(path));
    }
    ::globfree(&found);
    if (outcome == 0 || outcome == GLOB_NOMATCH) return paths;
    return base::fail(base::Reason::ConfigurationInvalid, "the pattern cannot be searched for");
}

}  // namespace xfrmd::daemon
