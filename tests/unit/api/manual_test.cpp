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
        service.sas = {ike_view(7, "gw"), ike_view(9, "branch")};
        service.manual = {manual_view("bgp"), manual_view("ospf", "198.51.100.1")};
    }
    Json reply(std::string_view method, std::string_view params) { return ask(rpc, request(method, params)).json; }
    Json list(std::string_view params) { return reply("sa.list", params).at("result"); }
    Json error(std::string_view method, std::string_view params) { return reply(method, params).at("error"); }
    std::size_t listed(std::string_view filter) {
        const Json page = list(R"({"filter":)" + std::string(filter) + "}");
        return 10 * page.at("items").size() + page.at("manual").size();
    }
};

}  // namespace

TEST_CASE("sa.list shows manual SAs behind the others", "[api][rfc4301-4.5.1]") {
    Desk desk;
    const Json page = desk.list("{}");
    CHECK(page.at("items").size() == 2);
    REQUIRE(page.at("manual").size() == 2);
    CHECK(page.at("next_cursor").is_null());
    CHECK(page.at("manual")[0] == Json::parse(R"({
        "name": "bgp", "state": "manual", "direction": "bidirectional", "protocol": "esp", "mode": "tunnel",
        "local": "192.0.2.2", "remote": "192.0.2.9", "spi": "00000100", "auxiliary_spi": null, "reqid": 3,
        "algorithms": "ESP:AES_CBC_128/HMAC_SHA1_96", "bytes_in": 4200, "bytes_out": 0, "packets_in": 50,
        "packets_out": 0, "local_ts": ["10.1.0.0/16"], "remote_ts": ["10.9.0.0/16"], "last_error": null})"));
}

TEST_CASE("a manual SA that is not installed says why", "[api]") {
    Desk desk;
    ManualSaView& sa = desk.service.manual[0];
    sa.state = ManualSaState::failed;
    sa.last_error = "there is no interface eth9";
    sa.protocol = ManualProtocol::bundle;
    sa.auxiliary_spi = 257;
    sa.remote = xfrmd::base::Address::any(xfrmd::base::Family::ipv6);
    const Json shown = desk.list(R"({"filter":{"state":"failed"}})").at("manual").at(0);
    CHECK(shown.at("state") == "failed");
    CHECK(shown.at("last_error") == "there is no interface eth9");
    CHECK(shown.at("auxiliary_spi") == "00000101");
    CHECK(shown.at("remote") == "%any");
}

TEST_CASE("filters take manual SAs by name, peer, state and kind", "[api]") {
    Desk desk;
    CHECK(desk.listed("{}") == 22);
    CHECK(desk.listed(R"({"kind":"manual"})") == 2);
    CHECK(desk.listed(R"({"kind":"ike"})") == 20);
    CHECK(desk.listed(R"({"kind":"child"})") == 0);
    CHECK(desk.listed(R"({"state":"manual"})") == 2);
    CHECK(desk.listed(R"({"state":"established"})") == 20);
    CHECK(desk.listed(R"({"conn":"ospf"})") == 1);
    CHECK(desk.listed(R"({"conn":"gw"})") == 10);
    CHECK(desk.listed(R"({"child":"ospf"})") == 0);
    CHECK(desk.listed(R"({"peer":"198.51.100.0/24"})") == 1);
    CHECK(desk.listed(R"({"peer":"right.example.org"})") == 20);
}

TEST_CASE("pages go on from IKE SAs to manual SAs", "[api]") {
    Desk desk;
    std::string names;
    std::string params = R"({"limit":1})";
    for (int page = 0; page < 4; ++page) {
        const Json result = desk.list(params);
        CHECK(result.at("items").size() + result.at("manual").size() == 1);
        for (const Json& sa : result.at("items")) names += sa.at("id").get<std::string>() + " ";
        for (const Json& sa : result.at("manual")) names += sa.at("name").get<std::string>() + " ";
        CHECK(result.at("next_cursor").is_null() == (page == 3));
        params = R"({"limit":1,"cursor":)" + result.at("next_cursor").dump() + "}";
    }
    CHECK(names == "7 9 bgp ospf ");
    CHECK(desk.list(R"({"limit":3})").at("next_cursor") == "manual:bgp");
    CHECK(desk.list(R"({"cursor":"manual:zzz"})").at("manual").empty());
    CHECK(desk.error("sa.list", R"({"cursor":"manua"})").at("data").at("pointer") == "/cursor");
}

TEST_CASE("sa.clear refuses manual SAs, which are configuration", "[api]") {
    Desk desk;
    for (const char* params : {R"({"conn":"ospf"})", R"({"peer":"198.51.100.1"})", R"({"conn":"ospf","dry_run":true})",
                               R"({"conn":"ospf","kind":"child"})"}) {
        const Json error = desk.error("sa.clear", params);
        CAPTURE(params);
        CHECK(error.at("data").at("kind") == "sa.manual");
        CHECK(error.at("message") == "ospf is a manual SA, which is configuration");
        CHECK(error.at("data").at("hint") == "take it out of the manual section of the configuration and reload");
    }
    CHECK(desk.error("sa.clear", R"({"conn":"none"})").at("data").at("kind") == "sa.not_found");
    CHECK(desk.error("sa.clear", R"({"child":"ospf"})").at("data").at("kind") == "sa.not_found");
    CHECK(desk.error("sa.clear", R"({"id":"8"})").at("data").at("kind") == "sa.not_found");
    CHECK(desk.error("sa.clear", R"({"all":true,"kind":"manual"})").at("data").at("kind") == "rpc.invalid_params");
    CHECK(desk.reply("sa.clear", R"({"all":true})").at("result").at("matched") == 2);
    // A connection of the same name goes before.
    desk.service.sas.push_back(ike_view(11, "ospf"));
    CHECK(desk.reply("sa.clear", R"({"conn":"ospf"})").at("result").at("matched") == 1);
}

TEST_CASE("a page of manual SAs ends before it has grown too large", "[api]") {
    Desk desk;
    desk.service.manual.assign(1, manual_view("a"));
    desk.service.manual[0].last_error.assign(kPageBytes, 'x');
    desk.service.manual.push_back(manual_view("b"));
    CHECK(desk.list("{}").at("manual").size() == 1);
    CHECK(desk.list("{}").at("next_cursor") == "manual:a");
}
