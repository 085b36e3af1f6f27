#include "daemon/sockets/socket_file.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace xfrmd::daemon {

namespace {

constexpr int kBacklog = 256;  // who comes while others do is not turned away
constexpr mode_t kLockMode = 0600;
constexpr mode_t kFolderMode = 0755;

using Trouble = std::optional<std::string>;

std::string reason_of(int error) { return std::generic_category().message(error); }

tl::unexpected<std::string> refuse(const std::string& what, int error) {
    return tl::unexpected<std::string>(what + ": " + reason_of(error));
}

std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.front() != '/' || path.size() >= sizeof address.sun_path) return std::nullopt;
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Descriptor new_socket() { return Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

// Only the last folder: a path with more missing is a mistake, not a wish.
Trouble make_folder_of(const std::string& path) {
    const std::string folder = path.substr(0, path.rfind('/'));
    if (folder.empty() || mkdir(folder.c_str(), kFolderMode) == 0 || errno == EEXIST) return std::nullopt;
    return "cannot make " + folder + ": " + reason_of(errno);
}

tl::expected<Descriptor, std::string> take_lock(const std::string& path) {
    const std::string lock_path = path + ".lock";
    Descriptor lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kLockMode));
    if (!lock.is_open()) return refuse("cannot open " + lock_path, errno);
    if (flock(lock.number(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK) return tl::unexpected<std::string>("another xfrmd serves " + path + " already");
    return refuse("cannot lock " + lock_path, errno);
}

// What an earlier daemon left behind goes; what is not a socket, or is answered on, stays.
Trouble clear_the_way(const std::string& path, const sockaddr_un& address) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) {
        return errno == ENOENT ? std::nullopt : Trouble("cannot look at " + path + ": " + reason_of(errno));
    }
    if (!S_ISSOCK(status.st_mode)) return path + " exists and is not a socket";
    const Descriptor probe = new_socket();
    if (!probe.is_open()) return "cannot make a socket: " + reason_of(errno);
    // EAGAIN: somebody listens, with a full backlog.
    if (connect(probe.number(), generic(address), sizeof address) == 0 || errno == EAGAIN) {
        return "another program answers on " + path;
    }
    if (errno != ECONNREFUSED) return "cannot tell whether " + path + " is in use: " + reason_of(errno);
    if (unlink(path.c_str()) == 0) return std::nullopt;
    return "cannot remove the stale socket " + path + ": " + reason_of(errno);
}

std::optional<gid_t> group_number(const std::string& name) {
    std::vector<char> buffer(16384);
    group entry{};
    group* found = nullptr;
    if (getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return found->gr_gid;
}

Trouble bind_and_listen(const Descriptor& socket, const sockaddr_un& address, const SocketOptions& options,
                        std::optional<gid_t> group) {
    const std::string at = " " + options.path + ": ";
    // Linux makes the file with the mode of the socket (less the umask), so it is never wider than asked, not even for
    // a moment.
    if (fchmod(socket.number(), options.mode) != 0) return "cannot set the mode of" + at + reason_of(errno);
    if (bind(socket.number(), generic(address), sizeof address) != 0) return "cannot bind" + at + reason_of(errno);
    if (group && lchown(options.path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
        return "cannot give group " + options.group + at + reason_of(errno);
    }
    if (chmod(options.path.c_str(), options.mode) != 0) return "cannot set the mode of" + at + reason_of(errno);
    if (listen(socket.number(), kBacklog) != 0) return "cannot listen on" + at + reason_of(errno);
    return std::nullopt;
}

}  // namespace

tl::expected<SocketFile, std::string> SocketFile::make(const SocketOptions& options) {
    const auto address = address_of(options.path);
    if (!address)
        return tl::unexpected<std::string>("the socket's path must be absolute and shorter than 108 bytes: " +
                                           options.path);
    if (auto trouble = make_folder_of(options.path)) return tl::unexpected<std::string>(*trouble);
    auto lock = take_lock(options.path);
    if (!lock) return tl::unexpected<std::string>(lock.error());
    if (auto trouble = clear_the_way(options.path, *address)) return tl::unexpected<std::string>(*trouble);
    Descriptor socket = new_socket();
    if (!socket.is_open()) return refuse("cannot make a socket", errno);
    const auto group = group_number(options.group);
    if (auto trouble = bind_and_listen(socket, *address, options, group)) return tl::unexpected<std::string>(*trouble);
    return SocketFile(std::move(*lock), std::move(socket), options.path, group.value_or(0));
}

SocketFile::SocketFile(Descriptor lock, Descriptor socket, std::string path, gid_t group)
    : lock_(std::move(lock)), socket_(std::move(socket)), path_(std::move(path)), group_(group) {
    struct stat status{};
    if (lstat(path_.c_str(), &status) != 0) return;
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

SocketFile::~SocketFile() {
    if (!lock_.is_open()) return;
    struct stat status{};
    const bool is_ours = lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
    if (is_ours) unlink(path_.c_str());
}

}  // namespace xfrmd::daemon
