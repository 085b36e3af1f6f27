// The errors of one load, in the order of their places. Each place is reported once, however many sections inherit what
// stands there; once there are kMost, later ones are left out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/config/settings_tree.h"

namespace xfrmd::daemon {

class ErrorList {
public:
    static constexpr std::size_t kMost = 20;

    explicit ErrorList(const settings::Document& document) : document_(document) {}

    void add(settings::Position at, std::string message) {
        ++found_;
        if (!full()) errors_.emplace(at, std::move(message));
    }
    // What works, but perhaps not as meant.
    void warn(settings::Position at, const std::string& message) {
        warnings_.push_back(document_.error(at, message).to_string());
    }
    const std::vector<std::string>& warnings() const { return warnings_; }
    bool empty() const { return errors_.empty(); }
    // Those that are left out included.
    std::size_t found() const { return found_; }
    bool full() const { return errors_.size() == kMost; }

    ConfigErrors in_order() const {
        ConfigErrors errors;
        for (const auto& [at, message] : errors_) errors.push_back(document_.error(at, message));
        return errors;
    }

private:
    const settings::Document& document_;
    std::map<settings::Position, std::string> errors_;
    std::vector<std::string> warnings_;
    std::size_t found_ = 0;
};

}  // namespace xfrmd::daemon
