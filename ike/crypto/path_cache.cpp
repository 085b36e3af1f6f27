#include "ike/crypto/path_cache.h"

namespace xfrmd::crypto {

const ValidPath* PathCache::find(const Sha256& end, const Sha256& trust, WallClock now) {
    const auto found = index_.find({end, trust});
    if (found == index_.end()) return nullptr;
    const Order::iterator entry = found->second;
    if (!entry->path.validity.contains(now)) {
        index_.erase(found);
        order_.erase(entry);
        return nullptr;
    }
    order_.splice(order_.begin(), order_, entry);
    return &entry->path;
}

void PathCache::insert(const Sha256& trust, ValidPath path) {
    const Key key{path.end().fingerprint(), trust};
    if (most_ == 0 || index_.contains(key)) return;
    if (order_.size() == most_) {
        index_.erase(order_.back().key);
        order_.pop_back();
    }
    order_.push_front({key, std::move(path)});
    index_.emplace(key, order_.begin());
}

void PathCache::clear() {
    index_.clear();
    order_.clear();
}

}  // namespace xfrmd::crypto
