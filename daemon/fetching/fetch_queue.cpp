#include "daemon/fetching/fetch_queue.h"

#include <algorithm>

#include "daemon/fetching/fetch_rules.h"

namespace xfrmd::daemon {

bool FetchQueue::ask(const ike::Fetch& question, Answer answer, base::Instant now) {
    const Key key{question.uri, question.posted};
    const auto found = open_.find(key);
    if (found != open_.end()) {
        auto& askers = found->second.done.askers;
        if (askers.size() >= kMostAskers) return false;
        askers.push_back(std::move(answer));
        return true;
    }
    if (open_.size() >= kMostOpen) return false;
    Open open{{question, {}}, host_of(question.uri), now};
    open.done.askers.push_back(std::move(answer));
    open_.emplace(key, std::move(open));
    order_.emplace(++last_, key);
    return true;
}

std::optional<FetchQuestion> FetchQueue::next(base::Instant now) {
    if (out() >= kMostOut) return std::nullopt;
    const auto has_room = [this](const auto& waiting) {
        return out_of(open_.at(waiting.second).host) < kMostOutOfHost;
    };
    const auto found = std::ranges::find_if(order_, has_room);
    if (found == order_.end()) return std::nullopt;
    Open& open = open_.at(found->second);
    open.since = now;
    open.number = ++last_;
    numbers_.emplace(open.number, found->second);
    order_.erase(found);
    const ike::Fetch& question = open.done.question;
    return FetchQuestion{open.number, static_cast<std::uint32_t>(question.most), question.uri, question.posted};
}

std::optional<FetchQueue::Done> FetchQueue::finish(const FetchAnswer& answer) {
    const auto number = numbers_.find(answer.number);
    if (number == numbers_.end()) return std::nullopt;
    const auto open = open_.find(number->second);
    if (answer.body.size() > open->second.done.question.most) return std::nullopt;
    Done done = std::move(open->second.done);
    open_.erase(open);
    numbers_.erase(number);
    return done;
}

template <typename IsMeant>
std::vector<FetchQueue::Done> FetchQueue::take(IsMeant is_meant) {
    std::vector<Done> taken;
    for (auto each = open_.begin(); each != open_.end();) {
        if (!is_meant(each->second)) {
            ++each;
            continue;
        }
        taken.push_back(std::move(each->second.done));
        each = open_.erase(each);
    }
    const auto has_gone = [this](const auto& each) { return !open_.contains(each.second); };
    std::erase_if(order_, has_gone);
    std::erase_if(numbers_, has_gone);
    return taken;
}

std::vector<FetchQueue::Done> FetchQueue::take_out() {
    return take([](const Open& open) { return open.number != 0; });
}

std::vector<FetchQueue::Done> FetchQueue::take_late(base::Instant now) {
    return take([now](const Open& open) { return open.number == 0 && open.since + kLongestWait <= now; });
}

std::vector<FetchQueue::Done> FetchQueue::take_all() {
    return take([](const Open&) { return true; });
}

// They are out in the order of their numbers.
base::Instant FetchQueue::out_since() const {
    return numbers_.empty() ? base::kNever : open_.at(numbers_.begin()->second).since;
}

std::size_t FetchQueue::out_of(const std::string& host) const {
    const auto is_of = [&](const auto& each) { return open_.at(each.second).host == host; };
    return static_cast<std::size_t>(std::ranges::count_if(numbers_, is_of));
}

}  // namespace xfrmd::daemon
