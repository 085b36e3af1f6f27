// What the kernel said no with: an errno and a text for the operator. Failures of the transport itself (no socket, no
// answer) carry an errno, too, so that callers have one thing to look at.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace xfrmd::netlink {

struct KernelError {
    int errno_value = 0;  // a positive errno
    std::string text;     // "EEXIST: File exists", with the kernel's own words behind it where it gave some
};

template <typename T>
using KernelResult = tl::expected<T, KernelError>;

// "EPROTONOSUPPORT: Protocol not supported (Requested type not found)"; `detail` may be empty.
KernelError kernel_error(int errno_value, std::string_view detail = {});

inline tl::unexpected<KernelError> refused(int errno_value, std::string_view detail = {}) {
    return tl::unexpected<KernelError>(kernel_error(errno_value, detail));
}

// The kernel's answer did not arrive, so what was asked for may have been done.
bool answer_was_lost(const KernelError& error);

}  // namespace xfrmd::netlink
