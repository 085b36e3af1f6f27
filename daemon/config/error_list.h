// The errors of one load, in the order of their places. Each place is reported once, however many sections inherit what
// stands there; once there are kMost, later ones are left out.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/settings_tree.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

class ErrorList {
public:
    static constexpr std::size_t kMost = 20;

    explicit ErrorList(const settings::Document& document) : document_(document) {}

    void add(settings::Position at, std::string message) {
        ++found_;
        if (!full()) errors_.emplace(at, std::move(message));
    }
    // Likewise, of something that has a name, by which a client hears of the first error.
    void add_unknown(settings::Position at, std::string_view key, std::string message) {
        note(Blame::unknown_key, key);
        add(at, std::move(message));
    }
    void add_invalid(settings::Position at, std::string_view key, std::string message) {
        note(Blame::value, key);
        add(at, std::move(message));
    }
    void add_section(settings::Position at, std::string_view section, std::string message) {
        note(Blame::unknown_section, section);
        add(at, std::move(message));
    }
    enum class Blame : std::uint8_t { other, unknown_key, value, unknown_section };
    Blame blame() const { return blame_; }
    const std::string& blamed() const { return blamed_; }  // safe to print
    // What works, but perhaps not as meant.
    void warn(settings::Position at, const std::string& message) {
        warnings_.push_back(document_.error(at, message).to_string());
    }
    bool of_message() const { return document_.is_message; }
    // The same for what may stand in thousands of places: one warning, which counts the others. `what` says what
    // belongs together, and is never looked into.
    void warn_once(const void* what, settings::Position at, const std::string& message) {
        Repeated& repeated = repeated_[what];
        if (repeated.places.empty()) {
            repeated.warning = warnings_.size();
            warn(at, message);
        }
        repeated.places.insert(at);
    }
    std::vector<std::string> warnings() const {
        std::vector<std::string> warnings = warnings_;
        for (const auto& [what, repeated] : repeated_) {
            const std::size_t more = repeated.places.size() - 1;
            if (more == 0) continue;
            warnings.at(repeated.warning) +=
                " (and so in " + std::to_string(more) + (more == 1 ? " more place)" : " more places)");
        }
        return warnings;
    }
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
    void note(Blame blame, std::string_view name) {
        if (found_ != 0) return;
        blame_ = blame;
        blamed_ = base::printable(name);
    }

    struct Repeated {
        std::size_t warning = 0;
        std::set<settings::Position> places;
    };

    const settings::Document& document_;
    Blame blame_ = Blame::other;
    std::string blamed_;
    std::map<const void*, Repeated> repeated_;
    std::map<settings::Position, std::string> errors_;
    std::vector<std::string> warnings_;
    std::size_t found_ = 0;
};

}  // namespace xfrmd::daemon
