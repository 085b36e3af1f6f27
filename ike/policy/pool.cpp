#include "ike/policy/pool.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>

namespace xfrmd::policy {

namespace {

using base::Address;

constexpr unsigned kMostHostBits = 31;  // 2^31 addresses

// The last four octets as a number: no pool is larger.
std::uint32_t low_of(const Address& address) {
    std::uint32_t low = 0;
    for (const std::uint8_t octet : address.bytes().last(4)) low = low << 8 | octet;
    return low;
}

Address with_low(const Address& address, std::uint32_t low) {
    base::Bytes octets = base::to_bytes(address.bytes());
    for (std::size_t i = 1; i <= 4; ++i, low >>= 8) octets[octets.size() - i] = static_cast<std::uint8_t>(low);
    return Address::from_bytes(octets).value_or(address);
}

bool differ_in_low_only(const Address& one, const Address& other) {
    return one.family() == other.family() &&
           std::ranges::equal(one.bytes().first(one.size() - 4), other.bytes().first(other.size() - 4));
}

tl::unexpected<base::Error> refuse(std::string_view text, const char* why) {
    return base::fail(base::Reason::ConfigurationInvalid, "'" + base::printable(text, 64) + "' " + why);
}

tl::unexpected<base::Error> no_addresses(std::string_view text) {
    return refuse(text, "is neither a network (address/length) nor a range (from-to)");
}

base::Result<PoolAddresses> parse_range(std::string_view text, std::size_t dash) {
    const auto first = Address::parse(text.substr(0, dash));
    const auto last = Address::parse(text.substr(dash + 1));
    if (!first || !last || first->family() != last->family() || *last < *first) return no_addresses(text);
    if (!differ_in_low_only(*first, *last)) {
        return refuse(text, "is not within one network of length 96, as all addresses of a pool are");
    }
    const std::uint32_t more = low_of(*last) - low_of(*first);
    if (more >= PoolAddresses::kMostInPool) return refuse(text, "has more than 2^31 addresses");
    return PoolAddresses{*first, more + 1};
}

std::optional<unsigned> parse_length(std::string_view text, unsigned most) {
    unsigned length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size() || length > most) return std::nullopt;
    return length;
}

}  // namespace

base::Result<PoolAddresses> PoolAddresses::parse(std::string_view text) {
    if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) return parse_range(text, dash);
    const std::size_t slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address) return no_addresses(text);
    const auto length = slash == std::string_view::npos ? std::optional(address->bits())
                                                        : parse_length(text.substr(slash + 1), address->bits());
    if (!length) return no_addresses(text);
    const unsigned host_bits = std::min(address->bits() - *length, kMostHostBits);
    const std::uint32_t block = 1U << host_bits;
    const std::uint32_t skipped = low_of(*address) & (block - 1);  // of the block, what is before the address
    if (block <= 2) return PoolAddresses{*address, block - skipped};
    const std::uint32_t first = std::max(skipped, 1U);
    if (first == block - 1) return refuse(text, "leaves no address: the last one of a network is given to nobody");
    return PoolAddresses{with_low(*address, low_of(*address) - skipped + first), block - 1 - first};
}

Address PoolAddresses::at(std::uint32_t offset) const { return with_low(base, low_of(base) + offset); }

bool PoolAddresses::contains(const Address& address) const {
    return differ_in_low_only(base, address) && base <= address && offset_of(address) < size;
}

std::uint32_t PoolAddresses::offset_of(const Address& address) const { return low_of(address) - low_of(base); }

// Sorted by where they begin, one that overlaps with any overlaps with its neighbour.
std::pair<const Pool*, const Pool*> overlapping(const std::vector<Pool>& pools) {
    std::vector<const Pool*> sorted;
    for (const Pool& pool : pools) sorted.push_back(&pool);
    std::ranges::stable_sort(sorted, {}, [](const Pool* pool) { return pool->addresses.base; });
    const auto found = std::ranges::adjacent_find(
        sorted, [](const Pool* one, const Pool* next) { return one->addresses.overlaps(next->addresses); });
    if (found == sorted.end()) return {};
    return {*found, *std::next(found)};
}

}  // namespace xfrmd::policy
