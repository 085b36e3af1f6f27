#include "daemon/api/json_text.h"

#include <set>
#include <string>
#include <vector>

#include "ike/base/wiping.h"

namespace xfrmd::daemon::api {

namespace {

using Event = Parsed::parse_event_t;

// Follows the parser through the objects of a text and remembers whether any of them names a member twice.
class RepeatedMembers {
public:
    void on_event(Event event, const Parsed& parsed) {
        if (event == Event::object_start) names_.emplace_back();
        if (event == Event::object_end) names_.pop_back();
        if (event == Event::key && !names_.back().insert(parsed.get_ref<const std::string&>()).second) found_ = true;
    }
    bool found() const { return found_; }

private:
    std::vector<std::set<std::string>> names_;
    bool found_ = false;
};

tl::unexpected<ApiError> refuse(std::string message) {
    return tl::unexpected<ApiError>(ApiError{ErrorKind::ParseError, std::move(message)});
}

}  // namespace

tl::expected<Parsed, ApiError> parse_json_text(std::string_view text) {
    // nlohmann takes a NUL for the end of its input.
    if (text.find('\0') != std::string_view::npos) return refuse("the message has a NUL in it");
    RepeatedMembers repeated;
    const auto watch = [&repeated](int, Event event, const Parsed& parsed) {
        repeated.on_event(event, parsed);
        return true;
    };
    try {
        Parsed value = Parsed::parse(text, watch);
        if (repeated.found()) return refuse("an object names a member twice");
        return value;
    } catch (const Parsed::parse_error& error) {
        return refuse("the message is not valid JSON at byte " + std::to_string(error.byte));
    } catch (const Parsed::exception&) {
        return refuse("the message has a number beyond what can be represented");
    }
}

void wipe(Parsed& value) {
    if (value.is_string()) {
        auto& text = value.get_ref<std::string&>();
        base::wipe_text(text);
    } else if (value.is_structured()) {
        for (Parsed& member : value) wipe(member);
    }
}

}  // namespace xfrmd::daemon::api
