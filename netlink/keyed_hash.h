// SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF") over 64-bit words, with a key of this process:
// peers choose selectors and addresses, and must not choose that they all meet in one bucket. For hash tables only; no
// two runs have the same values.
#pragma once

#include <cstdint>
#include <vector>

#include "netlink/policy.h"

namespace xfrmd::netlink {

class KeyedHash {
public:
    KeyedHash();
    void add(std::uint64_t word);
    void add(const base::Address& address);
    void add(const Selector& selector);
    // Once, at the end.
    std::uint64_t result();

private:
    void round();

    std::uint64_t v0_, v1_, v2_, v3_;
    std::uint64_t words_ = 0;
};

std::uint64_t hash_of(const PolicyId& id);
std::uint64_t hash_of(const SaId& id);
std::uint64_t hash_of(Mode mode, const std::vector<Selector>& selectors);

// For std::unordered_map.
struct SaIdHash {
    std::size_t operator()(const SaId& id) const { return hash_of(id); }
};

}  // namespace xfrmd::netlink
