// SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF") over 64-bit words, with a key that nobody else
// knows: peers choose selectors and addresses, and must not choose that they all meet in one bucket. For hash tables
// only; whoever makes the tables draws the key.
#pragma once

#include <cstdint>
#include <vector>

#include "netlink/policy.h"

namespace xfrmd::netlink {

// The key's 16 octets as two words, the first octet lowest.
struct HashKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

class KeyedHash {
public:
    explicit KeyedHash(const HashKey& key);
    void add(std::uint64_t word);
    void add(const base::Address& address);
    void add(const Selector& selector);
    // Once, at the end.
    std::uint64_t result();

private:
    void round();

    std::uint64_t v0_, v1_, v2_, v3_;
    std::uint64_t octets_ = 0;
};

std::uint64_t hash_of(const HashKey& key, const PolicyId& id);
std::uint64_t hash_of(const HashKey& key, const SaId& id);
std::uint64_t hash_of(const HashKey& key, Mode mode, const std::vector<Selector>& selectors);

}  // namespace xfrmd::netlink
