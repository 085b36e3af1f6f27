#include "netlink/kernel_error.h"

#include <cerrno>
#include <cstring>

namespace xfrmd::netlink {

KernelError kernel_error(int errno_value, std::string_view detail) {
    const char* name = strerrorname_np(errno_value);
    const char* words = strerrordesc_np(errno_value);
    std::string text = name != nullptr ? name : "errno " + std::to_string(errno_value);
    if (words != nullptr) text.append(": ").append(words);
    if (!detail.empty()) text.append(" (").append(detail).append(")");
    return {errno_value, std::move(text)};
}

bool answer_was_lost(const KernelError& error) {
    return error.errno_value == ENOBUFS || error.errno_value == ETIMEDOUT || error.errno_value == EPROTO ||
           error.errno_value == EMSGSIZE;
}

}  // namespace xfrmd::netlink
