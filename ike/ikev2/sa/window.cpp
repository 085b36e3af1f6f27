#include "ike/ikev2/sa/window.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>

namespace xfrmd::ikev2::sa {

namespace {

constexpr auto kLast = std::numeric_limits<std::uint32_t>::max();

}  // namespace

std::size_t Window::print_of(base::ByteView request) { return std::hash<std::string_view>{}(base::as_text(request)); }

base::Duration RetransmitSchedule::after(unsigned sent_again) const {
    using Seconds = std::chrono::duration<double>;
    const Seconds wait = Seconds(first) * std::pow(base, sent_again);
    return wait < Seconds(longest) ? std::chrono::duration_cast<base::Duration>(wait) : longest;
}

void Window::sent(Datagrams datagrams, base::Instant now, const RetransmitSchedule& schedule) {
    outstanding_ = Outstanding{next_request_, std::move(datagrams), now + schedule.after(0)};
    ++next_request_;
}

void Window::sent_anew(Datagrams datagrams, base::Instant now, const RetransmitSchedule& schedule) {
    if (!outstanding_) return;
    outstanding_ = Outstanding{outstanding_->id, std::move(datagrams), now + schedule.after(0)};
}

bool Window::is_awaited(wire::MessageId id) const {
    return outstanding_ && outstanding_->id == static_cast<std::uint32_t>(id);
}

void Window::answered() { outstanding_.reset(); }

void Window::begin_anew(base::Instant now) {
    if (!outstanding_) return;
    outstanding_->due = now;
    outstanding_->sent_again = 0;
}

const Datagrams* Window::retransmit(base::Instant now, const RetransmitSchedule& schedule) {
    if (!outstanding_ || outstanding_->sent_again >= schedule.tries) return nullptr;
    ++outstanding_->sent_again;
    outstanding_->due = now + schedule.after(outstanding_->sent_again);
    return &outstanding_->datagrams;
}

RequestKind Window::classify(wire::MessageId id, base::ByteView request,
                             const std::optional<wire::Fragment>& fragment) const {
    const auto number = static_cast<std::uint32_t>(id);
    if (number == kLast) return RequestKind::outside;  // RFC 7296 2.2: ids must not come round
    if (number == next_expected_ && !in_progress_) return RequestKind::fresh;
    if (next_expected_ == 0 || number != next_expected_ - 1) return RequestKind::outside;
    const bool is_same = fragment ? fragment->number == 1 : print_of(request) == print_;
    if (!is_same) return RequestKind::outside;
    return in_progress_ ? RequestKind::in_progress : RequestKind::repeated;
}

void Window::accept(wire::MessageId id, base::ByteView request) {
    accepted_ = static_cast<std::uint32_t>(id);
    next_expected_ = accepted_ + 1;
    print_ = print_of(request);
    in_progress_ = true;
    response_.clear();
}

void Window::respond(Datagrams response) {
    in_progress_ = false;
    response_ = std::move(response);
}

std::optional<wire::MessageId> Window::synchronize(wire::MessageId theirs, wire::MessageId ours) {
    const auto next_of_peer = static_cast<std::uint32_t>(theirs);
    if (next_of_peer < next_expected_ || (synchronized_ && next_of_peer <= *synchronized_)) return std::nullopt;
    outstanding_.reset();
    next_request_ = std::max(next_request_, static_cast<std::uint32_t>(ours));
    next_expected_ = next_of_peer;
    synchronized_ = next_of_peer;
    print_ = 0;
    response_.clear();
    return next_request_id();
}

bool Window::exhausted() const { return next_request_ == kLast || next_expected_ == kLast; }

}  // namespace xfrmd::ikev2::sa
