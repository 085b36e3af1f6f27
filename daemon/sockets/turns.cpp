#include "daemon/sockets/turns.h"

#include <utility>

#include <asio/post.hpp>

namespace xfrmd::daemon {

void Turns::add(std::function<void()> piece) {
    pieces_.push_back(std::move(piece));
    if (pieces_.size() == 1) post();
}

// What is posted runs behind what the loop finds ready when it looks next.
void Turns::post() {
    asio::post(io_, [this] { run_one(); });
}

// It is taken out when it has run, so that what it adds does not post a second time.
void Turns::run_one() {
    const std::function<void()> piece = std::move(pieces_.front());
    piece();
    pieces_.pop_front();
    if (!pieces_.empty()) post();
}

}  // namespace xfrmd::daemon
