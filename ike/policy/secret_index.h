// Finds the pre-shared key for a pair of identities without looking at all keys: exact owners are looked up by
// identity, only keys with a wildcard, %any or no owner are tried one by one. Immutable; snapshots share it.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ike/policy/configuration.h"

namespace xfrmd::policy {

class SecretIndex {
public:
    explicit SecretIndex(SharedList<SharedSecret> secrets);

    const SharedList<SharedSecret>& secrets() const { return secrets_; }
    const SharedSecret* find(const Identity& local, const Identity& remote) const;

private:
    using Position = std::uint32_t;

    using Owned = std::pair<base::Bytes, Position>;

    // Those that name this identity, or another one with the same folded bytes; in the order of configuration.
    std::span<const Owned> owned_by(const Identity& identity) const;

    SharedList<SharedSecret> secrets_;
    std::vector<Owned> by_owner_;
    std::vector<Position> open_;  // without owners, or with one that is not exact
};

}  // namespace xfrmd::policy
