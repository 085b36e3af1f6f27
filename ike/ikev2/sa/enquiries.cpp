#include "ike/ikev2/sa/enquiries.h"

#include <algorithm>

#include "ike/base/writer.h"

namespace xfrmd::ikev2::sa {

namespace {

using base::Reason;

crypto::Sha256 print_of(const ike::Sign& question) {
    return crypto::sha256(base::Writer()
                              .bytes(question.key)
                              .u8(static_cast<std::uint8_t>(question.scheme.padding))
                              .u16(static_cast<std::uint16_t>(question.scheme.hash))
                              .u8(static_cast<std::uint8_t>(question.format))
                              .bytes(question.message)
                              .take());
}

}  // namespace

Found* Enquiries::find(const ike::Fetch& question) {
    const auto found = found_.find({question.uri, question.posted});
    return found == found_.end() ? nullptr : &found->second.found;
}

bool Enquiries::ask(ike::Fetch question, ike::IkeSaId asker, base::Instant now) {
    const Key key{question.uri, question.posted};
    if (open_.size() >= kMostOpen && !open_.contains(key)) return false;
    const auto [open, is_new] = open_.try_emplace(key, Open{now, {}});
    auto& askers = open->second.askers;
    if (std::ranges::find(askers, asker) == askers.end()) askers.push_back(asker);
    if (is_new) questions_.emplace_back(std::move(question));
    return true;
}

const base::Result<base::Bytes>* Enquiries::sign(ike::Sign question, ike::IkeSaId asker, base::Instant now) {
    const crypto::Sha256 print = print_of(question);
    const auto known = signatures_.find(print);
    if (known != signatures_.end()) return known->second.made ? &*known->second.made : nullptr;
    std::erase_if(signatures_, [&](const auto& one) { return one.second.made && one.second.since + kPatience <= now; });
    const auto is_open = [](const auto& one) { return !one.second.made; };
    if (std::ranges::count_if(signatures_, is_open) >= static_cast<std::ptrdiff_t>(kMostOpen)) {
        static const base::Result<base::Bytes> kRefused =
            base::fail(Reason::SigningFailed, "too many signatures are awaited");
        return &kRefused;
    }
    question.id = ike::SignatureId{++numbers_};
    signatures_.emplace(print, Signature{question.id, now, asker, {}});
    questions_.emplace_back(std::move(question));
    return nullptr;
}

bool Enquiries::lease(ike::LeaseAddresses question, ike::IkeSaId asker, base::Instant now) {
    const auto [known, is_new] = leases_.try_emplace(question.request.holder, Lease{now, asker, {}});
    if (is_new) questions_.emplace_back(std::move(question));
    return known->second.grant.has_value();
}

policy::Grant Enquiries::take_lease(policy::LeaseHolder holder) {
    const auto known = leases_.extract(holder);
    return known.empty() ? policy::Grant() : std::move(known.mapped().grant).value_or(policy::Grant());
}

// What has not gone out yet does not.
bool Enquiries::forget_lease(policy::LeaseHolder holder) {
    const std::size_t unsent = std::erase_if(questions_, [holder](const ike::Action& action) {
        const auto* question = std::get_if<ike::LeaseAddresses>(&action);
        return question != nullptr && question->request.holder == holder;
    });
    return leases_.erase(holder) != 0 && unsent == 0;
}

void Enquiries::answer(const ike::Leased& answer, base::Instant now) {
    const auto known = leases_.find(answer.holder);
    if (known == leases_.end() || known->second.grant) return;
    known->second.grant = answer.grant;
    let_go_on({known->second.asker}, now);
}

void Enquiries::answer(const ike::Fetched& answer, base::Instant now) {
    const Key key{answer.uri, answer.posted};
    const auto open = open_.find(key);
    if (open == open_.end()) {
        if (answer.body && found_.contains(key)) keep(key, answer.body, now, answer.is_kept);
        return;
    }
    keep(key, answer.body, now, answer.is_kept);
    let_go_on(open->second.askers, now);
    open_.erase(open);
}

void Enquiries::answer(const ike::Signed& answer, base::Instant now) {
    const auto is_it = [&](const auto& one) { return one.second.id == answer.id && !one.second.made; };
    const auto found = std::ranges::find_if(signatures_, is_it);
    if (found == signatures_.end()) return;
    found->second.made = answer.signature;
    found->second.since = now;
    let_go_on({found->second.asker}, now);
}

void Enquiries::give_up(base::Instant now) {
    for (auto open = open_.begin(); open != open_.end();) {
        if (open->second.since + kPatience > now) {
            ++open;
            continue;
        }
        keep(open->first, base::fail(Reason::FetchFailed, open->first.first + " has not answered in time"), now);
        let_go_on(open->second.askers, now);
        open = open_.erase(open);
    }
    for (auto& [print, signature] : signatures_) {
        if (signature.made || signature.since + kPatience > now) continue;
        signature.made = base::fail(Reason::SigningFailed, "it has not answered in time");
        let_go_on({signature.asker}, now);
    }
    give_up_leases(now);
}

// Nobody waits for addresses any more: there are none.
void Enquiries::give_up_leases(base::Instant now) {
    for (auto& [holder, lease] : leases_) {
        if (lease.grant || lease.since + kPatience > now) continue;
        lease.grant = policy::Grant();
        let_go_on({lease.asker}, now);
    }
}

void Enquiries::let_go_on(const std::vector<ike::IkeSaId>& askers, base::Instant now) {
    if (ready_.empty()) ready_since_ = now;
    ready_.insert(ready_.end(), askers.begin(), askers.end());
}

std::vector<ike::IkeSaId> Enquiries::take_ready() {
    const auto end = ready_.begin() + static_cast<std::ptrdiff_t>(std::min(ready_.size(), kMostReady));
    std::vector<ike::IkeSaId> some(ready_.begin(), end);
    ready_.erase(ready_.begin(), end);
    return some;
}

base::Instant Enquiries::deadline() const {
    base::Instant first = ready_.empty() ? base::kNever : ready_since_;
    for (const auto& [key, open] : open_) first = std::min(first, open.since + kPatience);
    for (const auto& [print, signature] : signatures_) {
        if (!signature.made) first = std::min(first, signature.since + kPatience);
    }
    for (const auto& [holder, lease] : leases_) {
        if (!lease.grant) first = std::min(first, lease.since + kPatience);
    }
    return first;
}

void Enquiries::forget_judgements() {
    for (auto& [key, kept] : found_) kept.found.forget_judgement();
}

void Enquiries::keep(const Key& key, base::Result<base::Bytes> body, base::Instant now, bool is_kept) {
    const auto [known, is_new] = found_.try_emplace(key);
    Kept& kept = known->second;
    if (!is_new) order_.erase(kept.place);
    kept.place = order_.insert(order_.end(), key);
    kept.found.take(std::move(body), now, is_kept);
    bytes_ -= kept.size;
    const std::size_t size = key.first.size() + key.second.size() + (kept.found.body() ? kept.found.body()->size() : 0);
    kept.size = kept.found.remembers() ? std::max(kept.size, size) : size;
    bytes_ += kept.size;
    make_room();
}

// The last one stays, whatever its size: somebody has asked for it.
void Enquiries::make_room() {
    while (order_.size() > 1 && (order_.size() > kMostAnswers || bytes_ > kMostBytes)) {
        const auto oldest = found_.find(order_.front());
        bytes_ -= oldest->second.size;
        found_.erase(oldest);
        order_.pop_front();
    }
}

}  // namespace xfrmd::ikev2::sa
