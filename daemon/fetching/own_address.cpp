#include "daemon/fetching/own_address.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <optional>

namespace xfrmd::daemon {

namespace {

std::optional<base::Address> address_in(const ifaddrs& entry) {
    if (entry.ifa_addr == nullptr) return std::nullopt;
    if (entry.ifa_addr->sa_family == AF_INET) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(entry.ifa_addr);
        return base::Address::from_bytes({reinterpret_cast<const std::uint8_t*>(&in->sin_addr), 4});
    }
    if (entry.ifa_addr->sa_family == AF_INET6) {
        const auto* in = reinterpret_cast<const sockaddr_in6*>(entry.ifa_addr);
        return base::Address::from_bytes({reinterpret_cast<const std::uint8_t*>(&in->sin6_addr), 16});
    }
    return std::nullopt;
}

}  // namespace

bool is_of_this_host(const base::Address& address) {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return true;
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(list, &freeifaddrs);
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        if (address_in(*each) == address) return true;
    }
    return false;
}

}  // namespace xfrmd::daemon
