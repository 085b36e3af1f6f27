#include "ike/half_open.h"

#include <functional>
#include <string_view>
#include <utility>

#include "ike/source_budgets.h"

namespace xfrmd::ike {

using ikev2::wire::IkeSpi;

namespace {

// What one customer of a provider may have.
base::Address network_of(const base::Address& remote) { return remote.network(remote.is_v6() ? 48 : 24); }

void count_down(std::map<base::Address, std::size_t>& counts, const base::Address& of) {
    const auto count = counts.find(of);
    if (--count->second == 0) counts.erase(count);
}

std::size_t count_in(const std::map<base::Address, std::size_t>& counts, const base::Address& of) {
    const auto found = counts.find(of);
    return found == counts.end() ? 0 : found->second;
}

}  // namespace

HalfOpenTable::FirstRequest HalfOpenTable::first_request(IkeSpi spi_i, const base::Endpoint& remote,
                                                         base::ByteView message) {
    return {spi_i, remote, std::hash<std::string_view>{}(base::as_text(message))};
}

void HalfOpenTable::add(const FirstRequest& request, IkeSpi own_spi) {
    if (!requests_.emplace(request, Entry{own_spi, true}).second) return;
    ++per_address_[source_of(request.remote.address)];
    ++per_network_[network_of(request.remote.address)];
    ++half_open_;
}

bool HalfOpenTable::stop_counting(Entry& entry, const base::Address& remote) {
    if (!std::exchange(entry.half_open, false)) return false;
    count_down(per_address_, source_of(remote));
    count_down(per_network_, network_of(remote));
    --half_open_;
    return true;
}

bool HalfOpenTable::authenticated(const FirstRequest& request) {
    const auto found = requests_.find(request);
    return found != requests_.end() && stop_counting(found->second, request.remote.address);
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
    return count_in(per_address_, source_of(remote));
}

std::size_t HalfOpenTable::of_network(const base::Address& remote) const {
    return count_in(per_network_, network_of(remote));
}

}  // namespace xfrmd::ike
