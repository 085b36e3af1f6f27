#include "daemon/api/section_schema.h"

#include <string>

#include "daemon/api/fields.h"
#include "daemon/config/swanctl_key.h"

namespace xfrmd::daemon::api {

namespace {

constexpr std::string_view kAnyNumber = "<number>";

// Whatever its value, it would be refused.
bool is_refused(const Key& key) { return key.set == nullptr && key.accepted.empty() && key.idle.empty(); }

Json schema_of(const Key& key) {
    Json schema = schema_of_type(key.kind == Kind::list ? "string[]" : "string");
    if (!key.note.empty()) schema["description"] = key.note;
    return schema;
}

Json schema_of(Place place) {
    Json named = Json::object();
    Json patterns = Json::object();
    for (const Key& key : all_keys()) {
        if (key.place != place || is_refused(key)) continue;
        if (key.name == kAnyNumber) {
            patterns["^[0-9]+$"] = schema_of(key);
        } else if (key.name.ends_with('*')) {
            patterns["^" + std::string(key.name.substr(0, key.name.size() - 1))] = schema_of(key);
        } else {
            named[std::string(key.name)] = schema_of(key);
        }
    }
    Json schema = {{"type", "object"}, {"properties", std::move(named)}};
    if (!patterns.empty()) schema["patternProperties"] = std::move(patterns);
    schema["additionalProperties"] = false;
    return schema;
}

}  // namespace

void add_section_schemas(Json& schemas) {
    Json connection = schema_of(Place::connection);
    connection["properties"]["children"] = {{"type", "object"},
                                            {"additionalProperties", schema_of_type("ChildSection")}};
    connection["patternProperties"]["^local(?!_)"] = schema_of_type("RoundSection");
    connection["patternProperties"]["^remote(?!_)"] = schema_of_type("RoundSection");
    schemas["ConnectionSection"] = std::move(connection);
    Json round = schema_of(Place::round);
    round["patternProperties"]["^cert(?!s$|_)"] = schema_of_type("CertificateSection");
    round["patternProperties"]["^cacert(?!s$|_)"] = schema_of_type("CertificateSection");
    schemas["RoundSection"] = std::move(round);
    schemas["CertificateSection"] = schema_of(Place::certificate);
    schemas["ChildSection"] = schema_of(Place::child);
    schemas["SecretSection"] = schema_of(Place::ike_secret);
    schemas["AuthoritySection"] = schema_of(Place::authority);
    schemas["PoolSection"] = schema_of(Place::pool);
}

}  // namespace xfrmd::daemon::api
