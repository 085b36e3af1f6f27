// Who is at the other end of the socket, as the kernel told it when the connection was made (unix(7), SO_PEERCRED and
// SO_PEERGROUPS), what they may do, and the line that is kept about what they did.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace xfrmd::daemon {

struct Caller {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0;  // for the log only: it may belong to another process by now
    std::vector<gid_t> groups = {};
};

// nullopt where the kernel does not tell.
std::optional<Caller> caller_of(int socket);

// Root, and members of the socket's group, may do everything there is.
bool may_operate(const Caller& caller, gid_t group);

// Kept for every request that changes something and for every refusal of a caller.
struct AuditEntry {
    Caller caller;
    std::string method;   // empty for a connection that was refused
    std::string params;   // compact JSON, or what a vici command is about; cut; printable ASCII
    std::string outcome;  // "ok", or the error's kind or words

    // "uid=0 pid=812 method=sa.clear params={"all":true} outcome=ok"
    std::string to_string() const;
};
using Audit = std::function<void(const AuditEntry&)>;

}  // namespace xfrmd::daemon
