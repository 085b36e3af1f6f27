#include "netlink/keyed_hash.h"

#include <bit>
#include <cstring>

namespace xfrmd::netlink {

namespace {

std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }
std::uint32_t joined(const PortMatch& port) { return std::uint32_t{port.value} << 16 | port.mask; }

}  // namespace

KeyedHash::KeyedHash(const HashKey& key)
    : v0_(key.first ^ 0x736f6d6570736575),
      v1_(key.second ^ 0x646f72616e646f6d),
      v2_(key.first ^ 0x6c7967656e657261),
      v3_(key.second ^ 0x7465646279746573) {}

void KeyedHash::round() {
    v0_ += v1_;
    v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32) + v3_;
    v2_ += v1_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
}

void KeyedHash::add(std::uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
    octets_ += sizeof word;
}

// The family goes where no octets are: an IPv4 address is one word, an IPv6 one two, and both end differently.
void KeyedHash::add(const base::Address& address) {
    const base::ByteView octets = address.bytes();
    if (!address.is_v6()) {
        std::uint32_t word = 0;
        std::memcpy(&word, octets.data(), sizeof word);
        return add(joined(4, word));
    }
    for (std::size_t i = 0; i < octets.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, octets.data() + i, sizeof word);
        add(word);
    }
}

void KeyedHash::add(const Selector& selector) {
    add(selector.source.network);
    add(selector.destination.network);
    add(joined(selector.source.length << 16 | selector.destination.length << 8 | selector.protocol,
               selector.interface));
    add(joined(joined(selector.source_port), joined(selector.destination_port)));
}

std::uint64_t KeyedHash::result() {
    add(octets_ << 56);
    v2_ ^= 0xff;
    for (int i = 0; i < 3; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
}

std::uint64_t hash_of(const HashKey& key, const PolicyId& id) {
    KeyedHash hash(key);
    hash.add(id.selector);
    hash.add(joined(id.mark.value, id.mark.mask));
    hash.add(joined(id.if_id, static_cast<std::uint32_t>(id.direction)));
    return hash.result();
}

std::uint64_t hash_of(const HashKey& key, const SaId& id) {
    KeyedHash hash(key);
    hash.add(id.destination);
    hash.add(joined(static_cast<std::uint32_t>(id.spi), id.protocol));
    hash.add(joined(id.mark.value, id.mark.mask));
    return hash.result();
}

std::uint64_t hash_of(const HashKey& key, Mode mode, const std::vector<Selector>& selectors) {
    KeyedHash hash(key);
    hash.add(static_cast<std::uint64_t>(mode));
    for (const Selector& selector : selectors) hash.add(selector);
    return hash.result();
}

}  // namespace xfrmd::netlink
