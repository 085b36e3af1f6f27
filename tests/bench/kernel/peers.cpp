#include "tests/bench/kernel/peers.h"

#include <algorithm>
#include <random>
#include <unordered_set>

namespace xfrmd::bench {

namespace {

using base::Address;

constexpr std::uint32_t kFirstPeer = 0x64400001;     // 100.64.0.1, RFC 6598
constexpr std::uint32_t kFirstVirtual = 0x0a000001;  // 10.0.0.1

Address address_of(std::uint32_t number) {
    const auto octet = [number](unsigned shift) { return static_cast<std::uint8_t>(number >> shift); };
    return Address::v4({octet(24), octet(16), octet(8), octet(0)});
}

// Unicast, outside 0/8, 10/8 and 127/8, where the kernel never sends anything.
bool is_usable(std::uint32_t address) {
    const std::uint32_t net = address >> 24;
    return net != 0 && net != 10 && net != 127 && net < 224;
}

std::uint32_t draw(std::mt19937& numbers) { return static_cast<std::uint32_t>(numbers()); }

std::vector<std::uint32_t> addresses(std::size_t count, Peers peers) {
    std::vector<std::uint32_t> result;
    result.reserve(count);
    std::mt19937 numbers(7);  // NOLINT: the same in every run
    std::unordered_set<std::uint32_t> seen;
    while (result.size() < count) {
        const auto next = static_cast<std::uint32_t>(result.size());
        const std::uint32_t address = peers == Peers::sequential ? kFirstPeer + next : draw(numbers);
        if (is_usable(address) && seen.insert(address).second) result.push_back(address);
    }
    return result;
}

netlink::Algorithms algorithms(std::mt19937& numbers) {
    base::SecretBytes key(20);
    for (std::uint8_t& byte : key.writable()) byte = static_cast<std::uint8_t>(numbers());
    return netlink::Aead{"rfc4106(gcm(aes))", std::move(key), 128};
}

netlink::TunnelSpec road_warrior(std::uint32_t number, std::uint32_t peer, std::mt19937& numbers) {
    netlink::TunnelSpec spec;
    spec.local = Address::v4({192, 0, 2, 1});
    spec.remote = address_of(peer);
    netlink::Selector selector;
    selector.source = {Address::any(base::Family::ipv4), 0};
    selector.destination = {address_of(kFirstVirtual + number), 32};
    spec.selectors = {selector};
    // SPIs are random, as the daemon's are; the number in them keeps them apart.
    spec.spi_in = netlink::Spi{0xc0000000 | (number * 2654435761U >> 2)};
    spec.spi_out = netlink::Spi{0x40000000 | (draw(numbers) >> 2)};
    spec.algorithms_in = algorithms(numbers);
    spec.algorithms_out = algorithms(numbers);
    return spec;
}

}  // namespace

std::string_view name_of(Peers peers) { return peers == Peers::sequential ? "sequential" : "random"; }

std::vector<netlink::TunnelSpec> road_warriors(std::size_t count, Peers peers) {
    std::mt19937 numbers(11);  // NOLINT: the same in every run
    std::vector<netlink::TunnelSpec> specs;
    specs.reserve(count);
    for (const std::uint32_t peer : addresses(count, peers)) {
        specs.push_back(road_warrior(static_cast<std::uint32_t>(specs.size()), peer, numbers));
    }
    return specs;
}

netlink::TunnelSpec copy_of(const netlink::TunnelSpec& spec) {
    netlink::TunnelSpec copy;
    copy.local = spec.local;
    copy.remote = spec.remote;
    copy.selectors = spec.selectors;
    copy.spi_in = spec.spi_in;
    copy.spi_out = spec.spi_out;
    copy.algorithms_in = netlink::clone(spec.algorithms_in);
    copy.algorithms_out = netlink::clone(spec.algorithms_out);
    return copy;
}

std::vector<netlink::PolicySpec> policies_alone(const netlink::TunnelSpec& spec, netlink::Reqid reqid) {
    return netlink::policies_of(netlink::make_tunnel(spec, netlink::tidied(spec.selectors), reqid));
}

}  // namespace xfrmd::bench
