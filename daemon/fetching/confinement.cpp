#include "daemon/fetching/confinement.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

namespace xfrmd::fetch {

namespace {

constexpr rlim_t kMoreMemory = rlim_t{1} << 30;  // than what is mapped at the start: sixteen lists and their copies
constexpr rlim_t kMostDescriptors = 128;
constexpr uid_t kNobody = 65534;

std::string cannot(const char* what) {
    return std::string("cannot ") + what + ": " + std::generic_category().message(errno);
}

bool limit(int what, rlim_t most) {
    const rlimit both{most, most};
    return setrlimit(static_cast<__rlimit_resource_t>(what), &both) == 0;
}

rlim_t mapped_now() {
    unsigned long pages = 0;
    std::FILE* file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
    return rlim_t{pages} * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

std::string take_limits() {
    const bool done = limit(RLIMIT_AS, mapped_now() + kMoreMemory) && limit(RLIMIT_NOFILE, kMostDescriptors) &&
                      limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CORE, 0);
    return done ? "" : cannot("limit what it may use");
}

// Root may have less than everything, in a container: what it has goes.
std::string become_nobody() {
    if (geteuid() != 0) return {};
    for (unsigned long each = 0; prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each) {
        prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
    }
    const passwd* nobody = getpwnam("nobody");
    const uid_t user = nobody == nullptr ? kNobody : nobody->pw_uid;
    const gid_t group = nobody == nullptr ? kNobody : nobody->pw_gid;
    if (setgroups(0, nullptr) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0) {
        return cannot("become the user nobody");
    }
    return geteuid() == 0 || getuid() == 0 ? "cannot become the user nobody: that is root" : "";
}

std::string drop_capabilities() {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (syscall(SYS_capset, &header, none.data()) != 0) return cannot("give up its capabilities");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return cannot("refuse new privileges");
    return {};
}

}  // namespace

std::string confine() {
    for (const auto step : {take_limits, become_nobody, drop_capabilities}) {
        if (std::string problem = step(); !problem.empty()) return problem;
    }
    // Both are undone by another user id.
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return cannot("keep its memory private");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return cannot("end with its parent");
    return {};
}

}  // namespace xfrmd::fetch
