#include <catch2/catch_test_macros.hpp>

#include "cli/render.h"

using namespace xfrmd::cli;

TEST_CASE("kernel status counts what is wanted and what is there", "[cli]") {
    const Json status = Json::parse(R"({"wanted": {"sas": 4, "policies": 6}, "there": {"sas": 3, "policies": 6},
        "inherited": {"sas": 1, "policies": 1}, "others": {"sas": 0, "policies": 2}, "reconcile": {"runs": 7,
        "age_seconds": 12, "outcome": "failed", "error": "ENOMEM", "repaired": 3, "renegotiated": 1, "failed": 2,
        "overruns": 5}})");
    CHECK(render_kernel_status(status) ==
          "wanted      4 SAs, 6 policies\n"
          "there       3 SAs, 6 policies\n"
          "inherited   1 SA, 1 policy\n"
          "others'     0 SAs, 2 policies\n"
          "last look   failed: ENOMEM, 12s ago\n"
          "drift       3 put back, 1 negotiated anew, 2 failed in 7 looks\n"
          "overruns    5\n");
    CHECK(render_kernel_status(nullptr).find("none yet") != std::string::npos);
}

TEST_CASE("what a comparison found", "[cli]") {
    const Json drift = Json::parse(R"({"repaired": ["a"], "renegotiated": [{"id": "7.12", "conn": "gw",
        "child": "net"}], "failed": ["b\u001b[2J"], "left_out": 3})");
    CHECK(render_drift(drift, {}) ==
          "repaired: a\nrenegotiated: gw/net (SA 7.12)\nfailed: b\\x1b[2J\nand 3 more like these\n");
    CHECK(render_drift(nullptr, {}) == "the kernel has what is wanted\n");
}

TEST_CASE("an event is one line, whatever is in it", "[cli][hostile-h7]") {
    const Json event = Json::parse(R"({"time": "2026-11-21T13:54:23.123Z", "topic": "sa", "event": "ike_closed",
        "message": "x\ny\u001b[2J", "sa": {"id": "7", "conn": "gw", "child": null}})");
    CHECK(render_event(event, {}) == "2026-11-21T13:54:23.123Z  sa  ike_closed  gw[7]: x\\x0ay\\x1b[2J\n");
    CHECK(render_event(nullptr, {}).find('\n') != std::string::npos);
}
