#include "ike/policy/secret_index.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace xfrmd::policy {

namespace {

constexpr int kExact = 3;

// How well the best owner fits; a secret without owners is for anybody.
int fit(const SharedSecret& secret, const Identity& identity) {
    if (secret.owners.empty()) return match(Identity{}, identity);
    int best = 0;
    for (const Identity& owner : secret.owners) best = std::max(best, match(owner, identity));
    return best;
}

// Remembers the best of the secrets it has seen, the first of equals: the remote identity counts before the local one.
class Best {
public:
    Best(const Identity& local, const Identity& remote) : local_(local), remote_(remote) {}

    void consider(const SharedSecret& secret) {
        const std::pair fits(fit(secret, remote_), fit(secret, local_));
        if (fits <= fits_) return;
        fits_ = fits;
        secret_ = &secret;
    }
    bool owned_by_remote() const { return fits_.first == kExact; }
    bool fits_remote() const { return fits_.first > 0; }
    const SharedSecret* secret() const { return secret_; }

private:
    const Identity& local_;
    const Identity& remote_;
    std::pair<int, int> fits_{0, 0};
    const SharedSecret* secret_ = nullptr;
};

bool is_open(const SharedSecret& secret) {
    return secret.owners.empty() || !std::all_of(secret.owners.begin(), secret.owners.end(),
                                                 [](const Identity& owner) { return owner.is_exact(); });
}

}  // namespace

SecretIndex::SecretIndex(SharedList<SharedSecret> secrets) : secrets_(std::move(secrets)) {
    for (Position i = 0; i < secrets_.size(); ++i) {
        if (is_open(secrets_[i])) open_.push_back(i);
        for (const Identity& owner : secrets_[i].owners) {
            if (owner.is_exact()) by_owner_.emplace_back(owner.folded(), i);
        }
    }
    std::sort(by_owner_.begin(), by_owner_.end());
}

std::span<const SecretIndex::Owned> SecretIndex::owned_by(const Identity& identity) const {
    const base::Bytes key = identity.folded();
    const auto first = std::lower_bound(by_owner_.begin(), by_owner_.end(), Owned(key, 0));
    const auto last = std::upper_bound(first, by_owner_.end(), Owned(key, std::numeric_limits<Position>::max()));
    return {first, last};
}

const SharedSecret* SecretIndex::find(const Identity& local, const Identity& remote) const {
    Best best(local, remote);
    for (const auto& [owner, i] : owned_by(remote)) best.consider(secrets_[i]);
    if (best.owned_by_remote()) return best.secret();
    for (const Position i : open_) best.consider(secrets_[i]);
    if (best.fits_remote()) return best.secret();
    // None is for the remote identity, so the first one of ours will do; we may own all the keys there are.
    for (const auto& [owner, i] : owned_by(local)) {
        if (fit(secrets_[i], local) == kExact) return &secrets_[i];
    }
    return best.secret();
}

}  // namespace xfrmd::policy
