#include "daemon/tunnel_queue.h"

#include <utility>

#include <asio/post.hpp>

namespace xfrmd::daemon {

namespace {

// The next items of one kind, taken out of `work`.
template <typename Item, typename Work>
std::vector<Item> take_run(std::vector<Work>& work, std::size_t& next) {
    std::vector<Item> items;
    while (next < work.size() && std::holds_alternative<Item>(work[next])) {
        items.push_back(std::move(std::get<Item>(work[next++])));
    }
    return items;
}

}  // namespace

void TunnelQueue::install(ike::ChildInstall child, Installed done) { add(Install{std::move(child), std::move(done)}); }

void TunnelQueue::use(ike::ChildSaId child, Changed done) {
    waiting_.emplace_back(Use{child, std::move(done)});
    flush();
}

void TunnelQueue::move(const ike::MoveChild& move, Changed done) { add(Move{move, std::move(done)}); }

void TunnelQueue::remove(ike::ChildSaId child, Changed done) { add(Remove{child, std::move(done)}); }

void TunnelQueue::add(Work work) {
    waiting_.push_back(std::move(work));
    if (waiting_.size() == 1) asio::post(io_, [this] { flush(); });
}

void TunnelQueue::flush() {
    std::vector<Work> work = std::exchange(waiting_, {});
    for (std::size_t next = 0; next < work.size();) {
        if (auto installs = take_run<Install>(work, next); !installs.empty()) run(std::move(installs));
        if (const auto uses = take_run<Use>(work, next); !uses.empty()) run(uses);
        if (const auto moves = take_run<Move>(work, next); !moves.empty()) run(moves);
        if (const auto removals = take_run<Remove>(work, next); !removals.empty()) run(removals);
    }
}

void TunnelQueue::run(std::vector<Install> installs) {
    std::vector<ike::ChildInstall> children;
    children.reserve(installs.size());
    for (Install& install : installs) children.push_back(std::move(install.child));
    auto results = tunnels_.install(std::move(children));
    for (std::size_t i = 0; i < installs.size(); ++i) installs[i].done(std::move(results[i]));
}

void TunnelQueue::run(const std::vector<Use>& uses) {
    for (const Use& use : uses) use.done(tunnels_.use(use.child));
}

void TunnelQueue::run(const std::vector<Move>& moves) {
    for (const Move& move : moves) move.done(tunnels_.move(move.move));
}

void TunnelQueue::run(const std::vector<Remove>& removals) {
    std::vector<ike::ChildSaId> children;
    children.reserve(removals.size());
    for (const Remove& removal : removals) children.push_back(removal.child);
    const auto removed = tunnels_.remove(children);
    for (const Remove& removal : removals) removal.done(removed);
}

}  // namespace xfrmd::daemon
