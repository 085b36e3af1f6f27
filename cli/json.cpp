#include "cli/json.h"

#include <set>

namespace xfrmd::cli {

const Json& member(const Json& object, std::string_view name) {
    static const Json kNull;
    if (!object.is_object()) return kNull;
    const auto found = object.find(std::string(name));
    return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& object, std::string_view name) {
    return optional_number_of(object, name).value_or(0);
}

std::optional<std::uint64_t> optional_number_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    if (!value.is_number_unsigned()) return std::nullopt;
    return value.get<std::uint64_t>();
}

bool flag_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    return value.is_boolean() && value.get<bool>();
}

std::vector<std::string> texts_of(const Json& object, std::string_view name) {
    std::vector<std::string> texts;
    for (const Json& item : list_of(object, name)) {
        if (item.is_string()) texts.push_back(item.get<std::string>());
    }
    return texts;
}

const Json& list_of(const Json& object, std::string_view name) {
    static const Json kEmpty = Json::array();
    const Json& value = member(object, name);
    return value.is_array() ? value : kEmpty;
}

tl::expected<Json, std::string> parse_json(std::string_view text) {
    std::vector<std::set<std::string>> names;
    bool is_repeated = false;
    const auto watch = [&](int, Json::parse_event_t event, const Json& parsed) {
        if (event == Json::parse_event_t::object_start) names.emplace_back();
        if (event == Json::parse_event_t::object_end) names.pop_back();
        if (event == Json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second)
            is_repeated = true;
        return true;
    };
    try {
        Json value = Json::parse(text, watch);
        if (is_repeated) return tl::unexpected<std::string>("an object names a member twice");
        return value;
    } catch (const Json::parse_error& error) {
        return tl::unexpected<std::string>("no valid JSON at byte " + std::to_string(error.byte));
    } catch (const Json::exception&) {
        return tl::unexpected<std::string>("a number beyond what can be represented");
    }
}

std::string to_line(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"; }

std::string to_pretty(const Json& json) { return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n"; }

}  // namespace xfrmd::cli
