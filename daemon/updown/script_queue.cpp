#include "daemon/updown/script_queue.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace xfrmd::daemon::updown {

void ScriptQueue::add(const std::string& subject, std::uint64_t line, Script script) {
    const auto [found, is_new] = subjects_.try_emplace(subject);
    found->second.push_back({line, std::move(script)});
    ++waiting_;
    if (is_new) ready_.push_back(found);
    start();
}

// A subject that is ready keeps its place, with nothing to run.
std::size_t ScriptQueue::withdraw(const std::string& subject, std::uint64_t line) {
    const auto found = subjects_.find(subject);
    if (found == subjects_.end()) return 0;
    const std::size_t withdrawn = std::erase_if(found->second, [line](const Turn& turn) { return turn.line == line; });
    waiting_ -= withdrawn;
    return withdrawn;
}

void ScriptQueue::start() {
    while (running_.size() < kMostAtOnce && !ready_.empty()) {
        const auto subject = ready_.front();
        ready_.pop_front();
        if (subject->second.empty()) {
            subjects_.erase(subject);
            continue;
        }
        Script script = std::move(subject->second.front().script);
        subject->second.pop_front();
        --waiting_;
        const auto running = running_.insert(running_.end(), {subject, nullptr});
        running->run =
            std::make_unique<ScriptRun>(io_, log_, std::move(script), limit_, [this, running] { end(running); });
    }
    if (size() == 0 && idle_) std::exchange(idle_, nullptr)();
}

void ScriptQueue::end(std::list<Running>::iterator running) {
    ready_.push_back(running->subject);
    running_.erase(running);
    start();
}

std::size_t ScriptQueue::turns() const {
    std::size_t most = waiting_ / kMostAtOnce;
    for (const auto& [subject, turns] : subjects_) most = std::max(most, turns.size());
    return most;
}

std::vector<std::string> ScriptQueue::subjects() const {
    std::vector<std::string> all;
    for (const auto& [subject, turns] : subjects_) {
        if (!turns.empty()) all.push_back(subject);
    }
    for (const Running& one : running_) all.push_back(one.subject->first);
    return all;
}

void ScriptQueue::when_idle(std::function<void()> idle) {
    idle_ = std::move(idle);
    start();
}

}  // namespace xfrmd::daemon::updown
