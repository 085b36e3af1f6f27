// A NAT box with one host behind it: each of the host's ports gets one of the box's when its first datagram goes out,
// and keeps it until the box forgets (RFC 7296 2.23, RFC 3948). Whoever outside knows the port gets in.
#pragma once

#include <map>
#include <optional>

#include "ike/base/address.h"

namespace xfrmd::tests {

class NatBox {
public:
    NatBox(base::Address inside, base::Address outside) : inside_(inside), outside_(outside) {}

    const base::Address& inside() const { return inside_; }
    const base::Address& outside() const { return outside_; }
    // As the world outside sees the host's port.
    base::Endpoint outward(std::uint16_t port);
    // nullopt: nobody has sent from this port of the box.
    std::optional<base::Endpoint> inward(std::uint16_t port) const;
    // Whatever goes out from now on gets other ports, and the old ones lead nowhere.
    void forget() { ports_.clear(); }

private:
    base::Address inside_;
    base::Address outside_;
    std::map<std::uint16_t, std::uint16_t> ports_;  // the host's, then the box's
    std::uint16_t last_port_ = 40000;
};

}  // namespace xfrmd::tests
