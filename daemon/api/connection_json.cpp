#include "daemon/api/sa_json.h"
#include "daemon/api/view_json.h"

namespace xfrmd::daemon::api {

namespace {

using Child = ConfiguredChildView;
constexpr Field<Child> kChild[] = {
    {"name", "string", "of the child", [](const Child& v) -> Json { return v.name; }},
    {"mode", "Mode", "of ESP", [](const Child& v) -> Json { return name(v.mode); }},
    {"local_ts", "string[]", "local selectors", [](const Child& v) -> Json { return v.local_ts; }},
    {"remote_ts", "string[]", "remote selectors", [](const Child& v) -> Json { return v.remote_ts; }},
    {"esp_proposals", "string[]", "in order of preference", [](const Child& v) -> Json { return v.esp_proposals; }},
    {"start_action", "string", "what happens when it is loaded", [](const Child& v) -> Json { return v.start_action; }},
};

Json encode_child(const Child& child) { return encode_fields(kChild, child); }

using Connection = ConnectionView;
constexpr Field<Connection> kConnection[] = {
    {"name", "string", "of the connection", [](const Connection& v) -> Json { return v.name; }},
    {"local_addrs", "string[]", "empty: any", [](const Connection& v) -> Json { return v.local_addrs; }},
    {"remote_addrs", "string[]", "empty: any", [](const Connection& v) -> Json { return v.remote_addrs; }},
    {"local_id", "string", "the identity we prove", [](const Connection& v) -> Json { return v.local_id; }},
    {"remote_id", "string", "the identity we demand", [](const Connection& v) -> Json { return v.remote_id; }},
    {"auth", "string", "how they prove it, psk or pubkey; \"pubkey / psk\" where that differs, we first",
     [](const Connection& v) -> Json { return v.auth; }},
    {"proposals", "string[]", "in order of preference", [](const Connection& v) -> Json { return v.proposals; }},
    {"children", "ConfiguredChild[]", "what it can protect",
     [](const Connection& v) { return encode_all<Child>(v.children, encode_child); }},
    {"ike_sas", "integer", "established now", [](const Connection& v) -> Json { return v.ike_sas; }},
    {"child_sas", "integer", "installed now", [](const Connection& v) -> Json { return v.child_sas; }},
};

Json encode_connection(const Connection& connection) { return encode_fields(kConnection, connection); }

constexpr Field<ConnectionPage> kConnectionList[] = {
    {"items", "Connection[]", "in ascending order of name",
     [](const ConnectionPage& v) { return encode_all<Connection>(v.items, encode_connection); }},
    {"next_cursor", "string?", "give it as `cursor` for what follows, null at the end",
     [](const ConnectionPage& v) { return v.more && !v.items.empty() ? Json(v.items.back().name) : Json(nullptr); }},
    {"revision", "integer", "grows with every change of state",
     [](const ConnectionPage& v) -> Json { return v.revision; }},
};

}  // namespace

Json encode(const ConnectionPage& page) { return encode_fields(kConnectionList, page); }

void add_connection_schemas(Json& schemas) {
    schemas["ConnectionList"] = schema_of_fields(kConnectionList);
    schemas["Connection"] = schema_of_fields(kConnection);
    schemas["ConfiguredChild"] = schema_of_fields(kChild);
}

}  // namespace xfrmd::daemon::api
