// Children that something is to be done for, some in each turn of the loop: others are to have their turn as well,
// however many children there are. Main thread only.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "ike/child_install.h"

namespace xfrmd::daemon {

class ChildTurns {
public:
    static constexpr std::size_t kAtOnce = 64;

    // `io` outlives it, and it what it has posted there.
    ChildTurns(asio::io_context& io, std::function<void(ike::ChildSaId)> work) : io_(io), work_(std::move(work)) {}

    void add(ike::ChildSaId child) {
        waiting_.push_back(child);
        if (waiting_.size() == 1) post();
    }

private:
    void post() {
        asio::post(io_, [this] { take_turn(); });
    }
    void take_turn() {
        for (std::size_t i = 0; i < kAtOnce && !waiting_.empty(); ++i) {
            const ike::ChildSaId child = waiting_.front();
            work_(child);
            waiting_.pop_front();
        }
        if (!waiting_.empty()) post();
    }

    asio::io_context& io_;
    std::function<void(ike::ChildSaId)> work_;
    std::deque<ike::ChildSaId> waiting_;
};

}  // namespace xfrmd::daemon
