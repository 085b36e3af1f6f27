#include "ike/admission.h"

namespace xfrmd::ike {

using base::Reason;

bool Admission::wants_cookie(const base::Address& remote, base::Instant now) {
    return half_open_.size() >= options_.cookie_threshold ||
           half_open_.of_address(remote) >= options_.cookie_threshold_per_address ||
           half_open_.of_network(remote) >= options_.half_open_per_network / 2 || budgets_.is_low(remote, now);
}

base::Result<void> Admission::admit(const base::Address& remote, base::Instant now) {
    if (half_open_.size() >= options_.most_half_open) return base::fail(Reason::HalfOpenTableFull);
    if (half_open_.of_address(remote) >= options_.half_open_per_address ||
        half_open_.of_network(remote) >= options_.half_open_per_network || !budgets_.take(remote, now)) {
        return base::fail(Reason::RateLimited);
    }
    return {};
}

base::Duration Admission::half_open_life() const {
    const bool is_under_load = half_open_.size() >= (options_.most_half_open + 9) / 10;
    return is_under_load ? options_.half_open_life_under_load : options_.half_open_life;
}

void Admission::authenticated(const HalfOpenTable::FirstRequest& request, const base::Address& remote) {
    known_.note(remote);
    if (half_open_.authenticated(request)) budgets_.give_back(request.remote.address);
}

void Admission::admitted_unknown(const HalfOpenTable::FirstRequest& request) { half_open_.authenticated(request); }

}  // namespace xfrmd::ike
