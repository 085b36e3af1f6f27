#include <catch2/catch_test_macros.hpp>

#include "daemon/vici/sa_section.h"
#include "daemon/vici/text.h"
#include "tests/unit/vici/vici_harness.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::vici;

namespace {

Section with(std::initializer_list<std::pair<std::string_view, std::string>> values) {
    Section section;
    for (const auto& [key, value] : values) section.set(key, value);
    return section;
}

std::vector<std::string> keys_of(const Section& section) {
    std::vector<std::string> keys;
    for (const Entry& entry : section.entries()) keys.push_back(entry.name);
    return keys;
}

std::string errmsg(const Section& answer) {
    CHECK(*answer.value("success") == "no");
    return *answer.value("errmsg");
}

api::IkeSaView sa_with_child() {
    api::IkeSaView sa = api::ike_view(7, "gw");
    sa.child_sas = {api::child_view(12, "net")};
    return sa;
}

}  // namespace

TEST_CASE("errors have charon's words", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    const auto error = [&](const std::string& command, const Section& request) {
        return errmsg(hall.request(client, command, request));
    };
    CHECK(error("initiate", {}) == "missing configuration name");
    CHECK(error("initiate", with({{"child", "nope"}})) == "CHILD_SA config 'nope' not found");
    CHECK(error("initiate", with({{"child", "net"}, {"ike", "nope"}})) == "CHILD_SA config 'net' not found");
    CHECK(error("initiate", with({{"ike", "nope"}})) == "IKE_SA config 'nope' not found");
    CHECK(error("terminate", {}) == "missing terminate selector");
    CHECK(error("terminate", with({{"ike", "nope"}})) == "no matching SAs to terminate found");
    CHECK(error("rekey", {}) == "missing rekey selector");
    CHECK(error("rekey", with({{"child", "nope"}})) == "no matching SAs to rekey found");
    CHECK(error("redirect", with({{"ike", "gw"}})) == "missing target gateway");
    CHECK(error("redirect", with({{"gateway", "192.0.2.9"}})) == "missing redirect selector");
    CHECK(error("redirect", with({{"gateway", "192.0.2.9"}, {"ike", "nope"}})) == "no matching SAs to redirect found");
    CHECK(error("install", {}) == "missing configuration name");
    CHECK(error("install", with({{"child", "nope"}})) == "configuration name not found");
    CHECK(error("uninstall", with({{"child", "net"}})) == "policy 'net' not found");
}

TEST_CASE("initiate ends with its child, its failure, or its limit", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    CHECK(*hall.request(client, "initiate", with({{"child", "net"}})).value("success") == "yes");
    CHECK(hall.service.initiated.back().conn == "gw");
    hall.service.failing = "net";
    CHECK(errmsg(hall.request(client, "initiate", with({{"child", "net"}}))) == "establishing CHILD_SA 'net' failed");
    hall.service.hold = true;
    client.forget();
    client.say(PacketType::request, "initiate", with({{"child", "net"}, {"timeout", "2000"}}));
    CHECK(hall.settle(client).empty());
    REQUIRE(hall.port.timers.size() == 1);
    hall.port.timers.front().second();
    const auto heard = hall.settle(client);
    REQUIRE(heard.size() == 1);
    CHECK(errmsg(heard.front().message) == "CHILD_SA 'net' not established after 2000ms");
    hall.service.answer_held();  // too late for anybody
    CHECK(hall.settle(client).size() == 1);
    CHECK(*hall.request(client, "initiate", with({{"child", "net"}, {"timeout", "-1"}})).value("success") == "yes");
}

TEST_CASE("initiate takes the ends of the IKE SA, as FRR's nhrpd gives them", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    const Section request = with({{"child", "net"},
                                  {"timeout", "-1"},
                                  {"async", "1"},
                                  {"init-limits", "1"},
                                  {"my-host", "192.0.2.2"},
                                  {"other-host", "192.0.2.9"}});
    CHECK(*hall.request(client, "initiate", request).value("success") == "yes");
    REQUIRE(hall.service.initiated.size() == 1);
    CHECK(hall.service.initiated[0].local.to_string() == "192.0.2.2");
    CHECK(hall.service.initiated[0].remote.to_string() == "192.0.2.9");
    hall.service.initiate_outcome = api::Initiated{{1, 2}, true};
    CHECK(*hall.request(client, "initiate", request).value("success") == "yes");  // and is not awaited
    const Section wrong = hall.request(client, "initiate", with({{"child", "net"}, {"other-host", "hub"}}));
    CHECK(errmsg(wrong) == "other-host is no address");
    CHECK(hall.service.initiated.size() == 2);
}

TEST_CASE("of many SAs a few are ended at a turn", "[vici][hostile-h2]") {
    ViciHall hall;
    for (std::uint64_t id = 1; id <= 50; ++id) hall.service.sas.push_back(api::ike_view(id, "branch"));
    ViciClient client(hall.options.path);
    client.say(PacketType::request, "terminate", with({{"ike", "branch"}}));
    CHECK(hall.settle(client).empty());
    CHECK(hall.service.cleared.size() < 10);
    while (!hall.port.timers.empty()) {
        const auto next = std::move(hall.port.timers.front().second);
        hall.port.timers.erase(hall.port.timers.begin());
        next();
    }
    const auto heard = hall.settle(client);
    REQUIRE(heard.size() == 1);
    CHECK(*heard.front().message.value("terminated") == "50");
    CHECK(hall.service.cleared.size() == 50);
}

TEST_CASE("terminate counts what it found and what has gone", "[vici]") {
    ViciHall hall;
    hall.service.sas = {sa_with_child(), api::ike_view(9, "branch")};
    ViciClient client(hall.options.path);
    const Section children = hall.request(client, "terminate", with({{"child", "net"}}));
    CHECK(keys_of(children) == std::vector<std::string>{"success", "matches", "terminated"});
    CHECK(*children.value("terminated") == "1");
    CHECK(hall.service.cleared.back().filter.id == api::SaId{7, 12});
    const Section none = hall.request(client, "terminate", with({{"child-id", "99"}}));
    CHECK(keys_of(none) == std::vector<std::string>{"success", "matches", "terminated", "errmsg"});
    hall.request(client, "terminate", with({{"ike-id", "9"}, {"force", "yes"}}));
    CHECK(hall.service.cleared.back().filter.id == api::SaId{9});
    CHECK(hall.service.cleared.back().force);
    CHECK(hall.audited.size() == 3);
}

TEST_CASE("SAs are chosen by the numbers that each has for itself", "[vici]") {
    ViciHall hall;
    hall.service.sas = {sa_with_child(), api::ike_view(9, "branch")};
    hall.service.sas[0].own_id = 20;
    hall.service.sas[0].child_sas[0].own_id = 30;
    ViciClient client(hall.options.path);
    CHECK(*hall.request(client, "terminate", with({{"ike-id", "7"}})).value("matches") == "0");
    CHECK(*hall.request(client, "terminate", with({{"child-id", "12"}})).value("matches") == "0");
    CHECK(*hall.request(client, "terminate", with({{"ike-id", "20"}})).value("matches") == "1");
    CHECK(hall.service.cleared.back().filter.id == api::SaId{7});
    CHECK(*hall.request(client, "terminate", with({{"child-id", "30"}})).value("matches") == "1");
    CHECK(hall.service.cleared.back().filter.id == api::SaId{7, 12});
}

TEST_CASE("rekey takes SAs of either kind, and may authenticate again", "[vici]") {
    ViciHall hall;
    hall.service.sas = {sa_with_child()};
    ViciClient client(hall.options.path);
    CHECK(*hall.request(client, "rekey", with({{"child", "net"}})).value("matches") == "1");
    CHECK(hall.service.rekeyed.size() == 1);
    hall.request(client, "rekey", with({{"ike", "gw"}, {"reauth", "yes"}}));
    CHECK(hall.service.rekeyed.size() == 1);
    CHECK(hall.port.reauthenticated == std::vector<std::uint64_t>{7});
}

TEST_CASE("policies are installed and uninstalled by the child's name", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    CHECK(*hall.request(client, "install", with({{"child", "lan"}})).value("success") == "yes");
    CHECK(hall.port.installed == std::vector<std::pair<std::string, std::string>>{{"gw", "lan"}});
    CHECK(*hall.request(client, "uninstall", with({{"child", "lan"}})).value("success") == "yes");
    hall.port.policies = {{"gw", "lan", "PASS", {"10.1.0.0/24[tcp/443]"}, {"10.2.0.0/24"}}};
    hall.ask(client, PacketType::follow, "list-policy");
    client.forget();
    client.say(PacketType::request, "list-policies", with({{"pass", "yes"}}));
    const auto heard = hall.settle(client);
    REQUIRE(heard.size() == 2);
    const Section* policy = heard.front().message.section("gw/lan");
    REQUIRE(policy != nullptr);
    CHECK(keys_of(*policy) == std::vector<std::string>{"child", "ike", "mode", "local-ts", "remote-ts"});
    client.forget();
    client.say(PacketType::request, "list-policies", with({{"drop", "yes"}}));
    CHECK(hall.settle(client).size() == 1);
}

TEST_CASE("an IKE SA's elements are in charon's order", "[vici]") {
    api::IkeSaView sa = sa_with_child();
    sa.proposal = *policy::parse_proposal(policy::ProtocolId::ike, "aes256-sha256-x25519-ke1_mlkem768")->begin();
    sa.child_sas[0].proposal = *policy::parse_proposal(policy::ProtocolId::esp, "aes256gcm16-esn")->begin();
    sa.age = std::chrono::seconds(5);
    sa.rekey_in = std::chrono::seconds(100);
    const Section section = sa_section(sa);
    CHECK(*section.value("encr-alg") == "AES_CBC");
    CHECK(*section.value("encr-keysize") == "256");
    CHECK(*section.value("integ-alg") == "HMAC_SHA2_256_128");
    CHECK(*section.value("prf-alg") == "PRF_HMAC_SHA2_256");
    CHECK(*section.value("dh-group") == "CURVE_25519");
    CHECK(*section.value("ake1") == "ML_KEM_768");
    const std::vector<std::string> keys = keys_of(section);
    CHECK(keys.front() == "uniqueid");
    CHECK(keys.back() == "child-sas");
    const Section* child = section.section("child-sas")->section("net-12");
    REQUIRE(child != nullptr);
    CHECK(*child->value("esn") == "1");
    CHECK(child->value("integ-alg") == nullptr);
    CHECK(keys_of(*child).back() == "remote-ts");
}

TEST_CASE("numbers and selectors have vici's form", "[vici]") {
    CHECK(hexadecimal(0xc1, 8) == "000000c1");
    CHECK(hexadecimal(0, 4) == "0000");
    CHECK(with_service_name("10.1.0.0/24[tcp/443]") == "10.1.0.0/24[tcp/https]");
    CHECK(with_service_name("10.1.0.0/24[udp/1024-2048]") == "10.1.0.0/24[udp/1024-2048]");
    CHECK(with_service_name("10.1.0.0/24[tcp]") == "10.1.0.0/24[tcp]");
    CHECK(with_service_name("10.1.0.0/24") == "10.1.0.0/24");
    CHECK(with_service_name("10.1.0.0/24[tcp/443") == "10.1.0.0/24[tcp/443");
    CHECK_FALSE(number_in("12x"));
    CHECK(number_in("-1") == -1);
}

TEST_CASE("counters come by their names, all together without one", "[vici]") {
    ViciHall hall;
    hall.port.counts.all.values[0] = 3;
    hall.port.counts.of_connections["gw"].values[20] = 4;
    ViciClient client(hall.options.path);
    const Section all = hall.request(client, "get-counters");
    CHECK(*all.section("counters")->section("")->value("ike-rekey-init") == "3");
    CHECK(*all.value("success") == "yes");
    const Section one = hall.request(client, "get-counters", with({{"name", "gw"}}));
    CHECK(*one.section("counters")->section("gw")->value("info-out-resp") == "4");
    CHECK(errmsg(hall.request(client, "get-counters", with({{"name", "nope"}}))) ==
          "no counters found for this connection");
    CHECK(keys_of(*hall.request(client, "get-counters", with({{"all", "yes"}})).section("counters")) ==
          std::vector<std::string>{"gw"});
    hall.request(client, "reset-counters", with({{"name", "gw"}}));
    hall.request(client, "reset-counters", with({{"all", "yes"}}));
    CHECK(hall.port.resets == std::vector<std::optional<std::string>>{"gw", std::nullopt});
}

TEST_CASE("pools tell their leases where that is asked", "[vici]") {
    ViciHall hall;
    policy::Pool pool;
    pool.name = "road";
    pool.addresses = *policy::PoolAddresses::parse("10.3.0.0/24");
    hall.port.lease_book.configure({pool});
    hall.port.lease_book.lease({policy::LeaseHolder{1},
                                {"road"},
                                *policy::Identity::parse("carol"),
                                {},
                                {base::Address::any(base::Family::ipv4)}});
    ViciClient client(hall.options.path);
    const Section pools = hall.request(client, "get-pools", with({{"leases", "yes"}}));
    const Section* road = pools.section("road");
    REQUIRE(road != nullptr);
    CHECK(keys_of(*road) == std::vector<std::string>{"base", "size", "online", "offline", "leases"});
    CHECK(*road->value("base") == "10.3.0.1");
    CHECK(*road->value("online") == "1");
    CHECK(*road->section("leases")->section("0")->value("identity") == "carol");
    CHECK(hall.request(client, "get-pools", with({{"name", "nope"}})).empty());
}

TEST_CASE("an answer that no packet can hold is told as such", "[vici][hostile-h2]") {
    ViciHall hall;
    for (int i = 0; i < 2000; ++i) hall.port.counts.of_connections["connection-" + std::to_string(i)].values[0] = 1;
    ViciClient client(hall.options.path);
    CHECK(errmsg(hall.request(client, "get-counters", with({{"all", "yes"}}))) ==
          "the answer is longer than a packet may be");
}

TEST_CASE("a limit of a client's holds nothing once there is an answer", "[vici][hostile-h2]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    hall.request(client, "initiate", with({{"child", "net"}, {"timeout", "9223372036854775807"}}));
    REQUIRE(hall.port.timers.size() == 1);
    CHECK(hall.port.timers.front().first == std::chrono::hours(24));
    hall.port.timers.front().second();  // late, and of no consequence
    CHECK(hall.settle(client).size() == 1);
}

TEST_CASE("the audit says what was asked and how it ended, and no secret", "[vici][hostile-h8]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    hall.request(client, "initiate", with({{"child", "nope"}}));
    REQUIRE(hall.audited.size() == 1);
    CHECK(hall.audited[0].params == "child=nope");
    CHECK(hall.audited[0].outcome == "CHILD_SA config 'nope' not found");
    hall.request(client, "load-shared", with({{"id", "one"}, {"type", "IKE"}, {"data", "a secret"}}));
    REQUIRE(hall.audited.size() == 2);
    CHECK(hall.audited[1].params == "id=one,type=IKE");
    CHECK(hall.audited[1].outcome == "ok");
}

TEST_CASE("many policies wait for who reads slowly", "[vici][hostile-h2]") {
    ViciHall hall;
    for (int i = 0; i < 40'000; ++i) {
        hall.port.policies.push_back({"gw", "net-" + std::to_string(i), "TUNNEL", {"10.1.0.0/24"}, {"10.2.0.0/24"}});
    }
    ViciClient client(hall.options.path);
    hall.ask(client, PacketType::follow, "list-policy");
    client.forget();
    client.say(PacketType::request, "list-policies");
    std::size_t heard = 0;
    for (int i = 0; i < 1000 && heard < 40'001; ++i) heard = hall.settle(client).size();
    CHECK(heard == 40'001);
}
