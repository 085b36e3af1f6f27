#include "daemon/api/json_splitter.h"

#include <utility>

#include "daemon/api/limits.h"
#include "ike/base/wiping.h"

namespace xfrmd::daemon::api {

namespace {

// RFC 8259 2
bool is_white_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }
bool starts_bare_word(char c) { return c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n'; }
bool continues_bare_word(char c) {
    return c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E';
}

}  // namespace

JsonSplitter::~JsonSplitter() { base::wipe_text(buffer_); }

void JsonSplitter::feed(std::string_view bytes) {
    if (fault_ || finished_) return;
    if (start_ > 0) {
        std::string rest = buffer_.substr(start_);
        base::wipe_text(buffer_);
        buffer_ = std::move(rest);
        scanned_ -= std::exchange(start_, 0);
    }
    base::append_and_wipe(buffer_, bytes);
}

void JsonSplitter::finish() { finished_ = true; }

std::optional<std::string> JsonSplitter::next() {
    while (!fault_ && scanned_ < buffer_.size()) {
        const Step outcome = step(buffer_[scanned_]);
        if (outcome == Step::fault) return std::nullopt;
        if (outcome == Step::ended_before) return take(scanned_);
        ++scanned_;
        if (scanned_ > start_ + kMaxMessageBytes) {
            refuse(ErrorKind::MessageTooLarge,
                   "the message is longer than " + std::to_string(kMaxMessageBytes) + " bytes");
        } else if (outcome == Step::ends_here) {
            return take(scanned_);
        }
    }
    return at_end_of_input();
}

std::optional<std::string> JsonSplitter::at_end_of_input() {
    if (fault_ || !finished_) return std::nullopt;
    if (in_bare_word_) return take(scanned_);
    if (in_string_ || !closings_.empty()) refuse(ErrorKind::ParseError, "the stream ended within a message");
    return std::nullopt;
}

JsonSplitter::Step JsonSplitter::step(char c) {
    if (in_string_) return step_in_string(c);
    if (in_bare_word_) return step_in_bare_word(c);
    return closings_.empty() ? step_outside(c) : step_inside(c);
}

JsonSplitter::Step JsonSplitter::step_outside(char c) {
    if (is_white_space(c)) {
        start_ = scanned_ + 1;
        return Step::more;
    }
    if (starts_bare_word(c)) {
        in_bare_word_ = true;
        return Step::more;
    }
    if (c == '{' || c == '[' || c == '"') return step_inside(c);
    refuse(ErrorKind::ParseError, "no JSON text starts like this");
    return Step::fault;
}

JsonSplitter::Step JsonSplitter::step_in_bare_word(char c) {
    if (is_white_space(c) || c == '{' || c == '[' || c == '"') return Step::ended_before;
    if (continues_bare_word(c)) return Step::more;
    refuse(ErrorKind::ParseError, "no JSON text goes on like this");
    return Step::fault;
}

JsonSplitter::Step JsonSplitter::step_in_string(char c) {
    if (escaped_) {
        escaped_ = false;
    } else if (c == '\\') {
        escaped_ = true;
    } else if (c == '"') {
        in_string_ = false;
        return closings_.empty() ? Step::ends_here : Step::more;
    }
    // RFC 8259 7: control characters are escaped. A line break here most often means that a quote is missing.
    if (!is_control(c)) return Step::more;
    refuse(ErrorKind::ParseError, "a control character or line break stands in a string");
    return Step::fault;
}

JsonSplitter::Step JsonSplitter::step_inside(char c) {
    switch (c) {
        case '{':
            return open('}');
        case '[':
            return open(']');
        case '}':
        case ']':
            return close(c);
        case '"':
            in_string_ = true;
            return Step::more;
        case ',':
            return count_value();
        default:
            break;
    }
    if (!is_control(c) || is_white_space(c)) return Step::more;
    refuse(ErrorKind::ParseError, "a control character stands between values");
    return Step::fault;
}

JsonSplitter::Step JsonSplitter::open(char closing) {
    if (closings_.size() == kMaxDepth) {
        refuse(ErrorKind::MessageTooDeep, "the message is nested deeper than " + std::to_string(kMaxDepth) + " levels");
        return Step::fault;
    }
    closings_.push_back(closing);
    return count_value();
}

// Every value but the first of a text comes behind a bracket or a comma.
JsonSplitter::Step JsonSplitter::count_value() {
    if (++values_ <= kMaxValues) return Step::more;
    refuse(ErrorKind::MessageTooLarge, "the message has more than " + std::to_string(kMaxValues) + " values");
    return Step::fault;
}

JsonSplitter::Step JsonSplitter::close(char closing) {
    if (closings_.back() != closing) {
        refuse(ErrorKind::ParseError, "a bracket closes what another one has opened");
        return Step::fault;
    }
    closings_.pop_back();
    return closings_.empty() ? Step::ends_here : Step::more;
}

std::optional<std::string> JsonSplitter::take(std::size_t end) {
    std::string text = buffer_.substr(start_, end - start_);
    base::wipe_text(std::span(buffer_).subspan(start_, end - start_));
    start_ = end;
    values_ = 0;
    in_bare_word_ = false;
    return text;
}

void JsonSplitter::refuse(ErrorKind kind, std::string message) {
    fault_ = ApiError{kind, std::move(message)};
    base::wipe_text(buffer_);
    buffer_ = {};
    start_ = scanned_ = 0;
}

}  // namespace xfrmd::daemon::api
