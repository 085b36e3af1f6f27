#include "ike/ikev2/exchange/nat.h"

#include <algorithm>
#include <utility>

#include "ike/crypto/key_schedule.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

base::Bytes hash_of(wire::IkeSpi spi_i, wire::IkeSpi spi_r, const base::Endpoint& endpoint) {
    return crypto::nat_detection_hash(wire::spi_bytes(spi_i), wire::spi_bytes(spi_r), endpoint.address.bytes(),
                                      endpoint.port);
}

bool wants_encapsulation(const sa::Sa& sa) { return sa.connection != nullptr && sa.connection->encap; }

// Of several addresses nobody could tell which one the NAT has changed.
void replace_host(policy::TrafficSelectors& selectors, const base::Address& address) {
    const bool one_host = std::all_of(selectors.begin(), selectors.end(), [&](const policy::TrafficSelector& one) {
        return one.is_host() && one.addresses == selectors.front().addresses;
    });
    if (!one_host) return;
    for (policy::TrafficSelector& selector : selectors) selector.addresses = {address, address};
}

}  // namespace

std::vector<wire::Payload> nat_detection(const sa::Sa& sa, const sa::Path& path) {
    base::Endpoint source = path.local;
    if (wants_encapsulation(sa)) source.port = 0;
    return {notify(wire::NotifyType::nat_detection_source_ip, hash_of(sa.spi_i, sa.spi_r, source)),
            notify(wire::NotifyType::nat_detection_destination_ip, hash_of(sa.spi_i, sa.spi_r, path.remote))};
}

sa::NatStatus detect_nat(const sa::Sa& sa, wire::IkeSpi spi_r_in_hash, const wire::Payloads& payloads) {
    const base::Bytes seen_source = hash_of(sa.spi_i, spi_r_in_hash, sa.remote);
    const base::Bytes seen_destination = hash_of(sa.spi_i, spi_r_in_hash, sa.local);
    bool any_source = false, source_fits = false, any_destination = false, destination_fits = false;
    for (const wire::Notify& notify : payloads.notifies) {
        if (notify.type == wire::NotifyType::nat_detection_source_ip) {
            any_source = true;
            source_fits = source_fits || notify.data == seen_source;  // there may be several (RFC 7296 2.23)
        } else if (notify.type == wire::NotifyType::nat_detection_destination_ip) {
            any_destination = true;
            destination_fits = destination_fits || notify.data == seen_destination;
        }
    }
    if (!any_source || !any_destination) return {};
    return {!destination_fits || wants_encapsulation(sa), !source_fits};
}

SelectorsHere selectors_here(const sa::Sa& sa, policy::Mode mode, SelectorsHere told) {
    if (mode != policy::Mode::transport) return told;
    if (sa.nat.local) replace_host(told.local, sa.local.address);
    if (sa.nat.remote) replace_host(told.remote, sa.remote.address);
    return told;
}

}  // namespace xfrmd::ikev2::exchange
