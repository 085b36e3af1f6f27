// Cuts a byte stream into JSON texts (RFC 8259), whether they come one a line, one right behind the other, or printed
// over many lines. Looks only at strings and brackets; whether a text is JSON at all is json_text.h's question. When it
// cannot tell where a text would end (a bracket that closes nothing, a line break in a string, a limit) it stops for
// good: fault(). Memory: one text of kMaxMessageBytes and what was fed behind it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/api_error.h"

namespace xfrmd::daemon::api {

class JsonSplitter {
public:
    JsonSplitter() = default;
    JsonSplitter(const JsonSplitter&) = delete;
    JsonSplitter& operator=(const JsonSplitter&) = delete;
    ~JsonSplitter();  // there may be secrets in what it holds, which is overwritten wherever it goes

    void feed(std::string_view bytes);
    // No more bytes will come: a number or a word at the end is whole now, everything else that is open is a fault.
    void finish();
    // The next whole text; nullopt when there is none yet, or never again.
    std::optional<std::string> next();
    // Something of a text is there that next() has not given.
    bool holds_text() const { return start_ < buffer_.size(); }
    // Set from the moment next() has met it: the texts before it have been given.
    const std::optional<ApiError>& fault() const { return fault_; }

private:
    enum class Step : std::uint8_t { more, ends_here, ended_before, fault };

    Step step(char c);
    Step step_outside(char c);
    Step step_in_bare_word(char c);
    Step step_in_string(char c);
    Step step_inside(char c);
    Step open(char closing);
    Step count_value();
    Step close(char closing);
    std::optional<std::string> take(std::size_t end);
    std::optional<std::string> at_end_of_input();
    void refuse(ErrorKind kind, std::string message);

    std::string buffer_;
    std::size_t start_ = 0;  // of the text at hand, or of the white space before it
    std::size_t scanned_ = 0;
    std::size_t values_ = 0;  // begun in the text at hand
    std::string closings_;    // the brackets that are to come, the innermost last
    bool in_string_ = false;
    bool escaped_ = false;
    bool in_bare_word_ = false;
    bool finished_ = false;
    std::optional<ApiError> fault_;
};

}  // namespace xfrmd::daemon::api
