#include "daemon/acquires.h"

#include <asio/post.hpp>

namespace xfrmd::daemon {

bool Acquires::ask(const Child& child, Packet packet) {
    if (!asked_.insert(child).second) return false;
    waiting_.push_back({child, std::move(packet)});
    post();
    return true;
}

void Acquires::post() {
    asio::post(io_, [this] { begin_one(); });
}

void Acquires::begin_one() {
    if (waiting_.empty() || recent_.size() >= kAtOnce) return;
    const Wish wish = std::move(waiting_.front());
    waiting_.pop_front();
    asio::steady_timer& timer = recent_.emplace(wish.child, asio::steady_timer(io_, patience_)).first->second;
    timer.async_wait([this, child = wish.child](const std::error_code& error) {
        if (!error) make_room(child);
    });
    negotiate_(wish.child, wish.packet, [this, child = wish.child] {
        asked_.erase(child);
        make_room(child);
    });
}

void Acquires::make_room(const Child& child) {
    if (recent_.erase(child) != 0) post();
}

}  // namespace xfrmd::daemon
