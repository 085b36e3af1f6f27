#include "ike/ikev2/sa/found.h"

#include <utility>

namespace xfrmd::ikev2::sa {

using crypto::Judgement;
using crypto::Standing;

void Found::take(base::Result<base::Bytes> body, base::Instant at, bool is_kept) {
    at_ = at;
    if (!body && body_) return;
    body_ = std::move(body);
    is_kept_ = is_kept;
    is_judged_ = false;
    for (auto& [issuer, lists] : lists_) lists.is_read = false;
}

const Found::Lists& Found::lists(const crypto::Certificate& issuer) {
    const auto known = lists_.find(issuer.fingerprint());
    if (known == lists_.end() && lists_.size() >= kMostIssuers) lists_.erase(lists_.begin());
    Lists& lists = lists_[issuer.fingerprint()];
    if (std::exchange(lists.is_read, true)) return lists;
    auto read = body_.and_then([&](const base::Bytes& file) { return crypto::Crl::read(file, issuer); });
    lists.fault = read ? std::nullopt : std::optional(read.error());
    const bool is_newer = read && (!lists.last || read->this_update() >= lists.last->this_update());
    if (is_newer) lists.last = *std::move(read);
    return lists;
}

Judgement Found::judgement(const Judge& judge, crypto::WallClock now) {
    if (!body_) return Judgement::unknown("is not known to be good: " + body_.error().sentence());
    if (!std::exchange(is_judged_, true) || !judgement_) {
        Judgement fresh = judge(*body_);
        const bool revoked = fresh.standing == Standing::revoked;
        judgement_counts_until_ = revoked ? now + kAskAfterRevocation : fresh.fetch_again;
        const bool says_nothing = fresh.standing == Standing::unknown;
        if (!says_nothing || !judgement_ || judgement_->standing != Standing::revoked) judgement_ = std::move(fresh);
    }
    const bool is_over = judgement_->standing == Standing::good && now >= judgement_->fetch_again;
    return is_over ? Judgement::unknown("is not known to be good any more") : *judgement_;
}

crypto::WallClock Found::counts_until(const crypto::Certificate& issuer) const {
    if (is_judged_) return judgement_counts_until_;
    const auto known = lists_.find(issuer.fingerprint());
    const bool says = known != lists_.end() && known->second.is_read && !known->second.fault;
    return says ? known->second.last->next_update() : crypto::WallClock();
}

}  // namespace xfrmd::ikev2::sa
