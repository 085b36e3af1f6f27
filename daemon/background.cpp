#include "daemon/background.h"

#include <exception>

#include <asio/post.hpp>

namespace xfrmd::daemon {

Background::~Background() {
    if (thread_.joinable()) thread_.join();
}

// Whoever waits for it would wait for ever, or the process would end.
std::function<void()> Background::result() const {
    try {
        return work_();
    } catch (const std::exception& error) {
        return [this, why = std::string(error.what())] { failed_(why); };
    } catch (...) {
        return [this] { failed_("for no known reason"); };
    }
}

void Background::run() {
    if (std::exchange(running_, true)) {
        again_ = true;
        return;
    }
    try {
        thread_ = std::thread([this] { finish(result()); });
    } catch (const std::exception& error) {
        finish([this, why = std::string(error.what())] { failed_(why); });
    }
}

void Background::finish(std::function<void()> then) {
    asio::post(io_, [this, then = std::move(then)] {
        if (thread_.joinable()) thread_.join();
        running_ = false;
        then();
        if (std::exchange(again_, false)) run();
    });
}

}  // namespace xfrmd::daemon
