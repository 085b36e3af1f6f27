#include "daemon/source_address.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/system_address.h"
#include "netlink/route/network.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

const base::Address* single_address(const std::vector<base::AddressRange>& ranges) {
    for (const base::AddressRange& range : ranges) {
        if (range.first == range.last) return &range.first;
    }
    return nullptr;
}

tl::unexpected<base::Error> not_known_yet(const policy::Hosts& hosts) {
    return base::fail(Reason::NoRoute, "the address of " + hosts.names.front() + " is not known yet");
}

bool has(const std::vector<base::AddressRange>& ranges, const policy::Hosts& hosts, const base::Address& wanted) {
    const bool is_there =
        std::ranges::any_of(ranges, [&](const base::AddressRange& range) { return range.contains(wanted); });
    return wanted.is_any() || is_there || (ranges.empty() && hosts.is_any());
}

tl::unexpected<base::Error> not_of(const policy::Connection& connection, const base::Address& wanted,
                                   const std::string& key) {
    return base::fail(Reason::ConfigurationInvalid,
                      wanted.to_string() + " is not in " + key + " of connection " + connection.name);
}

}  // namespace

// Connecting a UDP socket sends nothing: the kernel looks up one route and notes the source address it would use.
base::Result<base::Address> source_towards(const base::Address& remote) {
    constexpr std::uint16_t kAnyPort = 500;
    SystemAddress address;
    const socklen_t size = to_system({remote, kAnyPort}, address);
    const int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return base::fail(Reason::NoRoute, std::strerror(errno));
    // Our own routes lead to what is behind peers, and may hold a peer as well. Without the right there are none.
    constexpr std::uint32_t kMark = netlink::route::kRouteMark;
    setsockopt(fd, SOL_SOCKET, SO_MARK, &kMark, sizeof kMark);
    socklen_t room = sizeof address;
    const bool known = connect(fd, &address.any, size) == 0 && getsockname(fd, &address.any, &room) == 0;
    const int error = errno;
    close(fd);
    if (!known) return base::fail(Reason::NoRoute, remote.to_string() + ": " + std::strerror(error));
    return from_system(address).address;
}

base::Result<Path> path_of(const policy::Connection& connection, const Path& wanted) {
    if (!has(connection.remote_addrs, connection.remote_hosts, wanted.remote)) {
        return not_of(connection, wanted.remote, "remote_addrs");
    }
    if (!has(connection.local_addrs, connection.local_hosts, wanted.local)) {
        return not_of(connection, wanted.local, "local_addrs");
    }
    const base::Address* remote = wanted.remote.is_any() ? single_address(connection.remote_addrs) : &wanted.remote;
    if (remote == nullptr && !connection.remote_hosts.names.empty()) return not_known_yet(connection.remote_hosts);
    if (remote == nullptr) {
        return base::fail(Reason::ConfigurationInvalid,
                          "connection " + connection.name +
                              " names no single address in remote_addrs, so only its peer can initiate");
    }
    if (!wanted.local.is_any()) return Path{wanted.local, *remote};
    const bool awaits_own_name = connection.local_addrs.empty() && !connection.local_hosts.names.empty();
    if (awaits_own_name) return not_known_yet(connection.local_hosts);
    if (const base::Address* local = single_address(connection.local_addrs)) return Path{*local, *remote};
    const auto local = source_towards(*remote);
    if (!local) return tl::unexpected(local.error());
    return Path{*local, *remote};
}

}  // namespace xfrmd::daemon
