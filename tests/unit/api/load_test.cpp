// Loading, unloading and listing what is configured: one set with that of files and vici.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "ike/base/bytes.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/api/fake_service.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

struct Desk {
    FakeService service;
    std::vector<AuditEntry> audited;
    Rpc rpc{service, [this](const AuditEntry& entry) { audited.push_back(entry); }};

    Json reply(std::string_view method, const Json& params) { return ask(rpc, request(method, params.dump())).json; }
    Json result(std::string_view method, const Json& params) {
        const Json answer = reply(method, params);
        INFO(answer.dump());
        REQUIRE(answer.contains("result"));
        return answer.at("result");
    }
    Json error(std::string_view method, const Json& params) { return reply(method, params).at("error"); }
    Json refused(std::string_view method, const Json& params) { return error(method, params).at("data"); }
    // What is wrong with the connection "gw", with one member changed.
    Json refused_with(const std::string& member, const Json& value);
};

Json connection() {
    return Json::parse(R"({
        "local_addrs": ["192.0.2.1"], "remote_addrs": ["192.0.2.2"], "mobike": "no",
        "local": {"auth": "psk", "id": "moon"}, "remote": {"auth": "psk", "id": "sun"},
        "children": {"net": {"local_ts": ["10.1.0.0/24"], "remote_ts": ["10.2.0.0/24"]}, "dmz": {"mode": "transport"}}
    })");
}

Json named(const std::string& name, const Json& section) { return {{"name", name}, {"section", section}}; }

Json Desk::refused_with(const std::string& member, const Json& value) {
    Json section = connection();
    section[member] = value;
    return refused("conn.load", named("gw", section));
}

std::string pem_of(const std::string& label, const base::Bytes& der) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < der.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < der.size() ? der[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k) {
            const bool is_padding = i + k > der.size();
            text += is_padding ? '=' : kDigits[bits >> (18 - 6 * k) & 63U];
        }
    }
    std::string lines;
    for (std::size_t i = 0; i < text.size(); i += 64) lines += text.substr(i, 64) + "\n";
    return "-----BEGIN " + label + "-----\n" + lines + "-----END " + label + "-----\n";
}

}  // namespace

TEST_CASE("a connection is loaded as swanctl.conf has it, and unloaded", "[api]") {
    Desk desk;
    CHECK(desk.result("conn.load", named("gw", connection())) == Json::parse(R"({"name": "gw", "warnings": []})"));
    const policy::Snapshot snapshot = desk.service.set.snapshot();
    const policy::Connection* gw = snapshot->connection("gw");
    REQUIRE(gw != nullptr);
    CHECK(gw->local.id == policy::Identity::parse("moon"));
    CHECK_FALSE(gw->mobike);
    REQUIRE(gw->children.size() == 2);
    CHECK(gw->child("dmz")->mode == policy::Mode::transport);
    CHECK(desk.result("conn.unload", {{"name", "gw"}}) == Json::parse(R"({"name": "gw"})"));
    CHECK(desk.service.set.snapshot()->connection("gw") == nullptr);
    CHECK(desk.refused("conn.unload", {{"name", "gw"}}).at("kind") == "conn.not_found");
}

TEST_CASE("all that is wrong with a section is told, with where it stands", "[api]") {
    Desk desk;
    Json section = connection();
    section["children"]["net"]["mode"] = "tunel";
    section["moblike"] = "no";
    section["remote"]["auth"] = "magic";
    const Json error = desk.error("conn.load", named("gw", section));
    CHECK(error.at("data").at("kind") == "config.invalid");
    CHECK(error.at("data").at("pointer") == "/section/children/net/mode");
    CHECK(error.at("message").get<std::string>().starts_with("connections.gw.children.net.mode: "));
    const Json& problems = error.at("data").at("problems");
    REQUIRE(problems.size() == 3);
    CHECK(problems[0].at("pointer") == "/section/children/net/mode");
    CHECK(problems[1].at("pointer") == "/section/moblike");
    CHECK(problems[1].at("message").get<std::string>().find("mobike") != std::string::npos);
    CHECK(problems[2].at("pointer") == "/section/remote/auth");
    CHECK(desk.service.set.connection_names().empty());
}

TEST_CASE("a list where swanctl.conf has none is refused, and the other way round", "[api]") {
    Desk desk;
    CHECK(desk.refused_with("mobike", {"no"}).at("problems")[0].at("message") ==
          "connections.gw.mobike: expected no list");
    CHECK(desk.refused_with("local_addrs", "192.0.2.1").at("problems")[0].at("message") ==
          "connections.gw.local_addrs: expected a list");
}

TEST_CASE("what is no text, list of texts or section is refused", "[api][hostile-h4]") {
    Desk desk;
    for (const Json& value : {Json(false), Json(3600), Json(nullptr), Json::parse("[1]"), Json::parse("[[]]")}) {
        const Json data = desk.refused_with("mobike", value);
        CHECK(data.at("kind") == "rpc.invalid_params");
        CHECK(data.at("pointer") == "/section/mobike");
    }
    CHECK(desk.refused("conn.load", {{"name", "gw"}}).at("pointer") == "/section");
    CHECK(desk.refused("conn.load", named("", connection())).at("pointer") == "/name");
    CHECK(desk.refused("conn.load", {{"name", "gw"}, {"section", "x"}}).at("pointer") == "/section");
}

TEST_CASE("sections are bounded as vici's are", "[api][hostile-h2]") {
    Desk desk;
    CHECK(desk.refused("conn.load", named(std::string(256, 'x'), connection())).at("pointer") == "/name");
    CHECK(desk.refused_with(std::string(256, 'x'), "no").at("kind") == "rpc.invalid_params");
    CHECK(desk.refused_with("", "no").at("pointer") == "/section");
    CHECK(desk.refused_with("mobike", std::string(65536, 'x')).at("pointer") == "/section/mobike");
    Json deep = "no";
    for (int i = 0; i < 16; ++i) deep = Json{{"x", deep}};
    CHECK(desk.refused_with("children", deep).at("kind") == "rpc.invalid_params");
    CHECK(desk.refused_with("local_addrs", Json(std::vector<std::string>(65536, ""))).at("pointer") == "/section");
}

TEST_CASE("a shared secret is loaded as swanctl.conf has it, and is not told to anybody", "[api]") {
    Desk desk;
    const Json section = {{"id-a", "moon"}, {"id-b", "sun"}, {"secret", "0x6c61626f"}};
    CHECK(desk.result("secret.load", named("ike-gw", section)).at("name") == "ike-gw");
    const auto snapshot = desk.service.set.snapshot();
    REQUIRE(snapshot->secrets().size() == 1);
    CHECK(snapshot->secrets().front().owners.size() == 2);
    CHECK(snapshot->secrets().front().secret.size() == 4);
    CHECK(desk.refused("secret.load", named("ike-x", {{"id", "moon"}})).at("kind") == "config.invalid");
    CHECK(desk.refused("secret.load", named("private-x", section)).at("pointer") == "/section");
    const Json bad = desk.error("secret.load", named("ike-x", {{"secret", "0xlaboratory"}}));
    CHECK(bad.at("data").at("pointer") == "/section/secret");
    CHECK(bad.dump().find("laboratory") == std::string::npos);
    CHECK(desk.result("secret.unload", {{"name", "ike-gw"}}).at("name") == "ike-gw");
    CHECK(desk.service.set.snapshot()->secrets().empty());
    CHECK(desk.refused("secret.unload", {{"name", "ike-gw"}}).at("kind") == "object.not_found");
}

TEST_CASE("the audit tells what was loaded, and nothing of what is in it", "[api]") {
    Desk desk;
    desk.reply("secret.load", named("ike-gw", {{"secret", "laboratory"}}));
    desk.reply("secret.load", {{"name", "ike-gw"}, {"secret", "laboratory"}});
    desk.reply("secret.load", {{"name", {{"secret", "laboratory"}}}});
    desk.reply("key.load", {{"key", "laboratory"}});
    ask(desk.rpc,
        R"({"jsonrpc":"2.0","method":"secret.load","params":{"name":"a","section":{"secret":"laboratory"}}})");
    desk.reply("conn.unload", {{"name", "none"}});
    REQUIRE(desk.audited.size() == 6);
    for (const AuditEntry& entry : desk.audited) CHECK(entry.to_string().find("laboratory") == std::string::npos);
    CHECK(desk.audited[0].method == "secret.load");
    CHECK(desk.audited[0].params == R"({"name":"ike-gw"})");
    CHECK(desk.audited[0].outcome == "ok");
    CHECK(desk.audited[1].outcome == "rpc.invalid_params");
    CHECK(desk.audited[3].outcome == "object.refused");
    CHECK(desk.audited[4].outcome.starts_with("refused"));
    CHECK(desk.audited[5].params == R"({"name":"none"})");
}

TEST_CASE("a private key is loaded in PEM and known by its id", "[api]") {
    Desk desk;
    const auto key = tests::small_key(2);
    const Json loaded = desk.result("key.load", {{"key", pem_of("PRIVATE KEY", key.pkcs8())}});
    CHECK(desk.service.set.key_ids() == std::vector<std::string>{loaded.at("id").get<std::string>()});
    CHECK(desk.result("key.unload", loaded) == loaded);
    CHECK(desk.refused("key.unload", loaded).at("kind") == "object.not_found");
    CHECK(desk.refused("key.load", {{"key", "x"}}).at("kind") == "object.refused");
}

TEST_CASE("an authority is loaded with its certificate in PEM", "[api]") {
    Desk desk;
    const tests::TestIssuer root{"CN=root", tests::small_key(1)};
    const std::string pem = pem_of("CERTIFICATE", tests::make_root(root).der());
    const Json section = {{"cacert", pem}, {"crl_uris", {"http://crl.example/root.crl"}}};
    CHECK(desk.result("authority.load", named("root", section)).at("warnings").empty());
    REQUIRE(desk.service.set.authorities().size() == 1);
    CHECK(desk.service.set.authorities().front().uris.crl.size() == 1);
    CHECK(desk.refused("authority.load", named("none", Json::object())).at("kind") == "config.invalid");
    desk.result("authority.unload", {{"name", "root"}});
    CHECK(desk.refused("authority.unload", {{"name", "root"}}).at("kind") == "object.not_found");
}

TEST_CASE("a pool counts at once, and stays while somebody has an address of it", "[api]") {
    Desk desk;
    CHECK(desk.result("pool.load", named("rw", {{"addrs", "10.3.0.0/24"}, {"dns", {"10.3.0.1"}}})).at("name") == "rw");
    CHECK(desk.service.settled == 1);
    CHECK(desk.service.set.snapshot()->pools().size() == 1);
    CHECK(desk.refused("pool.load", named("x", {{"addrs", "nowhere"}})).at("pointer") == "/section/addrs");
    desk.service.objection = "pool rw has leases";
    const Json error = desk.error("pool.unload", {{"name", "rw"}});
    CHECK(error.at("data").at("kind") == "object.refused");
    CHECK(error.at("message") == "pool rw has leases");
    desk.service.objection = "";
    desk.result("pool.unload", {{"name", "rw"}});
    CHECK(desk.service.settled > 1);
    CHECK(desk.refused("pool.unload", {{"name", "rw"}}).at("kind") == "object.not_found");
}

TEST_CASE("object.list tells who has loaded what, a page at a time", "[api]") {
    Desk desk;
    desk.result("conn.load", named("gw", connection()));
    desk.result("conn.load", named("far", connection()));
    desk.result("secret.load", named("ike-gw", {{"secret", "laboratory"}}));
    LoadShared nameless{"", "ike", base::SecretBytes(base::as_bytes("x")), {}};
    REQUIRE(desk.service.set.load_shared(std::move(nameless)));
    desk.result("pool.load", named("rw", {{"addrs", "10.3.0.0/24"}}));
    const Json all = desk.result("object.list", Json::object());
    CHECK(all.at("items") == Json::parse(R"([
        {"kind": "connection", "name": "gw", "from": "json-rpc"}, {"kind": "connection", "name": "far", "from": "json-rpc"},
        {"kind": "secret", "name": "ike-gw", "from": "json-rpc"}, {"kind": "secret", "name": null, "from": "vici"},
        {"kind": "pool", "name": "rw", "from": "json-rpc"}])"));
    CHECK(all.at("next_cursor").is_null());
    Json pages = Json::array();
    Json params = {{"limit", 2}};
    for (int turn = 0; turn < 5; ++turn) {
        const Json page = desk.result("object.list", params);
        for (const Json& item : page.at("items")) pages.push_back(item);
        if (page.at("next_cursor").is_null()) break;
        params["cursor"] = page.at("next_cursor");
    }
    CHECK(pages == all.at("items"));
    const auto count = [&](const Json& filter) {
        return desk.result("object.list", {{"filter", filter}}).at("items").size();
    };
    CHECK(count({{"kind", "connection"}}) == 2);
    CHECK(count({{"from", "vici"}}) == 1);
    CHECK(count({{"kind", "pool"}, {"from", "files"}}) == 0);
    CHECK(desk.refused("object.list", {{"cursor", "zz:1"}}).at("pointer") == "/cursor");
    CHECK(desk.refused("object.list", {{"cursor", "pool:x"}}).at("pointer") == "/cursor");
    CHECK(desk.refused("object.list", {{"filter", {{"from", "me"}}}}).at("pointer") == "/filter/from");
}

TEST_CASE("sections are described by the keys that are honoured", "[api][openrpc]") {
    Desk desk;
    const Json schemas = desk.result("rpc.discover", Json::object()).at("components").at("schemas");
    const Json& connection = schemas.at("ConnectionSection");
    CHECK(connection.at("properties").at("mobike").at("type") == "string");
    CHECK(connection.at("properties").at("local_addrs").at("type") == "array");
    CHECK(schemas.at("SecretSection").at("patternProperties").contains("^id"));
    CHECK(schemas.at("ChildSection").at("properties").contains("esp_proposals"));
}
