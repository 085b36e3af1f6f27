#include "ike/half_open.h"

#include <functional>
#include <string_view>
#include <utility>

namespace xfrmd::ike {

using ikev2::wire::IkeSpi;

namespace {

base::Address counted_as(const base::Address& remote) { return remote.is_v6() ? remote.network(64) : remote; }

}  // namespace

HalfOpenTable::FirstRequest HalfOpenTable::first_request(IkeSpi spi_i, const base::Endpoint& remote,
                                                         base::ByteView message) {
    return {spi_i, remote, std::hash<std::string_view>{}(base::as_text(message))};
}

void HalfOpenTable::add(const FirstRequest& request, IkeSpi own_spi) {
    if (!requests_.emplace(request, Entry{own_spi, true}).second) return;
    ++per_address_[counted_as(request.remote.address)];
    ++half_open_;
}

void HalfOpenTable::stop_counting(Entry& entry, const base::Address& remote) {
    if (!std::exchange(entry.half_open, false)) return;
    const auto count = per_address_.find(counted_as(remote));
    if (--count->second == 0) per_address_.erase(count);
    --half_open_;
}

void HalfOpenTable::authenticated(const FirstRequest& request) {
    const auto found = requests_.find(request);
    if (found != requests_.end()) stop_counting(found->second, request.remote.address);
}

void HalfOpenTable::remove(const FirstRequest& request) {
    const auto found = requests_.find(request);
    if (found == requests_.end()) return;
    stop_counting(found->second, request.remote.address);
    requests_.erase(found);
}

IkeSpi HalfOpenTable::find(const FirstRequest& request) const {
    const auto found = requests_.find(request);
    return found == requests_.end() ? IkeSpi::none : found->second.own_spi;
}

std::size_t HalfOpenTable::of_address(const base::Address& remote) const {
    const auto found = per_address_.find(counted_as(remote));
    return found == per_address_.end() ? 0 : found->second;
}

}  // namespace xfrmd::ike
