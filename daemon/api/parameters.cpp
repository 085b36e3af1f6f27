#include "daemon/api/parameters.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/api/nearest.h"

namespace xfrmd::daemon::api {

namespace {

constexpr std::size_t kLongestNameShown = 64;

tl::unexpected<ApiError> refuse(std::string pointer, std::string message, std::string did_you_mean = {}) {
    ApiError error{ErrorKind::InvalidParams, std::move(message)};
    error.pointer = std::move(pointer);
    error.did_you_mean = std::move(did_you_mean);
    return tl::unexpected<ApiError>(std::move(error));
}

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

Outcome<Parsed> check_members(std::span<const Parameter> parameters, const Parsed& given, const std::string& pointer);

Outcome<Parsed> check_string(const Parameter& parameter, const Parsed& value, const std::string& pointer) {
    if (!value.is_string()) return refuse(pointer, pointer + " must be a string");
    const auto& text = value.get_ref<const std::string&>();
    // An empty selector is a script's unset variable far more often than a wish.
    if (text.empty()) return refuse(pointer, pointer + " must not be empty");
    const auto& choices = parameter.choices;
    if (choices.empty() || std::find(choices.begin(), choices.end(), text) != choices.end()) return value;
    return refuse(pointer, pointer + " must be one of: " + joined(choices), nearest(text, choices));
}

Outcome<Parsed> check_list(const Parameter& parameter, const Parsed& value, const std::string& pointer) {
    if (!value.is_array()) return refuse(pointer, pointer + " must be a list");
    if (value.empty()) return refuse(pointer, pointer + " must not be empty");
    for (std::size_t i = 0; i < value.size(); ++i) {
        auto checked = check_string(parameter, value[i], pointer + "/" + std::to_string(i));
        if (!checked) return checked;
    }
    return value;
}

Outcome<Parsed> check_integer(const Parameter& parameter, const Parsed& value, const std::string& pointer) {
    if (!value.is_number_integer()) return refuse(pointer, pointer + " must be an integer");
    const bool too_large = value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>());
    const auto number = value.get<std::int64_t>();
    if (!too_large && number >= parameter.minimum && number <= parameter.maximum) return value;
    return refuse(pointer, pointer + " must be from " + std::to_string(parameter.minimum) + " to " +
                               std::to_string(parameter.maximum));
}

Outcome<Parsed> check_value(const Parameter& parameter, const Parsed& value, const std::string& pointer) {
    switch (parameter.type) {
        case ParamType::string:
            return check_string(parameter, value, pointer);
        case ParamType::integer:
            return check_integer(parameter, value, pointer);
        case ParamType::boolean:
            if (!value.is_boolean()) return refuse(pointer, pointer + " must be true or false");
            return value;
        case ParamType::object:
            if (!value.is_object()) return refuse(pointer, pointer + " must be an object");
            return check_members(parameter.members, value, pointer);
        case ParamType::list:
            return check_list(parameter, value, pointer);
        case ParamType::section:
            if (!value.is_object()) return refuse(pointer, pointer + " must be an object");
            return value;
        case ParamType::secret:
            return check_string(parameter, value, pointer);
    }
    return refuse(pointer, pointer + " has no known type");
}

Outcome<void> check_names(std::span<const Parameter> parameters, const Parsed& given, const std::string& pointer) {
    std::vector<std::string_view> known;
    std::transform(parameters.begin(), parameters.end(), std::back_inserter(known),
                   [](const Parameter& p) { return p.name; });
    for (const auto& member : given.items()) {
        if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
        const std::string at = pointer + pointer_step(member.key());
        return refuse(at, at + " is not a parameter of this method", nearest(member.key(), known));
    }
    return {};
}

Outcome<Parsed> check_members(std::span<const Parameter> parameters, const Parsed& given, const std::string& pointer) {
    if (auto names = check_names(parameters, given, pointer); !names) return tl::unexpected<ApiError>(names.error());
    Parsed checked = Parsed::object();
    for (const Parameter& parameter : parameters) {
        const std::string name(parameter.name);
        const std::string at = pointer + pointer_step(name);
        const auto found = given.find(name);
        if (found != given.end() && (parameter.required || !found->is_null())) {
            auto value = check_value(parameter, *found, at);
            if (!value) return value;
            checked.emplace(name, std::move(*value));
        } else if (parameter.required) {
            return refuse(at, at + " is required");
        } else if (!parameter.default_json.empty()) {
            checked.emplace(name, Parsed::parse(parameter.default_json));
        }
    }
    return checked;
}

}  // namespace

std::string pointer_step(std::string_view name) {
    std::string step = "/";
    for (const char c : name.substr(0, kLongestNameShown)) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return name.size() > kLongestNameShown ? step + "..." : step;
}

Outcome<Parsed> check_params(std::span<const Parameter> parameters, const Parsed& given) {
    if (given.is_object()) return check_members(parameters, given, "");
    if (given.is_null() || (given.is_array() && given.empty())) return check_members(parameters, Parsed::object(), "");
    return refuse("", "parameters are taken by name, in an object");
}

}  // namespace xfrmd::daemon::api
