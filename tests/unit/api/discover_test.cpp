#include "daemon/api/discover.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "daemon/api/view_json.h"
#include "tests/unit/api/fake_service.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

Json document() {
    FakeService service;
    Rpc rpc(service, nullptr);
    return ask(rpc, request("rpc.discover")).json.at("result");
}

void collect_references(const Json& value, std::set<std::string>& references) {
    if (value.is_object() && value.contains("$ref")) references.insert(value.at("$ref").get<std::string>());
    for (const auto& member : value) {
        if (member.is_structured()) collect_references(member, references);
    }
}

// A value is what its schema says: enough of JSON Schema for the schemas we write.
bool fits(const Json& value, const Json& schema, const Json& schemas) {
    if (schema.contains("$ref")) {
        const auto name = schema.at("$ref").get<std::string>().substr(std::string("#/components/schemas/").size());
        return fits(value, schemas.at(name), schemas);
    }
    if (schema.contains("anyOf")) {
        return fits(value, schema.at("anyOf")[0], schemas) || fits(value, schema.at("anyOf")[1], schemas);
    }
    const auto type = schema.at("type").get<std::string>();
    if (type == "null") return value.is_null();
    if (type == "integer") return value.is_number_integer();
    if (type == "boolean") return value.is_boolean();
    if (type == "string") {
        if (!value.is_string()) return false;
        if (!schema.contains("enum")) return true;
        return std::find(schema.at("enum").begin(), schema.at("enum").end(), value) != schema.at("enum").end();
    }
    if (type == "array") {
        return value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json& item) {
                   return fits(item, schema.at("items"), schemas);
               });
    }
    if (!value.is_object() || !schema.contains("properties")) return value.is_object();
    for (const auto& member : value.items()) {
        if (!schema.at("properties").contains(member.key())) return false;
        if (!fits(member.value(), schema.at("properties").at(member.key()), schemas)) return false;
    }
    return value.size() == schema.at("required").size();
}

}  // namespace

TEST_CASE("the document lists every method of the table with its parameters", "[api][openrpc]") {
    const Json openrpc = document();
    CHECK(openrpc.at("openrpc") == "1.3.2");
    CHECK(openrpc.at("info").contains("version"));
    REQUIRE(openrpc.at("methods").size() == all_methods().size());
    for (std::size_t i = 0; i < all_methods().size(); ++i) {
        const Method& row = all_methods()[i];
        const Json& method = openrpc.at("methods")[i];
        CAPTURE(row.name);
        CHECK(method.at("name") == row.name);
        CHECK(method.at("paramStructure") == "by-name");
        CHECK(method.at("x-mutates") == row.mutates);
        REQUIRE(method.at("params").size() == row.params.size());
        for (std::size_t j = 0; j < row.params.size(); ++j) {
            CHECK(method.at("params")[j].at("name") == row.params[j].name);
            CHECK(method.at("params")[j].at("required") == row.params[j].required);
            CHECK_FALSE(method.at("params")[j].at("description").get<std::string>().empty());
        }
    }
}

TEST_CASE("the table has the methods that were promised, each once, as noun and verb", "[api]") {
    std::set<std::string_view> names;
    for (const Method& row : all_methods()) {
        CHECK(names.insert(row.name).second);
        CHECK(row.name.find('.') != std::string_view::npos);
        CHECK(row.handler != nullptr);
        CHECK(find_method(row.name) == &row);
    }
    CHECK(names == std::set<std::string_view>{"sa.list",          "sa.get",
                                              "sa.clear",         "sa.rekey",
                                              "sa.redirect",      "sa.initiate",
                                              "conn.list",        "conn.load",
                                              "conn.unload",      "secret.load",
                                              "secret.unload",    "key.load",
                                              "key.unload",       "authority.load",
                                              "authority.unload", "pool.load",
                                              "pool.unload",      "object.list",
                                              "kernel.status",    "kernel.reconcile",
                                              "events.subscribe", "events.unsubscribe",
                                              "system.info",      "rpc.discover"});
    CHECK(find_method("sa.lis") == nullptr);
}

TEST_CASE("what changes something is marked so", "[api]") {
    for (const Method& row : all_methods()) {
        const bool loads = row.name.ends_with(".load") || row.name.ends_with(".unload");
        CHECK(row.mutates == (loads || row.name == "sa.clear" || row.name == "sa.rekey" || row.name == "sa.redirect" ||
                              row.name == "sa.initiate" || row.name == "kernel.reconcile"));
    }
}

TEST_CASE("every schema that is referred to is there", "[api][openrpc]") {
    const Json openrpc = document();
    std::set<std::string> references;
    collect_references(openrpc, references);
    CHECK(references.size() > 10);
    for (const std::string& reference : references) {
        CAPTURE(reference);
        CHECK(openrpc.contains(Json::json_pointer(reference.substr(1))));
    }
}

TEST_CASE("results are what the document says", "[api][openrpc]") {
    FakeService service;
    IkeSaView sa = ike_view(7, "gw");
    sa.child_sas = {child_view(12, "net")};
    service.sas = {sa, IkeSaView{}};
    service.manual = {manual_view("ospf"), ManualSaView{}};
    service.connections = {connection_view("gw", {"net"})};
    service.drift = KernelDrift{{"a policy"}, {{SaId{7, 12}, "gw", "net"}}, {"another one"}, 1};
    Rpc rpc(service, nullptr);
    const Json openrpc = document();
    const Json& all = openrpc.at("components").at("schemas");
    const std::pair<const char*, const char*> calls[] = {
        {"sa.list", "{}"},
        {"sa.get", R"({"id":"7"})"},
        {"sa.clear", R"({"all":true})"},
        {"sa.rekey", R"({"conn":"gw"})"},
        {"sa.redirect", R"({"id":"7","gateway":"192.0.2.3"})"},
        {"sa.initiate", R"({"conn":"gw"})"},
        {"conn.list", "{}"},
        {"secret.load", R"({"name":"ike-a","section":{"secret":"x"}})"},
        {"object.list", "{}"},
        {"secret.unload", R"({"name":"ike-a"})"},
        {"kernel.status", "{}"},
        {"kernel.reconcile", "{}"},
        {"events.subscribe", R"({"topics":["sa"]})"},
        {"events.unsubscribe", "{}"},
        {"system.info", "{}"},
        {"rpc.discover", "{}"}};
    for (const auto& [method, params] : calls) {
        CAPTURE(method);
        const Json result = ask(rpc, request(method, params)).json.at("result");
        CHECK(fits(result, {{"$ref", "#/components/schemas/" + std::string(find_method(method)->result)}}, all));
    }
}

TEST_CASE("notifications are what the document says", "[api][openrpc]") {
    const Json openrpc = document();
    REQUIRE(openrpc.at("x-notifications").size() == all_notifications().size());
    EventLog log;
    Subscription subscription(log);
    Topics both;
    both.add(Topic::kernel);
    both.add(Topic::sa);
    REQUIRE(subscription.add(both, std::nullopt));
    for (std::size_t i = 0; i < kMaxEvents; ++i) log.publish(drift_event("policy"));
    log.publish(sa_event(EventKind::child_installed, SaId{7, 12}, "net"));
    std::set<std::string> told;
    while (const auto line = subscription.next()) {
        const Json said = Json::parse(*line);
        told.insert(said.at("method").get<std::string>());
        const auto& rows = openrpc.at("x-notifications");
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const Json& one) { return one.at("name") == said.at("method"); });
        REQUIRE(row != rows.end());
        CHECK(fits(said.at("params"), row->at("params"), openrpc.at("components").at("schemas")));
    }
    CHECK(told == std::set<std::string>{"event", "events.lagged"});
}

TEST_CASE("defaults in the table are what their own type and range allow", "[api]") {
    for (const Method& row : all_methods()) {
        for (const Parameter& parameter : row.params) {
            if (parameter.default_json.empty()) continue;
            CAPTURE(row.name, parameter.name);
            const Json value = Json::parse(parameter.default_json);
            if (parameter.type == ParamType::integer) {
                CHECK(value.get<std::int64_t>() >= parameter.minimum);
                CHECK(value.get<std::int64_t>() <= parameter.maximum);
            }
            CHECK(value.is_boolean() == (parameter.type == ParamType::boolean));
        }
    }
}
