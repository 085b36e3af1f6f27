// What each source may spend on IKE_SA_INIT requests that lead to nothing (RFC 8019 4.2): so many a second, and twice
// as many at once. An attempt that ends with the peer authenticated is given back, so that an office behind one address
// pays for nobody but strangers. IPv6 sources count by their /64.
#pragma once

#include <cstddef>
#include <map>

#include "ike/base/address.h"
#include "ike/token_bucket.h"

namespace xfrmd::ike {

// The address, or of IPv6 the /64 it is in, which a single host may have for itself.
base::Address source_of(const base::Address& remote);

class SourceBudgets {
public:
    static constexpr std::size_t kFew = 256;
    static constexpr std::size_t kMostSources = 65536;  // that have spent anything lately

    // A rate of 0: no limit.
    explicit SourceBudgets(unsigned rate) : rate_(rate) {}

    // False where nothing is left, or too many others have spent something.
    bool take(const base::Address& remote, base::Instant now);
    void give_back(const base::Address& remote);
    // Less than half is left: time to make sure that it is this source that spends it.
    bool is_low(const base::Address& remote, base::Instant now);
    std::size_t size() const { return buckets_.size(); }

private:
    double burst() const { return 2.0 * rate_; }
    void forget_full_ones(base::Instant now);

    unsigned rate_;
    std::map<base::Address, TokenBucket> buckets_;
    // From so many sources on, those that have everything again are forgotten, but not before this instant.
    std::size_t look_at_ = kFew;
    base::Instant look_again_{};
};

}  // namespace xfrmd::ike
