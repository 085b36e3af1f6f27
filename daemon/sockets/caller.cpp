#include "daemon/sockets/caller.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace xfrmd::daemon {

namespace {

// SO_PEERGROUPS answers ERANGE with the size that would do.
std::vector<gid_t> groups_of(int socket) {
    socklen_t bytes = 0;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, nullptr, &bytes) == 0 || errno != ERANGE) return {};
    std::vector<gid_t> groups(bytes / sizeof(gid_t));
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes) != 0) return {};
    groups.resize(bytes / sizeof(gid_t));
    return groups;
}

}  // namespace

std::optional<Caller> caller_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
    return Caller{credentials.uid, credentials.gid, credentials.pid, groups_of(socket)};
}

bool may_operate(const Caller& caller, gid_t group) {
    if (caller.uid == 0 || caller.gid == group) return true;
    return std::find(caller.groups.begin(), caller.groups.end(), group) != caller.groups.end();
}

std::string AuditEntry::to_string() const {
    std::string text = "uid=" + std::to_string(caller.uid) + " pid=" + std::to_string(caller.pid);
    if (!method.empty()) text += " method=" + method;
    if (!params.empty()) text += " params=" + params;
    return text + " outcome=" + outcome;
}

}  // namespace xfrmd::daemon
