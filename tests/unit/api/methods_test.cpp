#include <catch2/catch_test_macros.hpp>
#include <string>

#include "tests/unit/api/fake_service.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

struct Desk {
    FakeService service;
    Rpc rpc{service, nullptr};

    Desk() {
        IkeSaView gw = ike_view(7, "gw");
        gw.child_sas = {child_view(12, "net"), child_view(13, "dmz")};
        service.sas = {gw, ike_view(9, "branch", "198.51.100.1")};
        service.connections = {connection_view("branch", {"net"}), connection_view("gw", {"dmz", "net"})};
    }
    Json reply(std::string_view method, std::string_view params) { return ask(rpc, request(method, params)).json; }
    Json result(std::string_view method, std::string_view params) { return reply(method, params).at("result"); }
    Json error(std::string_view method, std::string_view params) { return reply(method, params).at("error"); }
    std::string kind(std::string_view method, std::string_view params) {
        return error(method, params).at("data").at("kind").get<std::string>();
    }
};

}  // namespace

TEST_CASE("sa.list shows IKE SAs with their children", "[api]") {
    Desk desk;
    desk.service.sas[0].child_sas[0].offload = OffloadView{OffloadMode::packet, "eth0"};
    const Json result = desk.result("sa.list", "{}");
    CHECK(result.at("revision") == 5);
    CHECK(result.at("next_cursor").is_null());
    REQUIRE(result.at("items").size() == 2);
    CHECK(result.at("items")[0] == Json::parse(R"({
        "id": "7", "conn": "gw", "state": "established", "role": "initiator",
        "local": {"address": "192.0.2.2", "port": 500, "id": "left.example.org"},
        "remote": {"address": "192.0.2.1", "port": 500, "id": "right.example.org"},
        "path": "direct", "spi_i": "0123456789abcdef", "spi_r": "fedcba9876543210",
        "algorithms": "AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519",
        "key_exchanges": ["CURVE_25519"], "quantum_resistant": false, "ppk": true,
        "ppk_exchange": "IKE_AUTH",
        "age_seconds": 200, "rekey_in_seconds": null,
        "local_vips": [], "remote_vips": ["10.3.0.1"], "last_error": null,
        "child_sas": [
            {"id": "7.12", "child": "net", "state": "installed", "mode": "tunnel", "cpu": null, "spi_in": "c1234567",
             "spi_out": "c89abcde", "reqid": 1, "algorithms": "AES_GCM_16_256", "key_exchanges": [],
             "quantum_resistant": true, "age_seconds": 192,
             "rekey_in_seconds": null, "bytes_in": 1200000, "bytes_out": 3400, "packets_in": 0, "packets_out": 0,
             "offload": {"mode": "packet", "interface": "eth0"}, "local_ts": ["10.1.0.0/16"], "remote_ts": ["10.2.0.0/16"], "last_error": null},
            {"id": "7.13", "child": "dmz", "state": "installed", "mode": "tunnel", "cpu": null, "spi_in": "c1234567",
             "spi_out": "c89abcde", "reqid": 1, "algorithms": "AES_GCM_16_256", "key_exchanges": [],
             "quantum_resistant": true, "age_seconds": 192,
             "rekey_in_seconds": null, "bytes_in": 1200000, "bytes_out": 3400, "packets_in": 0, "packets_out": 0,
             "offload": null, "local_ts": ["10.1.0.0/16"], "remote_ts": ["10.2.0.0/16"], "last_error": null}
        ]})"));
}

TEST_CASE("sa.list filters and pages", "[api]") {
    Desk desk;
    CHECK(desk.result("sa.list", R"({"filter":{"conn":"branch"}})").at("items").size() == 1);
    CHECK(desk.result("sa.list", R"({"filter":{"conn":"none"}})").at("items").empty());
    CHECK(desk.result("sa.list", R"({"filter":{"kind":"child"}})").at("items").size() == 1);
    CHECK(desk.result("sa.list", R"({"filter":{"peer":"198.51.100.0/24"}})").at("items")[0].at("id") == "9");
    const Json first = desk.result("sa.list", R"({"limit":1})");
    CHECK(first.at("items")[0].at("id") == "7");
    CHECK(first.at("next_cursor") == "7");
    const Json second = desk.result("sa.list", R"({"limit":1,"cursor":"7"})");
    CHECK(second.at("items")[0].at("id") == "9");
    CHECK(second.at("next_cursor").is_null());
    CHECK(desk.error("sa.list", R"({"cursor":"x"})").at("data").at("pointer") == "/cursor");
    CHECK(desk.error("sa.list", R"({"filter":{"connn":"gw"}})").at("data").at("pointer") == "/filter/connn");
    CHECK(desk.error("sa.list", R"({"filter":{"state":"instaled"}})").at("data").at("did_you_mean") == "installed");
    CHECK(desk.error("sa.list", R"({"limit":100000})").at("code") == -32602);
}

TEST_CASE("sa.get finds by either kind of id", "[api]") {
    Desk desk;
    CHECK(desk.result("sa.get", R"({"id":"7"})").at("child_sas").size() == 2);
    CHECK(desk.result("sa.get", R"({"id":"7.13"})").at("child_sas").size() == 1);
    CHECK(desk.kind("sa.get", R"({"id":"8"})") == "sa.not_found");
    CHECK(desk.error("sa.get", R"({"id":"gw"})").at("data").at("pointer") == "/id");
    CHECK(desk.error("sa.get", "{}").at("data").at("pointer") == "/id");
}

TEST_CASE("sa.clear deletes what is named and counts the outcomes", "[api]") {
    Desk desk;
    const Json result = desk.result("sa.clear", R"({"conn":"gw","timeout":3})");
    CHECK(result.at("matched") == 1);
    CHECK(result.at("acknowledged") == 1);
    CHECK(result.at("failed") == 0);
    CHECK(result.at("truncated") == false);
    CHECK(result.at("items")[0] == Json::parse(R"({"id":"7","kind":"ike","conn":"gw","child":null,
        "outcome":"acknowledged","traffic":"blocked","error":null})"));
    REQUIRE(desk.service.cleared.size() == 1);
    CHECK(desk.service.cleared[0].timeout == std::chrono::seconds(3));
    CHECK(desk.service.cleared[0].filter.kind == SaKind::ike);
    CHECK_FALSE(desk.service.cleared[0].force);
}

TEST_CASE("sa.clear takes children alone where a child is named or asked for", "[api]") {
    Desk desk;
    CHECK(desk.result("sa.clear", R"({"child":"net"})").at("items")[0].at("id") == "7.12");
    CHECK(desk.result("sa.clear", R"({"id":"7.13"})").at("items")[0].at("child") == "dmz");
    CHECK(desk.result("sa.clear", R"({"conn":"gw","kind":"child"})").at("matched") == 2);
    CHECK(desk.result("sa.clear", R"({"child":"net","kind":"ike"})").at("items")[0].at("id") == "7");
}

TEST_CASE("sa.clear does nothing without a selector, with a wrong one, or on a dry run", "[api]") {
    Desk desk;
    CHECK(desk.kind("sa.clear", "{}") == "rpc.invalid_params");
    CHECK(desk.kind("sa.clear", R"({"kind":"ike","force":true})") == "rpc.invalid_params");
    CHECK(desk.kind("sa.clear", R"({"conn":""})") == "rpc.invalid_params");
    CHECK(desk.error("sa.clear", R"({"all":true,"conn":"gw"})").at("data").at("pointer") == "/all");
    CHECK(desk.error("sa.clear", R"({"id":"x"})").at("data").at("pointer") == "/id");
    CHECK(desk.service.cleared.empty());
    CHECK(desk.kind("sa.clear", R"({"conn":"none"})") == "sa.not_found");
    const Json dry = desk.result("sa.clear", R"({"all":true,"dry_run":true})");
    CHECK(dry.at("dry_run") == true);
    CHECK(dry.at("matched") == 2);
    CHECK(dry.at("items")[0].at("outcome") == "matched");
    desk.service.sas.clear();
    CHECK(desk.result("sa.clear", R"({"all":true})").at("matched") == 0);
}

TEST_CASE("sa.redirect takes one IKE SA and an address", "[api]") {
    Desk desk;
    const Json result = desk.result("sa.redirect", R"({"id":"7","gateway":"2001:db8::3","timeout":3})");
    CHECK(result == Json::parse(R"({"id":"7","gateway":"2001:db8::3"})"));
    REQUIRE(desk.service.redirected.size() == 1);
    CHECK(desk.service.redirected[0].timeout == std::chrono::seconds(3));
    CHECK(desk.kind("sa.redirect", R"({"id":"8","gateway":"192.0.2.3"})") == "sa.not_found");
    CHECK(desk.error("sa.redirect", R"({"id":"7.12","gateway":"192.0.2.3"})").at("data").at("pointer") == "/id");
    CHECK(desk.error("sa.redirect", R"({"id":"7","gateway":"gw2"})").at("data").at("pointer") == "/gateway");
    CHECK(desk.kind("sa.redirect", R"({"id":"7"})") == "rpc.invalid_params");
    CHECK(desk.service.redirected.size() == 2);
}

TEST_CASE("sa.rekey takes IKE SAs, or children where a child is named or asked for", "[api]") {
    Desk desk;
    const Json result = desk.result("sa.rekey", R"({"conn":"gw","timeout":3})");
    CHECK(result.at("matched") == 1);
    CHECK(result.at("rekeyed") == 1);
    CHECK(result.at("items")[0] == Json::parse(R"({"id":"7","kind":"ike","conn":"gw","child":null,
                                                   "outcome":"rekeyed","error":null})"));
    CHECK(desk.service.rekeyed.at(0).timeout == std::chrono::seconds(3));
    CHECK(desk.result("sa.rekey", R"({"id":"7.12"})").at("items")[0].at("child") == "net");
    desk.service.failing = "dmz";
    const Json both = desk.result("sa.rekey", R"({"conn":"gw","kind":"child"})");
    CHECK(both.at("matched") == 2);
    CHECK(both.at("failed") == 1);
    CHECK(both.at("items")[0].at("error") == "the peer is busy");
    CHECK(desk.kind("sa.rekey", "{}") == "rpc.invalid_params");
    CHECK(desk.kind("sa.rekey", R"({"id":"x"})") == "rpc.invalid_params");
    CHECK(desk.kind("sa.rekey", R"({"conn":"none"})") == "sa.not_found");
}

TEST_CASE("sa.clear shows failures first and not every one of many", "[api]") {
    Desk desk;
    desk.service.sas.clear();
    for (std::uint64_t id = 1; id <= kMaxPage + 5; ++id) desk.service.sas.push_back(ike_view(id, "gw"));
    const Json result = desk.result("sa.clear", R"({"all":true})");
    CHECK(result.at("acknowledged") == kMaxPage + 5);
    CHECK(result.at("items").size() == kMaxPage);
    CHECK(result.at("truncated") == true);
    desk.service.clear_outcome = ClearOutcome::failed;
    CHECK(desk.result("sa.clear", R"({"all":true})").at("failed") == kMaxPage + 5);
}

TEST_CASE("sa.initiate finds the one child that is meant", "[api]") {
    Desk desk;
    CHECK(desk.result("sa.initiate", R"({"conn":"gw","child":"net"})") ==
          Json::parse(R"({"id":"7.12","conn":"gw","child":"net","existed":false})"));
    CHECK(desk.result("sa.initiate", R"({"child":"dmz","timeout":5})").at("conn") == "gw");
    CHECK(desk.result("sa.initiate", R"({"conn":"branch"})").at("child") == "net");
    REQUIRE(desk.service.initiated.size() == 3);
    CHECK(desk.service.initiated[1].timeout == std::chrono::seconds(5));
}

TEST_CASE("sa.initiate refuses what is unknown or ambiguous", "[api]") {
    Desk desk;
    CHECK(desk.kind("sa.initiate", "{}") == "rpc.invalid_params");
    CHECK(desk.kind("sa.initiate", R"({"conn":"none"})") == "conn.not_found");
    CHECK(desk.kind("sa.initiate", R"({"conn":"branch","child":"dmz"})") == "conn.not_found");
    const Json error = desk.error("sa.initiate", R"({"child":"net"})");
    CHECK(error.at("data").at("kind") == "conn.ambiguous");
    CHECK(error.at("data").at("choices") == Json::parse(R"(["branch/net","gw/net"])"));
    CHECK(desk.kind("sa.initiate", R"({"conn":"gw"})") == "conn.ambiguous");
    CHECK(desk.service.initiated.empty());
}

TEST_CASE("conn.list shows what is configured", "[api]") {
    Desk desk;
    const Json result = desk.result("conn.list", R"({"filter":{"conn":"branch"}})");
    REQUIRE(result.at("items").size() == 1);
    CHECK(result.at("items")[0] == Json::parse(R"({
        "name": "branch", "local_addrs": [], "remote_addrs": ["192.0.2.1"], "local_id": "left.example.org",
        "remote_id": "right.example.org", "auth": "psk",
        "proposals": ["IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519"],
        "children": [{"name": "net", "mode": "tunnel", "local_ts": ["10.1.0.0/16"], "remote_ts": ["10.2.0.0/16"],
                      "esp_proposals": ["ESP:AES_GCM_16_256/NO_EXT_SEQ"], "start_action": "none"}],
        "ike_sas": 0, "child_sas": 0})"));
    CHECK(desk.result("conn.list", R"({"limit":1})").at("next_cursor") == "branch");
    CHECK(desk.result("conn.list", R"({"limit":1,"cursor":"branch"})").at("items")[0].at("name") == "gw");
}

TEST_CASE("system.info tells the limits", "[api]") {
    Desk desk;
    const Json result = desk.result("system.info", "{}");
    CHECK(result.at("name") == "xfrmd");
    CHECK(result.at("schema") == 1);
    CHECK(result.at("kernel_features") == Json::parse(R"({"esn": true, "iptfs": false})"));
    CHECK(result.at("kernel_algorithms") == Json::parse(R"json({"cbc(aes)/hmac(sha256)": true})json"));
    CHECK(result.at("limits").at("message_bytes") == 65536);
    CHECK(result.at("limits").at("depth") == 64);
    CHECK(result.at("limits").at("batch") == 256);
    CHECK(result.at("limits").at("connections") == 64);
    CHECK(result.at("limits").at("in_flight") == 64);
}

TEST_CASE("an identity with escape sequences is harmless in a reply", "[api][hostile-h7]") {
    Desk desk;
    desk.service.sas[0].remote_id = "\x1b]0;owned\x07\xff\xe2\x80\xae";
    const Heard answer = ask(desk.rpc, request("sa.get", R"({"id":"7"})"));
    for (const char c : *answer.line) CHECK((c >= 0x20 && c < 0x7f));
    CHECK(answer.json.at("result").at("remote").at("id") == "\x1b]0;owned\x07\xef\xbf\xbd\xe2\x80\xae");
}
