#include "ike/ikev2/sa/window.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace xfrmd::ikev2::sa {

base::Duration RetransmitSchedule::after(unsigned sent_again) const {
    const double factor = std::pow(base, sent_again);
    const auto seconds = std::chrono::duration<double>(first) * factor;
    return std::min(std::chrono::duration_cast<base::Duration>(seconds), longest);
}

void Window::sent(Packet packet, base::Instant now, const RetransmitSchedule& schedule) {
    outstanding_ = Outstanding{next_request_, std::move(packet), now + schedule.after(0)};
    ++next_request_;
}

void Window::sent_anew(Packet packet, base::Instant now, const RetransmitSchedule& schedule) {
    if (!outstanding_) return;
    outstanding_ = Outstanding{outstanding_->id, std::move(packet), now + schedule.after(0)};
}

bool Window::is_awaited(wire::MessageId id) const {
    return outstanding_ && outstanding_->id == static_cast<std::uint32_t>(id);
}

void Window::answered() { outstanding_.reset(); }

const Packet* Window::retransmit(base::Instant now, const RetransmitSchedule& schedule) {
    if (!outstanding_ || outstanding_->sent_again >= schedule.tries) return nullptr;
    ++outstanding_->sent_again;
    outstanding_->due = now + schedule.after(outstanding_->sent_again);
    return &outstanding_->packet;
}

RequestKind Window::classify(wire::MessageId id) const {
    const auto number = static_cast<std::uint32_t>(id);
    if (number == next_expected_ && !in_progress_) return RequestKind::fresh;
    if (next_expected_ > 0 && number == next_expected_ - 1) {
        return in_progress_ ? RequestKind::in_progress : RequestKind::repeated;
    }
    return RequestKind::outside;
}

void Window::accept(wire::MessageId id) {
    next_expected_ = static_cast<std::uint32_t>(id) + 1;
    in_progress_ = true;
    response_.clear();
}

void Window::respond(base::Bytes response) {
    in_progress_ = false;
    response_ = std::move(response);
}

bool Window::exhausted() const {
    constexpr auto kLast = std::numeric_limits<std::uint32_t>::max();
    return next_request_ == kLast || next_expected_ == kLast;
}

}  // namespace xfrmd::ikev2::sa
