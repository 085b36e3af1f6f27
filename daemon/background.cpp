#include "daemon/background.h"

#include <utility>

#include <asio/post.hpp>

namespace xfrmd::daemon {

Background::~Background() {
    if (thread_.joinable()) thread_.join();
}

void Background::run() {
    if (std::exchange(running_, true)) {
        again_ = true;
        return;
    }
    thread_ = std::thread([this] {
        asio::post(io_, [this, then = work_()] {
            thread_.join();
            running_ = false;
            then();
            if (std::exchange(again_, false)) run();
        });
    });
}

}  // namespace xfrmd::daemon
