#include "daemon/api/conversation.h"

#include <utility>

namespace xfrmd::daemon::api {

void Conversation::received(std::string_view bytes) { splitter_.feed(bytes); }

void Conversation::received_end() {
    splitter_.finish();
    ending_ = true;
}

void Conversation::refuse(const ApiError& error) {
    say(error_line(nullptr, error));
    ending_ = exhausted_ = true;
}

std::optional<std::string> Conversation::next_text() {
    if (exhausted_ || is_held()) return std::nullopt;
    auto text = splitter_.next();
    if (text) return text;
    if (const auto& fault = splitter_.fault(); fault.has_value()) {
        refuse(*fault);
    } else if (ending_) {
        exhausted_ = true;
    }
    return std::nullopt;
}

void Conversation::replied(const Reply& reply) {
    in_flight_ -= reply.requests;
    if (reply.line) say(*reply.line);
}

void Conversation::say(std::string_view line) { queued_.append(line).push_back('\n'); }

std::string_view Conversation::outgoing() {
    if (sent_ == sending_.size()) {
        sending_ = std::exchange(queued_, {});
        sent_ = 0;
    }
    return std::string_view(sending_).substr(sent_);
}

bool Conversation::is_over() const {
    if (unsent() > kMaxOutputBytes) return true;
    return exhausted_ && in_flight_ == 0 && unsent() == 0;
}

}  // namespace xfrmd::daemon::api
