#include <catch2/catch_test_macros.hpp>

#include "daemon/config/error_list.h"
#include "tests/unit/config/loading.h"

using namespace xfrmd::daemon;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string in_connection(const std::string& setting) { return errors_of(connection_with(setting)); }
std::string in_child(const std::string& setting) { return errors_of(connection_with("", setting)); }
std::string in_round(const std::string& setting) { return errors_of(round_with(setting)); }

}  // namespace

TEST_CASE("a connection can only have a port that is listened on", "[config][errors]") {
    CHECK(in_connection("local_port = 1500") ==
          "/s.conf:4:14: connections.gw.local_port: xfrmd listens on ports 500 and 4500 only (its options --port and "
          "--nat-port)\n");
    CHECK(
        in_connection("local_port = 4500") ==
        "/s.conf:4:14: connections.gw.local_port: what leaves from 4500 has a marker that nobody expects on port 500; "
        "set remote_port as well\n");
    CHECK(in_connection("local_port = 4500\nremote_port = 4500").empty());
    const MemoryFiles files({{"/s.conf", connection_with("local_port = 500")}});
    CHECK_FALSE(load_swanctl(files, "/s.conf", {1500, 14500}));
    const MemoryFiles silent({{"/s.conf", connection_with("")}});
    const auto loaded = load_swanctl(silent, "/s.conf", {1500, 14500});
    REQUIRE(loaded);
    CHECK(loaded->configuration.connections.front().local_port == 1500);
}

TEST_CASE("a bad value says what is expected, at the value", "[config][errors]") {
    CHECK(in_connection("dpd_delay =  3 weeks") ==
          "/s.conf:4:14: connections.gw.dpd_delay: expected a time: a number of seconds, or a number followed by s, m, "
          "h or d, not '3 weeks'\n");
    CHECK(in_connection("encap = maybe") == "/s.conf:4:9: connections.gw.encap: expected yes or no, not 'maybe'\n");
    CHECK(in_connection("version = 3") == "/s.conf:4:11: connections.gw.version: expected one of 0, 1, 2, not '3'\n");
    CHECK(in_connection("local_port = 65536") ==
          "/s.conf:4:14: connections.gw.local_port: expected a number from 0 to 65535\n");
    CHECK(in_connection("remote_port = 0") ==
          "/s.conf:4:15: connections.gw.remote_port: expected a number from 1 to 65535\n");
    CHECK(in_connection("keyingtries = 4294967296") ==
          "/s.conf:4:15: connections.gw.keyingtries: expected a number from 0 to 4294967295\n");
    CHECK(in_connection("dpd_delay = 4294967296") ==
          "/s.conf:4:13: connections.gw.dpd_delay: expected at most 4294967295 seconds\n");
    CHECK(in_child("replay_window = 4097") ==
          "/s.conf:6:17: connections.gw.children.net.replay_window: expected a number from 0 to 4096\n");
    CHECK(in_child("start_action = now") ==
          "/s.conf:6:16: connections.gw.children.net.start_action: expected one of none, clear, trap, route, start, "
          "restart, not 'now'\n");
    CHECK(in_round("auth = secret") ==
          "/s.conf:3:8: connections.gw.local.auth: expected psk, null, or pubkey, rsa, rsa/pss, ecdsa, ed25519, "
          "ed448, mldsa44, mldsa65 or mldsa87, each with the least bits of its keys and with hashes, such as "
          "rsa-3072-sha256\n");
}

TEST_CASE("bad addresses, proposals, selectors and identities are named", "[config][errors]") {
    CHECK(in_connection("remote_addrs = 10.0.0.1, 10.0.0.256") ==
          "/s.conf:4:16: connections.gw.remote_addrs: '10.0.0.256' is not an address, a host's name, a network "
          "(address/length), a range (from-to) or %any\n");
    CHECK(holds(in_connection("local_addrs = 10.0.0.0/33"), "'10.0.0.0/33' is not an address"));
    CHECK(holds(in_connection("local_addrs = 10.0.0.9-10.0.0.1"), "'10.0.0.9-10.0.0.1' is not an address"));
    CHECK(holds(in_connection("local_addrs = 10.0.0.9-::1"), "is not an address"));
    CHECK(holds(in_connection("local_addrs = %eth0"), "'%eth0' is not an address"));
    for (const char* item :
         {"gw-.example.org", ".example.org", "gw..example.org", "192.0.2.300", "a,b@example.org", "gw/24"}) {
        CHECK(
            holds(in_connection("local_addrs = " + std::string(item)), "is not an address, a host's name, a network"));
    }
    CHECK(holds(in_connection("proposals = aes128-sha256-modp2048, aes128-foo"), "foo"));
    CHECK(holds(in_child("esp_proposals = aes128gcm16-bar"), "bar"));
    CHECK(holds(in_child("local_ts = 10.1.0.0/16, 10.2.0.0/99"), "10.2.0.0/99"));
    CHECK(holds(in_child("remote_ts = dynamic[tcp"), "/s.conf:6:13: connections.gw.children.net.remote_ts: "));
    CHECK(holds(in_round("id = \"@#zz\""), "/s.conf:3:6: connections.gw.local.id: "));
}

TEST_CASE("what the kernel could not take is refused", "[config][errors]") {
    const std::string path = "connections.gw.children.net.";
    CHECK(in_child("mark_in = 1/0x1ffffffff") == "/s.conf:6:11: " + path +
                                                     "mark_in: expected a mark: value/mask of 32 bits, or one of "
                                                     "%unique, %unique-dir, not '1/0x1ffffffff'\n");
    CHECK(holds(in_child("mark_out = %same"), path + "mark_out: expected a mark"));
    CHECK(holds(in_child("set_mark_in = same"), "or one of %unique, %unique-dir, %same, not 'same'"));
    CHECK(in_child("if_id_in = 4294967296") ==
          "/s.conf:6:12: " + path + "if_id_in: expected a number from 0 to 4294967295\n");
    CHECK(holds(in_connection("if_id_out = %same"), "expected a number, %unique or %unique-dir, not '%same'"));
    CHECK(in_child("reqid = 4294967296") == "/s.conf:6:9: " + path + "reqid: expected a number from 0 to 4294967295\n");
    CHECK(holds(in_child("priority = 4294967296"), path + "priority: expected a number from 0 to 4294967295"));
    CHECK(in_child("tfc_padding = 4294967295") ==
          "/s.conf:6:15: " + path + "tfc_padding: expected a number from 0 to 4294967294\n");
    CHECK(in_child("life_time = 4294967296") ==
          "/s.conf:6:13: " + path + "life_time: expected at most 4294967295 seconds\n");
    CHECK(in_child("interface = a-name-of-16-chr") ==
          "/s.conf:6:13: " + path +
              "interface: 'a-name-of-16-chr' is no name of an interface: up to 15 characters without blanks, '/' and "
              "':'\n");
    for (const char* bad : {"eth/0", "\"eth 0\"", ".", "..", "eth0:1"}) {
        CHECK(holds(in_child(std::string("interface = ") + bad), "is no name of an interface"));
    }
    CHECK(holds(in_child("hw_offload = full"), "expected one of no, yes, crypto, packet, auto, not 'full'"));
    CHECK(holds(in_child("copy_dscp = both"), "expected one of out, in, yes, no, not 'both'"));
    CHECK(holds(in_child("copy_df = out"), path + "copy_df: expected yes or no, not 'out'"));
    CHECK(holds(in_child("ah_proposals = aes128"), path + "ah_proposals: proposal 'aes128': AH needs an integrity"));
    CHECK(in_connection("on_local_down = wait") ==
          "/s.conf:4:17: connections.gw.on_local_down: expected one of hold, clear, not 'wait'\n");
    CHECK(holds(in_connection("fail_closed = open"), "connections.gw.fail_closed: expected yes or no, not 'open'"));
}

TEST_CASE("SAs for single CPUs are the kernel's to choose", "[config][errors][rfc9611-4]") {
    for (const std::string other : {"policies = no", "ipcomp = yes", "mode = beet", "hw_offload = auto"}) {
        CHECK(holds(in_child("per_cpu_sas = yes\n" + other), ".per_cpu_sas: does not go together with"));
    }
    CHECK(in_child("per_cpu_sas = no\nipcomp = yes").empty());
}

TEST_CASE("esn needs a replay window", "[config][errors][rfc4303-3.4.3]") {
    CHECK(in_child("replay_window = 0\nesp_proposals = aes128gcm16-esn") ==
          "/s.conf:6:17: connections.gw.children.net.replay_window: esn in a proposal needs a window, at least of 1 "
          "packet\n");
    CHECK_FALSE(in_child("replay_window = 0\nah_proposals = sha256, sha1-noesn-esn").empty());
    CHECK(in_child("replay_window = 0\nesp_proposals = aes128gcm16").empty());
    CHECK(in_child("replay_window = 1\nesp_proposals = aes128gcm16-esn").empty());
}

TEST_CASE("a shunt names addresses", "[config][errors]") {
    CHECK(in_child("mode = pass") ==
          "/s.conf:5:12: connections.gw.children.net: with mode = pass or drop, local_ts or "
          "remote_ts must name addresses\n");
    CHECK_FALSE(in_child("mode = drop\nremote_ts = dynamic[tcp]").empty());
    CHECK(in_child("mode = drop\nremote_ts = 0.0.0.0/0").empty());
    CHECK(in_child("mode = pass\nlocal_ts = 10.0.0.0/8").empty());
}

TEST_CASE("lists and identities have a largest size", "[config][errors][rfc7296-3.3.1][rfc7296-3.13]") {
    const auto list = [](const std::string& item, int count) {
        std::string text = item;
        for (int i = 1; i < count; ++i) text += "," + item;
        return text;
    };
    CHECK(in_child("local_ts = " + list("10.0.0.0/8", 255)).empty());
    CHECK(in_child("local_ts = " + list("10.0.0.0/8", 256)) ==
          "/s.conf:6:12: connections.gw.children.net.local_ts: expected at most 255 selectors\n");
    CHECK(in_connection("proposals = " + list("aes128-sha256-x25519", 255)).empty());
    CHECK(in_connection("proposals = " + list("aes128-sha256-x25519", 256)) ==
          "/s.conf:4:13: connections.gw.proposals: expected at most 255 proposals\n");
    CHECK(in_connection("proposals = " + list("default", 128)).find("at most 255") != std::string::npos);
    CHECK(in_child("ah_proposals = " + list("sha256", 200) + "\nesp_proposals = " + list("aes128gcm16", 55)).empty());
    CHECK(in_child("ah_proposals = " + list("sha256", 200) + "\nesp_proposals = " + list("aes128gcm16", 56)) ==
          "/s.conf:7:17: connections.gw.children.net.esp_proposals: expected at most 255 proposals for AH and ESP "
          "together\n");
    CHECK(in_round("id = " + std::string(4096, 'x')).empty());
    CHECK(in_round("id = " + std::string(4097, 'x')) ==
          "/s.conf:3:6: connections.gw.local.id: expected an identity of at most 4096 bytes\n");
}

TEST_CASE("what is not yet honoured says what is", "[config][errors]") {
    CHECK(in_connection("mediation = yes") ==
          "/s.conf:4:1: connections.gw.mediation = yes is not yet honoured; use 'no', or leave it out: there is no "
          "mediation, an experiment of strongSwan's own\n");
    CHECK(in_round("auth = eap-tls") == "/s.conf:3:8: connections.gw.local.auth: EAP and XAuth are not yet honoured\n");
    CHECK(
        in_round("groups = sales, support") ==
        "/s.conf:3:1: connections.gw.local.groups is not yet honoured: there are no attribute certificates and no EAP "
        "yet, so no peer is in a group\n");
    CHECK(in_child("mode = iptfs") ==
          "/s.conf:6:1: connections.gw.children.net.mode = iptfs is not yet honoured; use 'tunnel' or 'transport' or "
          "'beet' or 'pass' or 'drop', or leave it out: neither IP-TFS (RFC 9347) nor Mobile IPv6's proxies are there "
          "yet\n");
}

TEST_CASE("an unknown key comes with a near match or with its right place", "[config][errors]") {
    CHECK(in_connection("dpd_dely = 3") ==
          "/s.conf:4:1: connections.gw: unknown key 'dpd_dely'; did you mean 'dpd_delay'?\n");
    CHECK(in_child("mark_inn = 1") ==
          "/s.conf:6:1: connections.gw.children.net: unknown key 'mark_inn'; did you mean 'mark_in'?\n");
    CHECK(holds(in_child("hw_ofload = no"), "did you mean 'hw_offload'?"));
    CHECK(holds(in_connection("fail_close = yes"), "did you mean 'fail_closed'?"));
    CHECK(holds(in_child("fail_closed = yes"), "it belongs in connections.<conn>"));
    CHECK(in_connection("colour = blue") == "/s.conf:4:1: connections.gw: unknown key 'colour'\n");
    CHECK(in_connection("esp_proposals = default") ==
          "/s.conf:4:1: connections.gw: unknown key 'esp_proposals'; it belongs in "
          "connections.<conn>.children.<child>\n");
    CHECK(in_child("mobike = no") ==
          "/s.conf:6:1: connections.gw.children.net: unknown key 'mobike'; it belongs in connections.<conn>\n");
    CHECK(in_round("ids = x") == "/s.conf:3:1: connections.gw.local: unknown key 'ids'; did you mean 'id'?\n");
    CHECK(in_connection("Version = 2") ==
          "/s.conf:4:1: connections.gw: unknown key 'Version'; did you mean 'version'?\n");
}

TEST_CASE("an unknown section comes with a near match", "[config][errors]") {
    CHECK(errors_of("conections { }") == "/s.conf:1:1: unknown section 'conections'; did you mean 'connections'?\n");
    CHECK(errors_of("Secrets { }") == "/s.conf:1:1: unknown section 'Secrets'; did you mean 'secrets'?\n");
    CHECK(holds(in_connection("lokal { }"), "connections.gw.lokal: unknown section; did you mean 'local'?"));
    CHECK(in_connection("child { }") == "/s.conf:4:1: connections.gw.child: unknown section\n");
    CHECK(in_child("x { }") == "/s.conf:6:1: connections.gw.children.net.x: unknown section\n");
    CHECK(in_round("certz { }") == "/s.conf:3:1: connections.gw.local.certz: 'file' or 'handle' is missing\n");
    CHECK(in_round("crt { }") == "/s.conf:3:1: connections.gw.local.crt: unknown section; did you mean 'cert'?\n");
    CHECK(errors_of("secrets { foo { } }") == "/s.conf:1:11: secrets.foo: unknown kind of secret\n");
    CHECK(holds(errors_of("pools { p { x { } } }"), "pools.p: unknown section in it"));
}

TEST_CASE("settings where only sections can stand are refused", "[config][errors]") {
    CHECK(errors_of("version = 2") == "/s.conf:1:1: unknown key 'version': settings stand in sections\n");
    CHECK(errors_of("connections { version = 2 }") ==
          "/s.conf:1:15: connections: only sections are expected here, not settings\n");
    CHECK(errors_of("pools { x = 2 }") == "/s.conf:1:9: pools: only sections are expected here, not settings\n");
    CHECK(in_connection("children { mode = tunnel\n }") ==
          "/s.conf:4:12: connections.gw.children: a section for each child is expected here, not a setting\n");
}

TEST_CASE("authentication must be asked for", "[config][errors]") {
    CHECK(errors_of("connections { gw { } }") ==
          "/s.conf:1:15: connections.gw: no section 'local', which says how that side proves who it is\n");
    CHECK(errors_of("connections { gw { local { auth = psk\n }\n remote { } } }").empty());  // strongSwan's pubkey
}

TEST_CASE("rounds that do not go together are refused", "[config][errors][rfc7619-2.3]") {
    CHECK(in_connection("local-2 { auth = psk\n }").empty());
    CHECK(holds(in_connection("local-2 { auth = null\n }"),
                "connections.gw: a round with auth = null is the only one of its side"));
    CHECK(holds(in_connection("local-2 { auth = psk\n }\n session_resumption = yes"),
                "connections.gw.session_resumption: does not go together with several rounds of authentication"));
    const auto with_null = [](const std::string& round, const std::string& more) {
        return errors_of("connections { gw {\n" + more + "\nlocal { auth = psk\n }\n remote { auth = null\n" + round +
                         " }\n children { c { } } } }");
    };
    CHECK(with_null("", "").empty());
    CHECK(
        holds(with_null("id = somebody\n", ""),
              "connections.gw.remote: with auth = null there is no id, certs, cacerts, pubkeys, ca_id, cert_policy or "
              "revocation"));
    for (const std::string unique : {"keep", "replace"}) {
        CHECK(holds(with_null("", "unique = " + unique),
                    "connections.gw.unique: peers of a remote section with auth = null cannot be told apart"));
    }
    CHECK(with_null("", "unique = never").empty());
}

TEST_CASE("all errors are reported together, in the order of their places", "[config][errors]") {
    const auto loaded = load_text(connection_with("mediation = yes\nfoo = 1\nversion = 7", "mode = iptfs"));
    REQUIRE_FALSE(loaded);
    REQUIRE(loaded.error().size() == 4);
    CHECK(loaded.error().at(0).line == 4);
    CHECK(loaded.error().at(1).line == 5);
    CHECK(loaded.error().at(2).line == 6);
    CHECK(loaded.error().at(3).line == 8);
}

TEST_CASE("an error in a section that others inherit is reported once", "[config][errors]") {
    CHECK(errors_of("d { local { auth = psk\n }\n remote { auth = psk\n }\n mediation = yes\n }\n"
                    "connections { a : d { }\n b : d { }\n c : d { } }") ==
          "/s.conf:5:2: connections.a.mediation = yes is not yet honoured; use 'no', or leave it out: there is no "
          "mediation, an experiment of strongSwan's own\n");
}

TEST_CASE("errors have a largest number", "[config][errors]") {
    std::string text = "connections {\n";
    for (int i = 0; i < 1000; ++i) text += "c" + std::to_string(i) + " { x = 1\n y = 2\n z = 3 }\n";
    const auto loaded = load_text(text + "}");
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().size() == ErrorList::kMost);
    CHECK(print(loaded.error()).ends_with("there may be more errors after these\n"));
}

TEST_CASE("what an error shows is safe for a terminal and not long", "[config][errors]") {
    const std::string errors = in_connection("unique = \"a\\n\xc3\xa9" + std::string(1000, 'x') + "\"");
    CHECK(holds(errors, "not 'a\\x0a\\xc3\\xa9xxx"));
    CHECK(errors.size() < 300);
    CHECK(holds(errors_of("connections { caf\xc3\xa9 { } }"), "connections.caf\\xc3\\xa9: no section 'local'"));
}

TEST_CASE("syntax errors and missing bases end the load", "[config][errors]") {
    CHECK(errors_of("connections { gw { version 2 } }") == "/s.conf:1:28: expected '=', '{' or ':' after a name\n");
    CHECK(errors_of("connections { gw : base { } }\nbased { }") ==
          "/s.conf:1:20: there is no section 'base' to inherit from; did you mean 'based'?\n");
    const auto missing = load_swanctl(MemoryFiles(), "/etc/none.conf");
    REQUIRE_FALSE(missing);
    CHECK(print(missing.error()) == "/etc/none.conf: No such file or directory\n");
}
