// Paths that were found valid, so that a peer who comes back costs no signature checks. Known by the hash of the whole
// end certificate and what was trusted then: a certificate that merely resembles a verified one is another one.
// Refusals are not kept, as anybody could fill it with them. Bounded: who was not seen for longest goes. One for each
// thread.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "ike/crypto/certificate.h"

namespace xfrmd::crypto {

struct ValidPath {
    std::vector<Certificate> certificates;  // from the end certificate to the anchor; one where it is pinned
    Validity validity;                      // when all of them are valid

    const Certificate& end() const { return certificates.front(); }
    const Certificate& anchor() const { return certificates.back(); }
};

class PathCache {
public:
    explicit PathCache(std::size_t most = 4096) : most_(most) {}

    // nullptr where there is none, or it is not valid at `now`. Valid until the next call of a function that is not
    // const.
    const ValidPath* find(const Sha256& end, const Sha256& trust, WallClock now);
    void insert(const Sha256& trust, ValidPath path);
    void clear();
    std::size_t size() const { return order_.size(); }

private:
    using Key = std::pair<Sha256, Sha256>;
    struct Entry {
        Key key;
        ValidPath path;
    };
    using Order = std::list<Entry>;

    std::size_t most_;
    Order order_;  // the one used last is first
    std::map<Key, Order::iterator> index_;
};

}  // namespace xfrmd::crypto
