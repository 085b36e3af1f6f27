#include "daemon/system_address.h"

#include <cstring>

namespace xfrmd::daemon {

socklen_t to_system(const base::Endpoint& endpoint, SystemAddress& out) {
    std::memset(&out, 0, sizeof out);
    const base::ByteView bytes = endpoint.address.bytes();
    if (endpoint.address.is_v6()) {
        out.v6.sin6_family = AF_INET6;
        out.v6.sin6_port = htons(endpoint.port);
        std::memcpy(&out.v6.sin6_addr, bytes.data(), bytes.size());
        return sizeof out.v6;
    }
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(endpoint.port);
    std::memcpy(&out.v4.sin_addr, bytes.data(), bytes.size());
    return sizeof out.v4;
}

base::Endpoint from_system(const SystemAddress& address) {
    const bool v6 = address.any.sa_family == AF_INET6;
    const void* octets = v6 ? static_cast<const void*>(&address.v6.sin6_addr) : &address.v4.sin_addr;
    const auto* bytes = static_cast<const std::uint8_t*>(octets);
    const std::uint16_t port = v6 ? address.v6.sin6_port : address.v4.sin_port;
    return {*base::Address::from_bytes({bytes, v6 ? std::size_t{16} : std::size_t{4}}), ntohs(port)};
}

}  // namespace xfrmd::daemon
