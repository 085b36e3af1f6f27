#include <catch2/catch_test_macros.hpp>

#include "tests/unit/config/loading.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using policy::ConfiguredSelector;

namespace {

LoadResult loaded(const std::string& text) {
    auto result = load_text(text);
    if (!result) INFO(print(result.error()));
    REQUIRE(result);
    return std::move(*result);
}

policy::Connection only_connection(const std::string& text) {
    LoadResult result = loaded(text);
    REQUIRE(result.configuration.connections.size() == 1);
    return std::move(result.configuration.connections.front());
}

policy::Child only_child(const std::string& settings) {
    policy::Connection connection = only_connection(connection_with("", settings));
    REQUIRE(connection.children.size() == 1);
    return std::move(connection.children.front());
}

base::AddressRange range(std::string_view first, std::string_view last) {
    return {*base::Address::parse(first), *base::Address::parse(last)};
}

policy::Identity identity(std::string_view text) { return *policy::Identity::parse(text); }

}  // namespace

TEST_CASE("what is left out has strongSwan's defaults", "[config][mapping]") {
    const policy::Connection connection = only_connection(connection_with(""));
    CHECK(connection.name == "gw");
    CHECK(connection.local_addrs.empty());
    CHECK(connection.remote_addrs.empty());
    CHECK(connection.local_port == 500);
    CHECK(connection.remote_port == 500);
    CHECK(connection.proposals == policy::default_proposals(policy::ProtocolId::ike));
    CHECK_FALSE(connection.encap);
    CHECK(connection.mobike);
    CHECK(connection.dpd_delay == std::chrono::seconds(0));
    CHECK(connection.keyingtries == 1);
    CHECK(connection.local.id.is_any());
    CHECK(connection.remote.id.is_any());

    const policy::Child& child = connection.children.at(0);
    CHECK(child.name == "net");
    CHECK(child.esp_proposals == policy::default_proposals(policy::ProtocolId::esp));
    CHECK(child.local_ts == std::vector{*policy::parse_selector("dynamic")});
    CHECK(child.remote_ts == child.local_ts);
    CHECK(child.mode == policy::Mode::tunnel);
    CHECK(child.start_action == policy::StartAction::none);
    CHECK(child.replay_window == 32);

    policy::Child nothing_else;
    nothing_else.name = "net";
    nothing_else.rekey_time = std::chrono::hours(1);
    nothing_else.life_time = std::chrono::minutes(66);
    nothing_else.rand_time = std::chrono::minutes(6);
    nothing_else.esp_proposals = child.esp_proposals;
    nothing_else.local_ts = nothing_else.remote_ts = child.local_ts;
    CHECK(child == nothing_else);
    CHECK(connection.shunts.empty());
    CHECK_FALSE(connection.if_id_in.is_set());
    CHECK(connection.on_local_down == policy::OnLocalDown::hold);
    CHECK_FALSE(connection.fail_closed);
    CHECK_FALSE(connection.session_resumption);
}

TEST_CASE("hosts may be named", "[config][mapping]") {
    const policy::Connection connection = only_connection(
        connection_with("local_addrs = gw-1.example.org\nremote_addrs = vpn.example.org, 192.0.2.2, peer_2, %any"));
    CHECK(connection.local_hosts == policy::Hosts{{}, {"gw-1.example.org"}});
    CHECK(connection.local_addrs.empty());
    CHECK_FALSE(connection.is_resolved());
    CHECK(connection.remote_hosts.names == std::vector<std::string>{"vpn.example.org", "peer_2"});
    CHECK(connection.remote_addrs == std::vector{range("192.0.2.2", "192.0.2.2"), range("0.0.0.0", "255.255.255.255"),
                                                 range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")});
    CHECK(connection.remote_addrs == connection.remote_hosts.ranges);
}

TEST_CASE("addresses are networks, ranges and single addresses", "[config][mapping]") {
    const policy::Connection connection = only_connection(connection_with(
        "local_addrs = 192.0.2.1\nremote_addrs = 10.1.2.3/16, 10.0.0.5-10.0.0.9 , 2001:db8::/64,2001:db8:1::1"));
    CHECK(connection.local_addrs == std::vector{range("192.0.2.1", "192.0.2.1")});
    CHECK(connection.remote_addrs == std::vector{range("10.1.0.0", "10.1.255.255"), range("10.0.0.5", "10.0.0.9"),
                                                 range("2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
                                                 range("2001:db8:1::1", "2001:db8:1::1")});
}

TEST_CASE("%any alone is any address, beside others it adds all of them", "[config][mapping]") {
    const auto v4 = range("0.0.0.0", "255.255.255.255");
    const auto v6 = range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    const auto addrs = [](const std::string& list) {
        return only_connection(connection_with("remote_addrs = " + list)).remote_addrs;
    };
    CHECK(addrs("%any").empty());
    CHECK(addrs("\"\"").empty());
    CHECK(addrs("%any4") == std::vector{v4});
    CHECK(addrs("::") == std::vector{v6});
    CHECK(addrs("0.0.0.0/0, %any6") == std::vector{v4, v6});
    CHECK(addrs("10.0.0.1, %any") == std::vector{range("10.0.0.1", "10.0.0.1"), v4, v6});
}

TEST_CASE("the settings of a connection arrive", "[config][mapping]") {
    const policy::Connection connection =
        only_connection(connection_with("local_port = 4500\nremote_port = 0x1194\ndscp = 101110\nencap = "
                                        "Enabled\nmobike = no\ndpd_delay = 2m\nkeyingtries = 0\n"
                                        "proposals = aes128-sha256-modp2048, aes256gcm16-prfsha384-x25519"));
    CHECK(connection.local_port == 4500);
    CHECK(connection.remote_port == 4500);
    CHECK(connection.dscp == 46);
    CHECK(connection.encap);
    CHECK_FALSE(connection.mobike);
    CHECK(connection.dpd_delay == std::chrono::seconds(120));
    CHECK(connection.keyingtries == 0);
    REQUIRE(connection.proposals.size() == 2);
    CHECK(connection.proposals.at(0) ==
          policy::parse_proposal(policy::ProtocolId::ike, "aes128-sha256-modp2048")->at(0));
    CHECK(connection.proposals.at(1).has(policy::TransformType::prf));
}

TEST_CASE("the default proposals may stand beside others", "[config][mapping]") {
    const auto defaults = policy::default_proposals(policy::ProtocolId::ike);
    const policy::Connection connection =
        only_connection(connection_with("proposals = aes128-sha256-modp2048, default"));
    REQUIRE(connection.proposals.size() == 1 + defaults.size());
    CHECK(connection.proposals.at(1) == defaults.at(0));
}

TEST_CASE("rounds go by their number, and then as they stand", "[config][mapping][rfc4739-2.1]") {
    const policy::Connection connection = only_connection(
        "connections { c { local-z { auth = psk\n id = third\n round = 2 }\n local-b { auth = psk\n id = first }\n"
        "local-a { auth = psk\n id = second }\n remote { auth = psk\n id = peer } } }");
    CHECK(connection.local.id == identity("first"));
    REQUIRE(connection.further_local.size() == 2);
    CHECK(connection.further_local[0].id == identity("second"));
    CHECK(connection.further_local[1].id == identity("third"));
    CHECK(connection.further_remote.empty());
    CHECK(connection.last_local().id == identity("third"));
    CHECK(connection.last_remote().id == identity("peer"));
}

TEST_CASE("auth = null is of nobody", "[config][mapping][rfc7619-2.2]") {
    const policy::Connection connection =
        only_connection("connections { c { local { auth = null }\n remote { auth = NULL } } }");
    for (const policy::AuthRound* round : {&connection.local, &connection.remote}) {
        CHECK(round->auth == policy::AuthMethod::null);
        CHECK(round->id == policy::Identity::null());
    }
}

TEST_CASE("sections that start with local and remote are the rounds", "[config][mapping]") {
    const policy::Connection connection = only_connection(
        "connections { gw {\n local-1 { auth = psk\n id = moon@example.org\n }\n Remote_x { auth = psk\n "
        "id = \"C=CH, CN=sun\"\n round = 1\n } } }");
    CHECK(connection.local.id == identity("moon@example.org"));
    CHECK(connection.remote.id == identity("C=CH, CN=sun"));
    CHECK(connection.local.auth == policy::AuthMethod::psk);
    CHECK(connection.children.empty());
}

TEST_CASE("the settings of a child arrive", "[config][mapping]") {
    const policy::Child child = only_child(
        "esp_proposals = aes128gcm16-x25519, aes256-sha256\nlocal_ts = 10.1.0.0/16, dynamic[tcp/443]\n"
        "remote_ts = 10.2.0.1-10.2.0.9\nmode = transport\nstart_action = start\nreplay_window = 0");
    CHECK(child.esp_proposals.size() == 2);
    CHECK(child.esp_proposals.at(0).protocol == policy::ProtocolId::esp);
    REQUIRE(child.local_ts.size() == 2);
    CHECK(child.local_ts.at(0).selector.addresses == range("10.1.0.0", "10.1.255.255"));
    CHECK(child.local_ts.at(1).dynamic);
    CHECK(child.local_ts.at(1).selector.first_port == 443);
    CHECK(child.remote_ts.at(0).selector.addresses == range("10.2.0.1", "10.2.0.9"));
    CHECK(child.mode == policy::Mode::transport);
    CHECK(child.start_action == policy::StartAction::start);
    CHECK(child.replay_window == 0);
}

TEST_CASE("marks are a value with a mask, or one of our choice", "[config][mapping]") {
    using policy::Mark;
    using enum policy::NumberKind;
    policy::Child child =
        only_child("mark_in = 0x1ff/0xff\nmark_out = %unique-dir\nset_mark_in = %same/0xf0\nset_mark_out = 7");
    CHECK(child.mark_in == Mark{given, 0xff, 0xff});
    CHECK(child.mark_out == Mark{unique_dir, 0, 0xffffffff});
    CHECK(child.set_mark_in == Mark{same, 0, 0xf0});
    CHECK(child.set_mark_out == Mark{given, 7, 0xffffffff});
    child = only_child("mark_in = %unique\nmark_out = 0\nset_mark_in = 0/0\nset_mark_out = %unique/0xff");
    CHECK(child.mark_in == Mark{unique, 0, 0xffffffff});
    CHECK(child.mark_out == Mark{given, 0, 0xffffffff});
    CHECK_FALSE(child.set_mark_in.is_set());
    CHECK(child.set_mark_out == Mark{unique, 0, 0xff});
}

TEST_CASE("interface ids stand in connections and children", "[config][mapping]") {
    using policy::InterfaceId;
    using enum policy::NumberKind;
    const policy::Connection connection = only_connection(
        connection_with("if_id_in = 0x2a\nif_id_out = %unique", "if_id_in = %unique-dir\nif_id_out = 7"));
    CHECK(connection.if_id_in == InterfaceId{given, 42});
    CHECK(connection.if_id_out == InterfaceId{unique, 0});
    CHECK(connection.children.at(0).if_id_in == InterfaceId{unique_dir, 0});
    CHECK(connection.children.at(0).if_id_out == InterfaceId{given, 7});
}

TEST_CASE("what the kernel does for a child arrives", "[config][mapping]") {
    policy::Child child = only_child(
        "sha256_96 = yes\npolicies = no\npolicies_fwd_out = yes\nipcomp = yes\nmark_in_sa = yes\n"
        "copy_df = no\ncopy_ecn = no\ncopy_dscp = in\nreqid = 7\npriority = 1000\ninterface = eth0\n"
        "tfc_padding = 1400\nhw_offload = packet\nmode = beet");
    CHECK(child.sha256_96);
    CHECK_FALSE(child.policies);
    CHECK(child.policies_fwd_out);
    CHECK(child.ipcomp);
    CHECK(child.mark_in_sa);
    CHECK_FALSE(child.copy_df);
    CHECK_FALSE(child.copy_ecn);
    CHECK(child.copy_dscp == policy::CopyDscp::in);
    CHECK(child.reqid == 7);
    CHECK(child.priority == 1000);
    CHECK(child.interface == "eth0");
    CHECK(child.tfc_padding == 1400);
    CHECK(child.hw_offload == policy::HwOffload::packet);
    CHECK(child.mode == policy::Mode::beet);
    CHECK(only_child("tfc_padding = mtu").tfc_padding == policy::kPadToMtu);
    CHECK(only_child("per_cpu_sas = yes").per_cpu_sas);
    CHECK_FALSE(only_child("per_cpu_sas = no").per_cpu_sas);
}

TEST_CASE("words become what they say", "[config][mapping]") {
    using policy::CopyDscp;
    using policy::HwOffload;
    using policy::StartAction;
    const auto offload = [](const std::string& word) { return only_child("hw_offload = " + word).hw_offload; };
    CHECK(offload("no") == HwOffload::no);
    CHECK(offload("yes") == HwOffload::crypto);
    CHECK(offload("crypto") == HwOffload::crypto);
    CHECK(offload("auto") == HwOffload::automatic);
    const auto dscp = [](const std::string& word) { return only_child("copy_dscp = " + word).copy_dscp; };
    CHECK(dscp("out") == CopyDscp::out);
    CHECK(dscp("yes") == CopyDscp::yes);
    CHECK(dscp("no") == CopyDscp::no);
    const auto action = [](const std::string& word) { return only_child("start_action = " + word).start_action; };
    CHECK(action("clear") == StartAction::none);
    CHECK(action("route") == StartAction::trap);
    CHECK(action("restart") == StartAction::start);
    CHECK(action("start|trap") == StartAction::trap_and_start);
    const policy::Child ends = only_child("dpd_action = restart\nclose_action = trap");
    CHECK(ends.dpd_action == StartAction::start);
    CHECK(ends.close_action == StartAction::trap);
    const auto local_down = [](const std::string& word) {
        return only_connection(connection_with("on_local_down = " + word)).on_local_down;
    };
    CHECK(local_down("clear") == policy::OnLocalDown::clear);
    CHECK(local_down("hold") == policy::OnLocalDown::hold);
    CHECK(only_connection(connection_with("fail_closed = yes")).fail_closed);
    CHECK(only_connection(connection_with("session_resumption = yes")).session_resumption);
    for (const bool says_no : {false, true}) {
        const MemoryFiles files({{"/s.conf", connection_with(says_no ? "fail_closed = no" : "")}});
        const auto closed = load_swanctl(files, "/s.conf", {.ports = {}, .fail_closed = true});
        REQUIRE(closed);
        CHECK(closed->configuration.connections.at(0).fail_closed != says_no);
    }
}

TEST_CASE("a child proposes AH, ESP or both", "[config][mapping]") {
    policy::Child child = only_child("ah_proposals = sha256-modp2048, sha1");
    CHECK(child.esp_proposals.empty());
    REQUIRE(child.ah_proposals.size() == 2);
    CHECK(child.ah_proposals.at(0) == policy::parse_proposal(policy::ProtocolId::ah, "sha256-modp2048")->at(0));
    child = only_child("ah_proposals = sha256\nesp_proposals = aes128gcm16");
    CHECK(child.ah_proposals.size() == 1);
    CHECK(child.esp_proposals.size() == 1);
    child = only_child("ah_proposals =\nesp_proposals = \"\"");
    CHECK(child.ah_proposals.empty());
    CHECK(child.esp_proposals == policy::default_proposals(policy::ProtocolId::esp));
}

TEST_CASE("children with mode pass and drop are shunts", "[config][mapping]") {
    const policy::Connection connection = only_connection(
        "connections { gw { local { auth = psk\n }\n remote { auth = psk\n }\n children {\n"
        "a { mode = pass\n local_ts = 10.1.0.0/16\n start_action = trap\n priority = 5\n esp_proposals = aes128gcm16\n "
        "}\n"
        "b { }\n c { mode = drop\n remote_ts = 10.2.0.0/16[tcp/80]\n } } } }");
    REQUIRE(connection.shunts.size() == 2);
    REQUIRE(connection.children.size() == 1);
    CHECK(connection.child("b") != nullptr);
    CHECK(connection.child("a") == nullptr);
    const policy::Child* pass = connection.shunt("a");
    REQUIRE(pass != nullptr);
    CHECK(pass->mode == policy::Mode::pass);
    CHECK(pass->start_action == policy::StartAction::trap);
    CHECK(pass->priority == 5);
    CHECK(pass->proposals().empty());
    CHECK(pass->remote_ts == std::vector{*policy::parse_selector("dynamic")});
    CHECK(connection.shunt("c")->mode == policy::Mode::drop);
}

TEST_CASE("a connection of shunts needs neither authentication nor a secret", "[config][mapping]") {
    const LoadResult result = loaded(
        "connections { shunts { remote_addrs = 127.0.0.1\n children { lan { mode = pass\n local_ts = 10.1.0.0/16\n"
        "remote_ts = 10.1.0.0/16\n start_action = start\n } } } }");
    CHECK(result.warnings.empty());
    CHECK_FALSE(result.configuration.connections.at(0).negotiates());
    CHECK(print(result) == "configuration is valid: 1 connection, 1 child, 0 pre-shared keys\n");
}

TEST_CASE("several connections and children keep their order", "[config][mapping]") {
    const LoadResult result = loaded(
        "base { local { auth = psk\n }\n remote { auth = psk\n } }\n"
        "connections { b : base { children { y { }\n x { } } }\n a : base { }\n }\nsecrets { ike { secret = x } }");
    REQUIRE(result.configuration.connections.size() == 2);
    CHECK(result.configuration.connections.at(0).name == "b");
    CHECK(result.configuration.connections.at(0).children.at(0).name == "y");
    CHECK(result.configuration.connections.at(0).children.at(1).name == "x");
    CHECK(result.configuration.connections.at(1).name == "a");
    CHECK(result.warnings.empty());
}

TEST_CASE("connections and children inherit, and clear what they inherit", "[config][mapping]") {
    const policy::Connection connection = only_connection(
        "c-defaults { dpd_delay = 30\n encap = yes\n local { auth = psk\n id = gw\n }\n remote { auth = psk\n } }\n"
        "child-defaults { mode = transport\n replay_window = 64\n }\n"
        "connections { gw : c-defaults { encap =\n remote { id = peer\n }\n"
        " children { net : child-defaults { replay_window =\n } } } }");
    CHECK(connection.dpd_delay == std::chrono::seconds(30));
    CHECK_FALSE(connection.encap);
    CHECK(connection.local.id == identity("gw"));
    CHECK(connection.remote.id == identity("peer"));
    CHECK(connection.children.at(0).mode == policy::Mode::transport);
    CHECK(connection.children.at(0).replay_window == 32);
}

TEST_CASE("a configuration in many files is one", "[config][mapping]") {
    const MemoryFiles files({
        {"/etc/swanctl/swanctl.conf", "include conf.d/*.conf"},
        {"/etc/swanctl/conf.d/a.conf", "connections { a : base { } }"},
        {"/etc/swanctl/conf.d/b.conf", "connections { b : base { } }\nsecrets { include /etc/psk }"},
        {"/etc/swanctl/conf.d/z.conf", "base { local { auth = psk\n }\n remote { auth = psk\n } }"},
        {"/etc/psk", "ike-1 { secret = x\n }"},
    });
    const auto result = load_swanctl(files, "/etc/swanctl/swanctl.conf");
    REQUIRE(result);
    CHECK(result->configuration.connections.size() == 2);
    CHECK(result->configuration.secrets.size() == 1);
    CHECK(print(*result) == "configuration is valid: 2 connections, 0 children, 1 pre-shared key\n");
}

TEST_CASE("what can hardly be meant is loaded with a warning", "[config][mapping]") {
    const auto warnings = [](const std::string& text) {
        const LoadResult result = loaded(text);
        return result.warnings.empty() ? std::string() : result.warnings.at(0);
    };
    CHECK(warnings(connection_with("remote_addrs = 10.0.0.1", "start_action = start")).empty());
    CHECK(warnings(connection_with("remote_addrs = 10.0.0.0/8, 10.0.0.1", "start_action = start")).empty());
    CHECK_FALSE(warnings(connection_with("remote_addrs = 10.0.0.0/8", "start_action = start")).empty());
    CHECK_FALSE(warnings(connection_with("remote_addrs = 10.0.0.0/8", "start_action = trap")).empty());
    CHECK(warnings(connection_with("remote_addrs = 10.0.0.0/8")).empty());
    CHECK_FALSE(warnings(connection_with("remote_addrs = 10.0.0.0/8", "dpd_action = start")).empty());
    CHECK_FALSE(warnings(connection_with("remote_addrs = 10.0.0.0/8", "close_action = trap")).empty());
    CHECK(warnings(connection_with("", "start_action = start")) ==
          "/s.conf:1:15: connections.gw: 'net' cannot start by itself, as remote_addrs names no single address");
    const std::string dynamic = "'net', whose selectors are dynamic, as remote_addrs names no single address";
    CHECK(warnings(connection_with("fail_closed = yes")) ==
          "/s.conf:1:15: connections.gw: fail_closed is in vain for " + dynamic);
    CHECK(warnings(connection_with("fail_closed = yes\nremote_addrs = 10.0.0.1")).empty());
    const std::string unknown =
        "/s.conf:1:15: connections.gw: fail_closed is in vain for 'net', whose selectors are dynamic, until the "
        "address of vpn.example.org is known";
    CHECK(warnings(connection_with("fail_closed = yes\nremote_addrs = vpn.example.org")) == unknown);
    CHECK(warnings(connection_with("fail_closed = yes\nremote_addrs = 10.0.0.0/8, vpn.example.org")) == unknown);
    CHECK(warnings(connection_with("fail_closed = yes\nremote_addrs = 10.0.0.1\nlocal_addrs = vpn.example.org")) ==
          unknown);
    CHECK(warnings(connection_with("fail_closed = yes\nremote_addrs = 10.0.0.1, vpn.example.org")).empty());
    CHECK(warnings(connection_with("remote_addrs = vpn.example.org")).empty());
    CHECK(warnings(connection_with("fail_closed = yes\nremote_addrs = vpn.example.org",
                                   "local_ts = 10.1.0.0/16\nremote_ts = 10.2.0.0/16"))
              .empty());
    CHECK(warnings(connection_with("fail_closed = yes", "local_ts = 10.1.0.0/16\nremote_ts = 10.2.0.0/16")).empty());
    CHECK(warnings("unused { }") ==
          "/s.conf:1:1: section 'unused' means nothing to xfrmd and no section inherits from it");
    CHECK(warnings("connections { a { local { auth = psk\n }\n remote { auth = psk\n } } }") ==
          "/s.conf: no pre-shared key under 'secrets', so no connection with auth = psk can come up");
    // RFC 4739: in any round
    CHECK(warnings("connections { a { local-1 { auth = pubkey\n }\n local-2 { auth = psk\n }\n remote { auth = "
                   "pubkey\n } } }") ==
          "/s.conf: no pre-shared key under 'secrets', so no connection with auth = psk can come up");
    CHECK(warnings("connections { a { local { auth = pubkey\n }\n remote-1 { auth = pubkey\n }\n remote-2 { auth = "
                   "psk\n } } }") ==
          "/s.conf: no pre-shared key under 'secrets', so no connection with auth = psk can come up");
    CHECK(warnings("include gone.conf") == "/s.conf:1:1: include 'gone.conf' matches no file");
    CHECK(print(loaded("unused { }")).starts_with("warning: /s.conf:1:1: section 'unused'"));
}
