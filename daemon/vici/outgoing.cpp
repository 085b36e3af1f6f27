#include "daemon/vici/outgoing.h"

#include <algorithm>
#include <utility>

namespace xfrmd::daemon::vici {

void Outgoing::append(base::ByteView frame) {
    if (!closed_ && !is_given_up()) queued_.append(base::as_text(frame));
}

bool Outgoing::put(const Packet& packet) {
    const auto frame = encode(packet);
    if (frame) append(*frame);
    return frame.has_value();
}

void Outgoing::put_event(std::string_view event, base::ByteView frame) {
    for (const std::string& followed : followed_) {
        if (followed == event) append(frame);
    }
}

bool Outgoing::follows(std::string_view event) const {
    return std::find(followed_.begin(), followed_.end(), event) != followed_.end();
}

bool Outgoing::follow(std::string_view event) {
    if (closed_ || followed_.size() >= kMostFollowed) return false;
    followed_.emplace_back(event);
    return true;
}

bool Outgoing::unfollow(std::string_view event) {
    const auto found = std::find(followed_.begin(), followed_.end(), event);
    if (found == followed_.end()) return false;
    followed_.erase(found);
    return true;
}

void Outgoing::when_room(std::function<void()> more) {
    if (closed_) return;
    if (has_room()) return more();
    more_ = std::move(more);
}

std::string_view Outgoing::front() {
    if (sent_ == sending_.size()) {
        sending_ = std::exchange(queued_, {});
        sent_ = 0;
    }
    return std::string_view(sending_).substr(sent_);
}

void Outgoing::sent(std::size_t count) {
    sent_ += count;
    if (has_room() && more_) std::exchange(more_, nullptr)();
}

void Outgoing::close() {
    closed_ = true;
    followed_.clear();
    queued_ = {};  // what is being sent stays where it is
    more_ = nullptr;
}

}  // namespace xfrmd::daemon::vici
