#include "ike/ikev2/sa/found.h"

#include <algorithm>
#include <string>
#include <utility>

namespace xfrmd::ikev2::sa {

using crypto::Judgement;
using crypto::Standing;

namespace {

// A CA may say another time what its lists are about: then the last one counts until it is over.
bool may_replace(const crypto::Crl& last, const crypto::Crl& list, crypto::WallClock now) {
    return list.may_replace(last) || (last.next_update() < now && list.this_update() >= last.this_update());
}

}  // namespace

void Found::take(base::Result<base::Bytes> body, base::Instant at, bool is_kept) {
    at_ = at;
    is_kept_ = is_kept;
    if (!body && body_) return;
    body_ = std::move(body);
    is_judged_ = false;
    for (auto& [issuer, lists] : lists_) lists.is_read = false;
}

bool Found::remembers() const {
    return std::ranges::any_of(lists_, [](const auto& one) { return one.second.last.has_value(); });
}

// One that has given nothing gives way first.
Found::Lists& Found::place_for(const crypto::Certificate& issuer) {
    const auto known = lists_.find(issuer.fingerprint());
    if (known != lists_.end()) return known->second;
    if (lists_.size() >= kMostIssuers) {
        const auto empty = std::ranges::find_if(lists_, [](const auto& one) { return !one.second.last; });
        lists_.erase(empty == lists_.end() ? lists_.begin() : empty);
    }
    return lists_[issuer.fingerprint()];
}

const Found::Lists& Found::lists(const crypto::Certificate& issuer, Kind kind, crypto::WallClock now) {
    Lists& lists = place_for(issuer);
    if (std::exchange(lists.is_read, true)) return lists;
    auto read = body_.and_then([&](const base::Bytes& file) { return crypto::Crl::read(file, issuer); });
    lists.fault = read ? std::nullopt : std::optional(read.error());
    if (!read) return lists;
    if (read->is_delta() != (kind == Kind::delta)) {
        const char* what = read->is_delta() ? "is only the difference to a list" : "is no difference to a list";
        lists.fault = base::Error{base::Reason::RevocationUnknown, std::string("what is there ") + what, {}};
    } else if (read->this_update() > now + crypto::kClockSkew) {
        lists.fault = base::Error{base::Reason::RevocationUnknown, "the list that is there is not valid yet", {}};
    } else if (!lists.last || may_replace(*lists.last, *read, now)) {
        lists.last = *std::move(read);
    }
    return lists;
}

Judgement Found::judgement(const Judge& judge, crypto::WallClock now) {
    if (!body_) return Judgement::unknown("is not known to be good: " + body_.error().sentence());
    if (!std::exchange(is_judged_, true) || !judgement_) {
        Judgement fresh = judge(*body_);
        const bool revoked = fresh.standing == Standing::revoked;
        judgement_counts_until_ = revoked ? now + kAskAfterRevocation : fresh.fetch_again;
        const bool was_revoked = judgement_ && judgement_->standing == Standing::revoked;
        const bool says_more =
            revoked || (fresh.standing == Standing::good && was_revoked && fresh.as_of > judgement_->as_of);
        if (!was_revoked || says_more) judgement_ = std::move(fresh);
    }
    const bool is_over = judgement_->standing == Standing::good && now >= judgement_->fetch_again;
    return is_over ? Judgement::unknown("is not known to be good any more") : *judgement_;
}

void Found::forget_judgement() {
    is_judged_ = false;
    judgement_counts_until_ = {};
    if (judgement_ && judgement_->standing != Standing::revoked) judgement_.reset();
}

crypto::WallClock Found::counts_until(const crypto::Certificate& issuer) const {
    if (is_judged_) return judgement_counts_until_;
    const auto known = lists_.find(issuer.fingerprint());
    const bool says = known != lists_.end() && known->second.is_read && !known->second.fault;
    return says ? known->second.last->next_update() : crypto::WallClock();
}

}  // namespace xfrmd::ikev2::sa
