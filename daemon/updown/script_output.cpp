#include "daemon/updown/script_output.h"

#include <utility>

namespace xfrmd::daemon::updown {

void ScriptOutput::take(base::ByteView more) {
    if (lines_ == kMostLines) {
        left_out_ += more.size();
        return;
    }
    for (std::size_t i = 0; i < more.size(); ++i) {
        if (lines_ == kMostLines) {
            left_out_ += more.size() - i;
            return;
        }
        if (more[i] == '\n') {
            end_line();
        } else if (line_.size() == kLongestLine) {
            ++left_out_;
        } else {
            line_ += static_cast<char>(more[i]);
        }
    }
}

void ScriptOutput::end_line() {
    const std::string line = std::exchange(line_, {});
    if (line.empty()) return;
    ++lines_;
    tell_(base::printable(line, kLongestLine));
}

void ScriptOutput::end() {
    end_line();
    if (left_out_ != 0) tell_("(" + std::to_string(left_out_) + " bytes more)");
}

}  // namespace xfrmd::daemon::updown
