#include <catch2/catch_test_macros.hpp>
#include <string>

#include "cli/render.h"

using namespace xfrmd::cli;

namespace {

Json items() {
    return Json::parse(R"([
        {"id": "7", "conn": "gw", "state": "established", "role": "initiator",
         "local": {"address": "192.0.2.2", "port": 500, "id": "left.example.org"},
         "remote": {"address": "192.0.2.1", "port": 500, "id": "right.example.org"},
         "path": "direct", "spi_i": "0123456789abcdef", "spi_r": "fedcba9876543210",
         "algorithms": "AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519",
         "age_seconds": 200, "rekey_in_seconds": 14000, "last_error": null,
         "child_sas": [
            {"id": "7.12", "child": "net", "state": "installed", "mode": "tunnel", "spi_in": "c1234567",
             "spi_out": "c89abcde", "reqid": 1, "algorithms": "AES_GCM_16_256", "age_seconds": 192,
             "rekey_in_seconds": null, "bytes_in": 1200000, "bytes_out": 3400, "packets_in": 1100, "packets_out": 1,
             "offload": {"mode": "crypto", "interface": "eth0"}, "local_ts": ["10.1.0.0/16", "10.3.0.0/16"], "remote_ts": ["10.2.0.0/16"], "last_error": null},
            {"id": "7.13", "child": "dmz", "state": "rekeying", "mode": "transport", "spi_in": "c1234568",
             "spi_out": null, "reqid": 2, "algorithms": "AES_CBC_128/HMAC_SHA2_256_128", "age_seconds": null,
             "rekey_in_seconds": 5, "bytes_in": 0, "bytes_out": 3400, "packets_in": 0, "packets_out": 40,
             "offload": null, "local_ts": ["192.0.2.2/32"], "remote_ts": ["192.0.2.1/32"], "last_error": "kernel refused: ENOMEM"}]},
        {"id": "9", "conn": null, "state": "connecting", "role": "responder",
         "local": {"address": "2001:db8::2", "port": 4500, "id": null},
         "remote": {"address": "2001:db8::1", "port": 4500, "id": null},
         "path": "nat-t", "spi_i": "1111111111111111", "spi_r": null, "algorithms": null,
         "age_seconds": null, "rekey_in_seconds": null, "last_error": "peer does not answer", "child_sas": []}])");
}

}  // namespace

TEST_CASE("sa list: one line for each child SA, and for IKE SAs that have none", "[cli]") {
    CHECK(render_sa_table(items(), SaLines::all, {}) ==
          "ID    CONNECTION  CHILD  STATE       PEER         PATH      AGE  REKEY      IN     OUT  ALGORITHMS\n"
          "7.12  gw          net    installed   192.0.2.1    direct  3m12s      -  1.2 MB  3.4 kB  AES_GCM_16_256\n"
          "7.13  gw          dmz    rekeying    192.0.2.1    direct      -     5s     0 B  3.4 kB  "
          "AES_CBC_128/HMAC_SHA2_256_128\n"
          "9     -           -      connecting  2001:db8::1  nat-t       -      -       -       -  -\n");
}

TEST_CASE("a child for one CPU says so, and may well have packets in one direction alone", "[cli][rfc9611-6]") {
    Json sas = items();
    sas[0]["child_sas"][0]["cpu"] = 1U;
    sas[0]["child_sas"][1]["cpu"] = nullptr;
    const std::string table = render_sa_table(sas, SaLines::all, {});
    CHECK(table.find("  net cpu 1  ") != std::string::npos);
    CHECK(table.find("  dmz        ") != std::string::npos);
    CHECK(sa_warnings(sas).size() == 1);
    sas[0]["child_sas"][1]["cpu"] = 0U;
    CHECK(sa_warnings(sas).empty());
}

TEST_CASE("what resists quantum computers says so, in lists and in detail", "[cli]") {
    Json sas = items();
    sas[0]["quantum_resistant"] = true;
    sas[0]["child_sas"][0]["quantum_resistant"] = true;
    sas[0]["child_sas"][1]["quantum_resistant"] = false;
    const std::string table = render_sa_table(sas, SaLines::all, {});
    CHECK(table.find("AES_GCM_16_256, quantum-resistant\n") != std::string::npos);
    CHECK(table.find("HMAC_SHA2_256_128\n") != std::string::npos);
    CHECK(render_sa_table(sas, SaLines::ike, {}).find("CURVE_25519, quantum-resistant") != std::string::npos);
}

TEST_CASE("sa list --child leaves out IKE SAs without children", "[cli]") {
    const std::string table = render_sa_table(items(), SaLines::child, {});
    CHECK(table.find("7.13") != std::string::npos);
    CHECK(table.find("connecting") == std::string::npos);
}

TEST_CASE("sa list --ike: one line for each IKE SA", "[cli]") {
    CHECK(render_sa_table(items(), SaLines::ike, {}) ==
          "ID  CONNECTION  STATE        ROLE       PEER         IDENTITY           PATH      AGE  REKEY  ALGORITHMS\n"
          "7   gw          established  initiator  192.0.2.1    right.example.org  direct  3m20s  3h53m  "
          "AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519\n"
          "9   -           connecting   responder  2001:db8::1  -                  nat-t       -      -  -\n");
}

TEST_CASE("sa list ends with a summary", "[cli]") {
    CHECK(render_sa_summary(items(), Json::array(), SaLines::all) == "2 IKE SAs, 2 child SAs\n");
    CHECK(render_sa_summary(items(), Json::array(), SaLines::ike) == "2 IKE SAs\n");
    CHECK(render_sa_summary(Json::array(), Json::array(), SaLines::all) == "0 IKE SAs, 0 child SAs\n");
    CHECK(render_sa_table(Json::array(), SaLines::all, {}).empty());
}

TEST_CASE("an SA that has sent and not received is warned of, but for a young one", "[cli]") {
    Json young = items();
    young[0]["child_sas"][1]["age_seconds"] = 9U;
    CHECK(sa_warnings(young).empty());
    const auto warnings = sa_warnings(items());
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] ==
          "warning: 7.13 (gw/dmz) has sent 3.4 kB and received nothing: look at the peer's policies and the path back");
}

TEST_CASE("sa show: everything", "[cli]") {
    CHECK(render_sa(items()[0], {}) ==
          "IKE SA 7  gw  established  initiator\n"
          "  local       192.0.2.2:500  left.example.org\n"
          "  remote      192.0.2.1:500  right.example.org\n"
          "  path        direct\n"
          "  SPIs        0123456789abcdef initiator, fedcba9876543210 responder\n"
          "  algorithms  AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519\n"
          "  age         3m20s, rekeyed in 3h53m\n"
          "  child SA 7.12  net  installed  tunnel\n"
          "    traffic     10.1.0.0/16, 10.3.0.0/16 === 10.2.0.0/16\n"
          "    SPIs        c1234567 in, c89abcde out, reqid 1\n"
          "    algorithms  AES_GCM_16_256\n"
          "    age         3m12s\n"
          "    received    1.2 MB, 1100 packets\n"
          "    sent        3.4 kB, 1 packet\n"
          "    offload     crypto on eth0\n"
          "  child SA 7.13  dmz  rekeying  transport\n"
          "    traffic     192.0.2.2/32 === 192.0.2.1/32\n"
          "    SPIs        c1234568 in, - out, reqid 2\n"
          "    algorithms  AES_CBC_128/HMAC_SHA2_256_128\n"
          "    age         -, rekeyed in 5s\n"
          "    received    0 B, 0 packets\n"
          "    sent        3.4 kB, 40 packets\n"
          "    last error  kernel refused: ENOMEM\n");
    CHECK(render_sa(items()[1], {}) ==
          "IKE SA 9  -  connecting  responder\n"
          "  local       [2001:db8::2]:4500  -\n"
          "  remote      [2001:db8::1]:4500  -\n"
          "  path        nat-t\n"
          "  SPIs        1111111111111111 initiator, - responder\n"
          "  algorithms  -\n"
          "  age         -\n"
          "  last error  peer does not answer\n");
}

TEST_CASE("virtual addresses of either end are shown where there are any", "[cli]") {
    Json sa = items()[0];
    sa["local_vips"] = {"10.3.0.1", "fd03::1"};
    sa["remote_vips"] = Json::array();
    const std::string shown = render_sa(sa, {});
    CHECK(shown.find("local vips  10.3.0.1, fd03::1\n") != std::string::npos);
    CHECK(shown.find("remote vips") == std::string::npos);
}

TEST_CASE("a peer's bytes cannot reach the terminal", "[cli][hostile-h7]") {
    Json all = items();
    const std::string evil =
        "\x1b]0;owned\x07\n\xc2\x9b"
        "31m\xe2\x80\xae";
    all[0]["remote"]["id"] = evil;
    all[0]["conn"] = evil;
    all[0]["state"] = evil;
    all[0]["algorithms"] = evil;
    all[0]["last_error"] = evil;
    all[0]["child_sas"][0]["child"] = evil;
    all[0]["child_sas"][0]["local_ts"][0] = evil;
    all[0]["child_sas"][1]["id"] = evil;
    std::string shown =
        render_sa_table(all, SaLines::all, {}) + render_sa_table(all, SaLines::ike, {}) + render_sa(all[0], {});
    for (const std::string& warning : sa_warnings(all)) shown += warning;
    for (const char c : shown) CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
}

TEST_CASE("an answer of another shape is shown as far as it goes", "[cli]") {
    for (const char* text :
         {"[]", "[7]", "[{}]", R"([{"child_sas":7}])", R"([{"child_sas":[7,{}],"remote":"x","id":7}])",
          R"([{"age_seconds":-1,"rekey_in_seconds":1.5}])"}) {
        CAPTURE(text);
        const Json odd = Json::parse(text);
        CHECK_NOTHROW(render_sa_table(odd, SaLines::all, {}));
        CHECK_NOTHROW(render_sa_table(odd, SaLines::ike, {}));
        CHECK_NOTHROW(sa_warnings(odd));
        for (const Json& sa : odd) CHECK_NOTHROW(render_sa(sa, {}));
    }
}
