#include "daemon/api/discover.h"

#include "daemon/api/fields.h"
#include "daemon/api/view_json.h"

namespace xfrmd::daemon::api {

namespace {

std::string_view type_name(ParamType type) {
    switch (type) {
        case ParamType::string:
            return "string";
        case ParamType::integer:
            return "integer";
        case ParamType::boolean:
            return "boolean";
        case ParamType::object:
            return "object";
        case ParamType::list:
            return "array";
        case ParamType::section:
            return "object";
        case ParamType::secret:
            return "string";
    }
    return "";
}

Json schema_of(const Parameter& parameter) {
    if (!parameter.schema.empty()) return schema_of_type(parameter.schema);
    Json schema =
        parameter.choices.empty() ? Json{{"type", type_name(parameter.type)}} : schema_of_choices(parameter.choices);
    if (parameter.type == ParamType::list) schema = {{"type", "array"}, {"items", std::move(schema)}, {"minItems", 1}};
    const bool is_text = parameter.type == ParamType::string || parameter.type == ParamType::secret;
    if (is_text && parameter.choices.empty()) schema["minLength"] = 1;
    if (parameter.type == ParamType::integer) {
        schema["minimum"] = parameter.minimum;
        schema["maximum"] = parameter.maximum;
    }
    if (parameter.type == ParamType::object) {
        Json properties = Json::object();
        for (const Parameter& member : parameter.members) {
            properties[std::string(member.name)] = schema_of(member);
            properties[std::string(member.name)]["description"] = member.description;
        }
        schema["properties"] = std::move(properties);
        schema["additionalProperties"] = false;
    }
    if (!parameter.default_json.empty()) schema["default"] = Json::parse(parameter.default_json);
    return schema;
}

Json params_of(const Method& method) {
    Json list = Json::array();
    for (const Parameter& parameter : method.params) {
        list.push_back({{"name", parameter.name},
                        {"description", parameter.description},
                        {"required", parameter.required},
                        {"schema", schema_of(parameter)}});
    }
    return list;
}

Json errors_of(const Method& method) {
    Json list = Json::array();
    for (const ErrorKind kind : method.errors) {
        const ErrorTraits& row = traits(kind);
        list.push_back({{"code", row.code},
                        {"message", row.name},
                        {"data", {{"kind", row.name}, {"retryable", row.retryable}, {"hint", row.hint}}}});
    }
    return list;
}

Json method_object(const Method& method) {
    return {{"name", method.name},
            {"summary", method.summary},
            {"paramStructure", "by-name"},
            {"params", params_of(method)},
            {"result", {{"name", "result"}, {"schema", schema_of_type(method.result)}}},
            {"errors", errors_of(method)},
            {"x-mutates", method.mutates}};
}

// OpenRPC has no word for what a server says unasked.
Json notifications() {
    Json list = Json::array();
    for (const Notification& row : all_notifications()) {
        list.push_back({{"name", row.name}, {"summary", row.summary}, {"params", schema_of_type(row.params)}});
    }
    return list;
}

}  // namespace

Json openrpc_document(std::span<const Method> methods) {
    Json list = Json::array();
    for (const Method& method : methods) list.push_back(method_object(method));
    return {{"openrpc", "1.3.2"},
            {"info", {{"title", "xfrmd management API"}, {"version", "1.0.0"}}},
            {"methods", std::move(list)},
            {"x-notifications", notifications()},
            {"components", {{"schemas", schemas()}}}};
}

}  // namespace xfrmd::daemon::api
