#include <catch2/catch_test_macros.hpp>
#include <string>

#include "cli/render.h"

using namespace xfrmd::cli;

namespace {

Json manual() {
    return Json::parse(R"([
        {"name": "ospf", "state": "manual", "direction": "bidirectional", "protocol": "esp", "mode": "transport",
         "local": "2001:db8::1", "remote": "2001:db8::2", "spi": "00000100", "auxiliary_spi": null, "reqid": 1,
         "algorithms": "ESP:AES_CBC_128/HMAC_SHA1_96", "bytes_in": 4200, "bytes_out": 84, "packets_in": 50,
         "packets_out": 1, "local_ts": ["dynamic[ospf]"], "remote_ts": ["dynamic[ospf]"], "last_error": null},
        {"name": "out", "state": "failed", "direction": "outbound", "protocol": "bundle", "mode": "tunnel",
         "local": "192.0.2.1", "remote": "192.0.2.2", "spi": "00000101", "auxiliary_spi": "00000102", "reqid": 0,
         "algorithms": "AH:HMAC_SHA1_96, ESP:3DES", "bytes_in": 0, "bytes_out": 0, "packets_in": 0, "packets_out": 0,
         "local_ts": ["10.1.0.0/16"], "remote_ts": ["10.2.0.0/16"], "last_error": "there is no interface eth9"}])");
}

}  // namespace

TEST_CASE("sa list: one line for each manual SA", "[cli][rfc4301-4.5.1]") {
    CHECK(render_manual_table(manual(), {}) ==
          "NAME  STATE   DIRECTION      MODE       LOCAL        REMOTE       SPI                    IN   OUT  "
          "ALGORITHMS\n"
          "ospf  manual  bidirectional  transport  2001:db8::1  2001:db8::2  00000100           4.2 kB  84 B  "
          "ESP:AES_CBC_128/HMAC_SHA1_96\n"
          "out   failed  outbound       tunnel     192.0.2.1    192.0.2.2    00000101+00000102       -   0 B  "
          "AH:HMAC_SHA1_96, ESP:3DES\n");
    CHECK(render_manual_table(Json::array(), {}).empty());
    CHECK(render_sa_summary(Json::array(), manual(), SaLines::all) == "0 IKE SAs, 0 child SAs, 2 manual SAs\n");
}

TEST_CASE("sa list --detail: everything about a manual SA", "[cli]") {
    CHECK(render_manual_details(manual(), {}) ==
          "manual SA ospf  manual  bidirectional  esp  transport\n"
          "  local       2001:db8::1\n"
          "  remote      2001:db8::2\n"
          "  traffic     dynamic[ospf] === dynamic[ospf]\n"
          "  SPIs        00000100, reqid 1\n"
          "  algorithms  ESP:AES_CBC_128/HMAC_SHA1_96\n"
          "  received    4.2 kB, 50 packets\n"
          "  sent        84 B, 1 packet\n"
          "manual SA out  failed  outbound  bundle  tunnel\n"
          "  local       192.0.2.1\n"
          "  remote      192.0.2.2\n"
          "  traffic     10.1.0.0/16 === 10.2.0.0/16\n"
          "  SPIs        00000101+00000102, reqid 0\n"
          "  algorithms  AH:HMAC_SHA1_96, ESP:3DES\n"
          "  sent        0 B, 0 packets\n"
          "  last error  there is no interface eth9\n");
}

TEST_CASE("manual SAs of another shape are shown as far as they go", "[cli][hostile-h7]") {
    Json odd = Json::parse(R"([7, {}, {"name": 7, "local_ts": 7}])");
    CHECK_NOTHROW(render_manual_table(odd, {}));
    CHECK_NOTHROW(render_manual_details(odd, {}));
    Json evil = manual();
    for (const char* member :
         {"name", "state", "direction", "protocol", "mode", "local", "remote", "spi", "algorithms", "last_error"}) {
        evil[0][member] = "\x1b]0;owned\x07";
    }
    for (const char c : render_manual_table(evil, {}) + render_manual_details(evil, {})) {
        CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
    }
}
