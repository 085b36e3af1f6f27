// The IKE SAs that peers have begun, found again by their first request when it is repeated (RFC 7296 2.1), and counted
// while they are half-open, that is not authenticated, so that a flood is met with cookies and caps (2.6; RFC
// 8019 4.2): for an address, of IPv6 the /64 it is in, and for a network, the /24 or /48 around it.
#pragma once

#include <cstddef>
#include <map>

#include "ike/base/address.h"
#include "ike/ikev2/sa/sa.h"

namespace xfrmd::ike {

class HalfOpenTable {
public:
    using FirstRequest = ikev2::sa::FirstRequest;

    static FirstRequest first_request(ikev2::wire::IkeSpi spi_i, const base::Endpoint& remote, base::ByteView message);

    void add(const FirstRequest& request, ikev2::wire::IkeSpi own_spi);
    // It counts no longer, but its request is still recognised. False where it did not count.
    bool authenticated(const FirstRequest& request);
    void remove(const FirstRequest& request);
    // Our SPI of the IKE SA that this request began; none if it is new.
    ikev2::wire::IkeSpi find(const FirstRequest& request) const;

    std::size_t size() const { return half_open_; }
    std::size_t of_address(const base::Address& remote) const;
    std::size_t of_network(const base::Address& remote) const;

private:
    struct Entry {
        ikev2::wire::IkeSpi own_spi{};
        bool half_open = true;
    };
    using Counts = std::map<base::Address, std::size_t>;
    bool stop_counting(Entry& entry, const base::Address& remote);

    std::map<FirstRequest, Entry> requests_;
    Counts per_address_;
    Counts per_network_;
    std::size_t half_open_ = 0;
};

}  // namespace xfrmd::ike
