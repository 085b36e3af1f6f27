// What a script has said, as lines for the log: printable, of bounded length and number. What is more is counted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ike/base/bytes.h"

namespace xfrmd::daemon::updown {

class ScriptOutput {
public:
    static constexpr std::size_t kLongestLine = 512;  // bytes, of which no more are shown than printable() does
    static constexpr std::size_t kMostLines = 64;

    using Tell = std::function<void(const std::string& line)>;
    explicit ScriptOutput(Tell tell) : tell_(std::move(tell)) {}

    void take(base::ByteView more);
    // What was no whole line, and how much was left out.
    void end();

private:
    void end_line();

    Tell tell_;
    std::string line_;
    std::size_t lines_ = 0;
    std::uint64_t left_out_ = 0;  // bytes
};

}  // namespace xfrmd::daemon::updown
