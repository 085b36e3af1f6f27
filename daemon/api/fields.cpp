#include "daemon/api/fields.h"

namespace xfrmd::daemon::api {

namespace {

bool drop_suffix(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

Json plain_schema(std::string_view type) {
    const bool is_name = type.front() >= 'A' && type.front() <= 'Z';
    if (is_name) return {{"$ref", "#/components/schemas/" + std::string(type)}};
    return {{"type", type}};
}

}  // namespace

Json schema_of_type(std::string_view type) {
    const bool nullable = drop_suffix(type, "?");
    const bool list = drop_suffix(type, "[]");
    Json schema = plain_schema(type);
    if (list) schema = Json{{"type", "array"}, {"items", std::move(schema)}};
    if (nullable) schema = Json{{"anyOf", Json::array({std::move(schema), Json{{"type", "null"}}})}};
    return schema;
}

Json schema_of_choices(std::span<const std::string_view> choices) {
    return {{"type", "string"}, {"enum", Json(std::vector<std::string_view>(choices.begin(), choices.end()))}};
}

}  // namespace xfrmd::daemon::api
