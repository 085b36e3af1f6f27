// How a view becomes JSON and how its JSON Schema reads, from one table of fields, so that the two cannot drift apart.
// A field's type is "string", "integer", "boolean" or the name of a schema ("ChildSa"), with "[]" behind it for a list
// and "?" for "or null".
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/api/limits.h"

namespace xfrmd::daemon::api {

template <typename View>
struct Field {
    std::string_view name;
    std::string_view type;
    std::string_view description;
    Json (*value)(const View& view);
};

// {"type": "string"}, {"$ref": "#/components/schemas/ChildSa"}, ...
Json schema_of_type(std::string_view type);
// Text for a field of type "string?".
inline Json unless_empty(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
// {"type": "string", "enum": [...]}
Json schema_of_choices(std::span<const std::string_view> choices);

template <typename View, std::size_t count>
Json encode_fields(const Field<View> (&fields)[count], const View& view) {
    Json json = Json::object();
    auto& members = json.get_ref<Json::object_t&>();
    members.reserve(count);
    for (const auto& field : fields) members.emplace_back(std::string(field.name), field.value(view));
    return json;
}

template <typename View, std::size_t count>
Json schema_of_fields(const Field<View> (&fields)[count]) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& field : fields) {
        Json property = schema_of_type(field.type);
        property["description"] = field.description;
        properties[std::string(field.name)] = std::move(property);
        required.push_back(field.name);
    }
    return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

// How many rows have that outcome.
template <typename Row, typename Outcome>
Json count_of(const std::vector<Row>& rows, Outcome outcome) {
    return std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.outcome == outcome; });
}

// As many as a page shows.
template <typename View, std::size_t count>
Json first_rows(const Field<View> (&fields)[count], const std::vector<View>& rows) {
    Json list = Json::array();
    for (std::size_t i = 0; i < std::min(rows.size(), kMaxPage); ++i) list.push_back(encode_fields(fields, rows[i]));
    return list;
}

template <typename View>
Json encode_all(const std::vector<View>& views, Json (*encode)(const View&)) {
    Json list = Json::array();
    for (const View& view : views) list.push_back(encode(view));
    return list;
}

}  // namespace xfrmd::daemon::api
