// What files and folders have in common: a descriptor with an owner, and what the system says against it.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "cli/pki/trouble.h"

namespace xfrmd::cli::pki {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    int get() const { return fd_; }

private:
    int fd_;
};

// `error`: an errno.
inline tl::unexpected<Trouble> system_trouble(const std::string& what, int error) {
    const std::string message = what + ": " + std::generic_category().message(error);
    const bool denied = error == EACCES || error == EPERM;
    return trouble(denied ? kDenied : kFile, message,
                   denied ? "run as a user who may, or name another folder with --out" : "");
}

}  // namespace xfrmd::cli::pki
