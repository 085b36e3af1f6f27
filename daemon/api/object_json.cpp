#include "daemon/api/object_json.h"

#include <charconv>
#include <iterator>

#include "daemon/api/fields.h"

namespace xfrmd::daemon::api {

namespace {

constexpr Field<LoadedObject> kLoaded[] = {
    {"name", "string", "as it was given", [](const LoadedObject& v) -> Json { return v.name; }},
    {"warnings", "string[]", "what works, but perhaps not as meant",
     [](const LoadedObject& v) -> Json { return v.warnings; }},
};

constexpr Field<UnloadedObject> kUnloaded[] = {
    {"name", "string", "as it was given", [](const UnloadedObject& v) -> Json { return v.name; }},
};

constexpr Field<KeyOf> kKey[] = {
    {"id", "string", "SHA-1 of its subjectPublicKey, hexadecimal", [](const KeyOf& v) -> Json { return v.id; }},
};

constexpr Field<ObjectRow> kRow[] = {
    {"kind", "ObjectKind", "what it is", [](const ObjectRow& v) -> Json { return name(v.kind); }},
    {"name", "string?", "of a key its id; null: a secret that came without one",
     [](const ObjectRow& v) { return unless_empty(v.name); }},
    {"from", "ObjectOrigin", "who has loaded it", [](const ObjectRow& v) -> Json { return name(v.from); }},
};

Json encode_row(const ObjectRow& row) { return encode_fields(kRow, row); }

Json cursor_of(const std::optional<ObjectPlace>& place) {
    return place ? Json(std::string(name(place->kind)) + ":" + std::to_string(place->place)) : Json(nullptr);
}

constexpr Field<ObjectListView> kList[] = {
    {"items", "Object[]", "by kind, then in the order in which their names came",
     [](const ObjectListView& v) { return encode_all<ObjectRow>(v.page.rows, encode_row); }},
    {"next_cursor", "string?", "give it as `cursor` for what follows, null at the end",
     [](const ObjectListView& v) { return cursor_of(v.page.next); }},
    {"revision", "integer", "grows with every change of state",
     [](const ObjectListView& v) -> Json { return v.revision; }},
};

}  // namespace

Json encode(const LoadedObject& loaded) { return encode_fields(kLoaded, loaded); }
Json encode(const UnloadedObject& unloaded) { return encode_fields(kUnloaded, unloaded); }
Json encode(const KeyOf& key) { return encode_fields(kKey, key); }
Json encode(const ObjectListView& list) { return encode_fields(kList, list); }

std::optional<ObjectPlace> read_place(std::string_view cursor) {
    for (std::size_t i = 0; i < std::size(kObjectKinds); ++i) {
        const std::string start = std::string(kObjectKinds[i]) + ":";
        if (!cursor.starts_with(start)) continue;
        ObjectPlace place{static_cast<ObjectKind>(i), 0};
        const char* const end = cursor.data() + cursor.size();
        const auto [stop, error] = std::from_chars(cursor.data() + start.size(), end, place.place);
        if (error == std::errc() && stop == end) return place;
    }
    return std::nullopt;
}

void add_object_schemas(Json& schemas) {
    schemas["LoadedObject"] = schema_of_fields(kLoaded);
    schemas["UnloadedObject"] = schema_of_fields(kUnloaded);
    schemas["Key"] = schema_of_fields(kKey);
    schemas["ObjectList"] = schema_of_fields(kList);
    schemas["Object"] = schema_of_fields(kRow);
    schemas["ObjectKind"] = schema_of_choices(kObjectKinds);
    schemas["ObjectOrigin"] = schema_of_choices(kOrigins);
}

}  // namespace xfrmd::daemon::api
