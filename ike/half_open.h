// The IKE SAs we answered IKE_SA_INIT for and that are not authenticated yet: found again by the initiator's SPI and
// address when the peer repeats itself, and counted, so that a flood is met with cookies and caps (RFC 7296 2.1, 2.6;
// RFC 8019 4.2). IPv6 addresses count by their /64.
#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "ike/base/address.h"
#include "ike/ikev2/wire/header.h"

namespace xfrmd::ike {

class HalfOpenTable {
public:
    void add(ikev2::wire::IkeSpi spi_i, const base::Endpoint& remote, ikev2::wire::IkeSpi own_spi);
    void remove(ikev2::wire::IkeSpi spi_i, const base::Endpoint& remote);
    // Our SPI of the SA that this initiator's request belongs to; none if it is new.
    ikev2::wire::IkeSpi find(ikev2::wire::IkeSpi spi_i, const base::Endpoint& remote) const;

    std::size_t size() const { return sas_.size(); }
    std::size_t of_address(const base::Address& remote) const;

private:
    using Key = std::pair<ikev2::wire::IkeSpi, base::Endpoint>;
    static base::Address counted_as(const base::Address& remote);

    std::map<Key, ikev2::wire::IkeSpi> sas_;
    std::map<base::Address, std::size_t> per_address_;
};

}  // namespace xfrmd::ike
