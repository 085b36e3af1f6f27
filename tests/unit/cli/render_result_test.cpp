#include <catch2/catch_test_macros.hpp>
#include <string>

#include "cli/render.h"

using namespace xfrmd::cli;

namespace {

Json cleared() {
    return Json::parse(R"({"dry_run": false, "matched": 4, "acknowledged": 1, "forced": 1, "gone": 1, "failed": 1,
        "items": [
            {"id": "9", "kind": "ike", "conn": "branch", "child": null, "outcome": "failed", "traffic": "unknown",
             "error": "kernel refused"},
            {"id": "8", "kind": "ike", "conn": "gw2", "child": null, "outcome": "forced", "traffic": "clear", "error": null},
            {"id": "7.12", "kind": "child", "conn": "gw", "child": "net", "outcome": "acknowledged", "traffic": "trapped",
             "error": null},
            {"id": "7.13", "kind": "child", "conn": "gw", "child": "dmz", "outcome": "gone", "traffic": "blocked",
             "error": null}],
        "truncated": false})");
}

}  // namespace

TEST_CASE("sa clear tells what became of each, and where its traffic goes", "[cli]") {
    CHECK(render_clear(cleared(), {}) ==
          "ID    SA     CONNECTION  CHILD  OUTCOME                 TRAFFIC\n"
          "9     ike    branch      -      failed: kernel refused  -\n"
          "8     ike    gw2         -      forced                  in clear\n"
          "7.12  child  gw          net    acknowledged            trapped\n"
          "7.13  child  gw          dmz    gone                    blocked\n"
          "matched 4 SAs: 1 acknowledged by the peer, 1 forced, 1 gone already, 1 failed\n");
    const auto warnings = clear_warnings(cleared());
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] == "warning: the traffic of gw2 is in clear now");
}

TEST_CASE("sa clear --dry-run says that nothing was changed", "[cli]") {
    const Json result = Json::parse(R"({"dry_run": true, "matched": 1, "items": [
        {"id": "7", "kind": "ike", "conn": "gw", "child": null, "outcome": "matched", "traffic": "unknown", "error": null}],
        "truncated": true})");
    CHECK(render_clear(result, {}) ==
          "ID  SA   CONNECTION  CHILD  OUTCOME           TRAFFIC\n"
          "7   ike  gw          -      would be cleared  -\n"
          "...\n"
          "would clear 1 SA, nothing was changed\n");
    CHECK(render_clear(Json::parse(R"({"matched":0,"items":[]})"), {}) == "no SA matched, nothing was changed\n");
}

TEST_CASE("conn list: one line for each child", "[cli]") {
    const Json items = Json::parse(R"([
        {"name": "gw", "local_addrs": [], "remote_addrs": ["192.0.2.1"], "local_id": "left", "remote_id": "right",
         "auth": "psk", "proposals": [], "ike_sas": 1, "child_sas": 2,
         "children": [
            {"name": "net", "mode": "tunnel", "local_ts": ["10.1.0.0/16"], "remote_ts": ["10.2.0.0/16", "10.4.0.0/16"],
             "esp_proposals": [], "start_action": "start"},
            {"name": "dmz", "mode": "transport", "local_ts": ["dynamic"], "remote_ts": ["dynamic"], "esp_proposals": [],
             "start_action": "none"}]},
        {"name": "road", "local_addrs": [], "remote_addrs": [], "local_id": "left", "remote_id": "%any", "auth": "psk",
         "proposals": [], "ike_sas": 0, "child_sas": 0, "children": []}])");
    CHECK(render_connections(items, {}) ==
          "CONNECTION  PEER       IDENTITY  AUTH  CHILD  MODE       LOCAL TS     REMOTE TS                 START  UP\n"
          "gw          192.0.2.1  right     psk   net    tunnel     10.1.0.0/16  10.2.0.0/16, 10.4.0.0/16  start  1 "
          "IKE, 2 child\n"
          "gw          192.0.2.1  right     psk   dmz    transport  dynamic      dynamic                   none   1 "
          "IKE, 2 child\n"
          "road        any        %any      psk   -      -          -            -                         -      -\n"
          "2 connections\n");
    CHECK(render_connections(Json::array(), {}) == "0 connections\n");
}

TEST_CASE("conn up tells the SA", "[cli]") {
    CHECK(render_initiated(Json::parse(R"({"id":"7.12","conn":"gw","child":"net","existed":false})")) ==
          "gw/net is up: SA 7.12\n");
    CHECK(render_initiated(Json::parse(R"({"id":"7.12","conn":"gw","child":"net","existed":true})")) ==
          "gw/net was up already: SA 7.12\n");
}

TEST_CASE("system info", "[cli]") {
    CHECK(render_system(
              Json::parse(R"json({"name": "xfrmd", "version": "0.1.0", "schema": 1, "pid": 42, "uptime_seconds": 192,
        "kernel": "6.12.0", "kernel_features": {"esp": true, "iptfs": false, "esn": true},
        "kernel_algorithms": {"cbc(aes)/hmac(sha256)": true}, "config_path": "/etc/swanctl/swanctl.conf", "engines": 2,
        "connections": 1, "ike_sas": 3, "ike_sas_half_open": 1, "child_sas": 5, "revision": 9, "datagrams_in": 30,
        "keepalives_in": 1, "ike_sas_established": 4, "reasons": {"unknown_spi": 2},
        "limits": {"connections": 64, "batch": 256}})json")) ==
          "xfrmd 0.1.0, pid 42, up 3m12s\n"
          "kernel         6.12.0\n"
          "features       esp, esn; not: iptfs\n"
          "algorithms     cbc(aes)/hmac(sha256)\n"
          "configuration  /etc/swanctl/swanctl.conf, 1 connection\n"
          "SAs            3 IKE, 1 half-open, 5 child\n"
          "engines        2\n"
          "received       30 datagrams, 1 keepalive, 4 IKE SAs established so far\n"
          "reasons        unknown_spi 2\n"
          "limits         connections 64, batch 256\n");
    CHECK_NOTHROW(render_system(nullptr));
}

TEST_CASE("an error says what, shows both sides, and what to do next", "[cli]") {
    const Json error = Json::parse(R"({"code": -32000, "message": "no common proposal with 192.0.2.1", "data": {
        "kind": "peer.no_proposal_chosen", "retryable": false, "hint": "add aes256 to connections.gw.proposals",
        "ours": ["IKE:AES_CBC_128", "IKE:AES_GCM_16_128"], "peer": ["IKE:AES_CBC_256"]}})");
    CHECK(render_error(error, {}) ==
          "xfrmctl: no common proposal with 192.0.2.1\n"
          "  ours: IKE:AES_CBC_128\n"
          "        IKE:AES_GCM_16_128\n"
          "  peer: IKE:AES_CBC_256\n"
          "  next: add aes256 to connections.gw.proposals\n");
    CHECK(render_error(Json::parse(R"({"message": "kernel refused", "data": {"errno": "ENOMEM", "did_you_mean": "conn",
        "choices": ["a/net", "b/net"]}})"),
                       {}) ==
          "xfrmctl: kernel refused (ENOMEM)\n"
          "  one of: a/net\n"
          "          b/net\n"
          "  did you mean: conn\n");
    CHECK(render_error(Json::parse(R"({"message": "\u001b[2J"})"), {}) == "xfrmctl: \\x1b[2J\n");
    CHECK(render_error(nullptr, {}) == "xfrmctl: \n");
}
