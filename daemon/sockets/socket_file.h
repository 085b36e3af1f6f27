// The listening Unix socket as a file: one daemon at a time, the right owner and mode from the first moment, nothing of
// anybody else's removed. A lock file stands beside it (PATH.lock, flock); it stays when the daemon goes, only the lock
// ends. Errors are one sentence for the operator.
#pragma once

#include <sys/types.h>

#include <string>

#include <tl/expected.hpp>

#include "daemon/descriptor.h"

namespace xfrmd::daemon {

struct SocketOptions {
    std::string path = "/run/xfrmd/api.sock";  // absolute, shorter than 108 bytes; its folder is made when missing
    std::string group = "xfrmd";               // root where there is no such group
    mode_t mode = 0660;
};

class SocketFile {
public:
    // Refused: another daemon holds the lock or answers on the socket; something that is no socket stands there; the
    // path is too long; the kernel says no. A socket that nobody answers on is removed.
    static tl::expected<SocketFile, std::string> make(const SocketOptions& options);
    SocketFile(SocketFile&&) = default;
    SocketFile& operator=(SocketFile&&) = delete;
    ~SocketFile();

    // The listening socket, given away once.
    int release_socket() { return socket_.release(); }
    // The group whose members may connect.
    gid_t group() const { return group_; }

private:
    SocketFile(Descriptor lock, Descriptor socket, std::string path, gid_t group);

    Descriptor lock_;
    Descriptor socket_;
    std::string path_;  // empty after a move
    gid_t group_ = 0;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace xfrmd::daemon
