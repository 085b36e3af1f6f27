#include "ike/half_open.h"

namespace xfrmd::ike {

using ikev2::wire::IkeSpi;

base::Address HalfOpenTable::counted_as(const base::Address& remote) { return remote.is_v6() ? remote.network(64) : remote; }

void HalfOpenTable::add(IkeSpi spi_i, const base::Endpoint& remote, IkeSpi own_spi) {
    if (sas_.emplace(Key{spi_i, remote}, own_spi).second) ++per_address_[counted_as(remote.address)];
}

void HalfOpenTable::remove(IkeSpi spi_i, const base::Endpoint& remote) {
    if (sas_.erase(Key{spi_i, remote}) == 0) return;
    const auto count = per_address_.find(counted_as(remote.address));
    if (--count->second == 0) per_address_.erase(count);
}

IkeSpi HalfOpenTable::find(IkeSpi spi_i, const base::Endpoint& remote) const {
    const auto found = sas_.find(Key{spi_i, remote});
    return found == sas_.end() ? IkeSpi::none : found->second;
}

std::size_t HalfOpenTable::of_address(const base::Address& remote) const {
    const auto found = per_address_.find(counted_as(remote));
    return found == per_address_.end() ? 0 : found->second;
}

}  // namespace xfrmd::ike
