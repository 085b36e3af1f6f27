// What is loaded, as JSON, and what loading and unloading answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/objects/object_list.h"

namespace xfrmd::daemon::api {

struct LoadedObject {
    std::string name;
    std::vector<std::string> warnings;  // what works, but perhaps not as meant
};
Json encode(const LoadedObject& loaded);

struct UnloadedObject {
    std::string name;
};
Json encode(const UnloadedObject& unloaded);

// What key.load answers, and key.unload.
struct KeyOf {
    std::string id;
};
Json encode(const KeyOf& key);

struct ObjectListView {
    ObjectPage page;
    std::uint64_t revision = 0;
};
Json encode(const ObjectListView& list);
// Where a page of object.list begins: "connection:17".
std::optional<ObjectPlace> read_place(std::string_view cursor);

void add_object_schemas(Json& schemas);

}  // namespace xfrmd::daemon::api
