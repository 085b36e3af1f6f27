#include "daemon/config/swanctl_key.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "tests/unit/config/loading.h"

using namespace xfrmd::daemon;

namespace {

// Every key of strongSwan 6.0.6's swanctl.conf: what xfrmd takes, what it refuses as not yet honoured, and what it
// takes with a warning, as it has no effect. Values are separated by ';', "-" is none.
struct Case {
    std::string_view key;
    std::string_view accepted;
    std::string_view refused;
    std::string_view idle = "-";
};

// clang-format off
constexpr Case kConnectionCases[] = {
    {"version", "0;2", "1"},
    {"local_addrs", "%any;10.0.0.1;10.0.0.1, 2001:db8::/32;gw.example.org", "-"},
    {"remote_addrs", "%any;10.0.0.1-10.0.0.9;%any, a.example", "-"},
    {"local_port", "500;0", "-"},
    {"remote_port", "500;4500", "-"},
    {"proposals", "default;aes128-sha256-modp2048, default", "-"},
    {"vips", "\"\";0.0.0.0;10.0.0.1, ::", "-"},
    {"aggressive", "no;false;0", "-", "yes;1"},
    {"pull", "yes;1", "-", "no"},
    {"dscp", "000000;0;000001;101110", "-"},
    {"encap", "yes;no;TRUE;disabled", "-"},
    {"mobike", "yes;no", "-"},
    {"dpd_delay", "0;30;30s;5m", "-"},
    {"dpd_timeout", "0;0s", "-", "150;2m"},
    {"fragmentation", "no;yes;accept;force", "-"},
    {"childless", "allow;prefer;force;never", "-"},
    {"send_certreq", "yes;no", "-"},
    {"send_cert", "ifasked;never;always", "-"},
    {"ocsp", "reply;request;both;never", "-"},
    {"ppk_id", "\"\";quantum@example.org", "-"},
    {"ppk_required", "no;yes", "-"},
    {"keyingtries", "0;1;5", "-"},
    {"unique", "no;never;keep;replace", "-"},
    {"reauth_time", "0;0s;3h", "-"},
    {"rekey_time", "0;0h;4h", "-"},
    {"over_time", "0;10", "-"},
    {"rand_time", "0;10m", "-"},
    {"pools", "\"\";one;one, two", "-"},
    {"if_id_in", "0;0x0;1;4294967295;%unique;%unique-dir", "-"},
    {"if_id_out", "0;0x10;%unique", "-"},
    {"mediation", "no", "yes"},
    {"mediated_by", "\"\"", "med"},
    {"mediation_peer", "\"\"", "peer"},
};
constexpr Case kLocalCases[] = {
    {"round", "0;1;2", "-"},
    {"certs", "\"\";\",\"", "-"},
    {"pubkeys", "\"\";\",\"", "-"},
    {"auth", "psk;PSK;null;pubkey;rsa-3072-sha256;ecdsa;ike:rsa/pss", "eap-mschapv2;eap;xauth-pam"},
    {"id", "gw.example.org;%any;10.0.0.1;\"C=CH, O=xfrmd\"", "-"},
    {"eap_id", "\"\"", "-", "carol;%any"},
    {"aaa_id", "\"\"", "-", "aaa.example.org"},
    {"xauth_id", "\"\"", "-", "carol"},
};
constexpr Case kRemoteCases[] = {
    {"round", "0;1", "-"},
    {"id", "gw.example.org;%any", "-"},
    {"eap_id", "\"\"", "carol", "%any"},
    {"groups", "\"\"", "sales"},
    {"cert_policy", "\"\";1.2.3;1.2.3, 2.5.29.32.0", "-"},
    {"certs", "\"\";\",\"", "-"},
    {"cacerts", "\"\";\",\"", "-"},
    {"ca_id", "\"\";C=CH;ca.example.org", "-"},
    {"pubkeys", "\"\";\",\"", "-"},
    {"revocation", "relaxed;ifuri;strict", "-"},
    {"auth", "psk;pubkey;ed25519", "-"},
};
constexpr Case kChildCases[] = {
    {"ah_proposals", "\"\";default;sha256;sha256-modp2048, sha1-esn", "-"},
    {"esp_proposals", "default;aes128gcm16, aes128-sha256", "-"},
    {"sha256_96", "no;yes", "-"},
    {"local_ts", "dynamic;10.1.0.0/16, 10.2.0.0/16[tcp/80]", "-"},
    {"remote_ts", "dynamic[gre];2001:db8::/32", "-"},
    {"rekey_time", "0;1h", "-"},
    {"life_time", "0;0d;66m", "-"},
    {"rand_time", "0;6m", "-"},
    {"rekey_bytes", "0;0k;1g", "-"},
    {"life_bytes", "0;1100m", "-"},
    {"rand_bytes", "0;1", "-"},
    {"rekey_packets", "0;1000000", "-"},
    {"life_packets", "0;18446744073709551615", "-"},
    {"rand_packets", "0;1", "-"},
    {"updown", "\"\";/usr/lib/ipsec/_updown iptables", "-"},
    {"hostaccess", "no;yes", "-"},
    {"mode", "tunnel;transport;TUNNEL;beet", "transport_proxy;iptfs"},
    {"policies", "yes;no", "-"},
    {"policies_fwd_out", "no;yes", "-"},
    {"dpd_action", "clear;none;trap;route;restart;start;trap|start", "-"},
    {"ipcomp", "no;yes", "-"},
    {"inactivity", "0;10m", "-"},
    {"reqid", "0;7;4294967295", "-"},
    {"priority", "0;1000", "-"},
    {"interface", "\"\";eth0;a-name-of-15-ch", "-"},
    {"mark_in", "0/0;0/0x00000000;5;0;0x10/0xff;%unique;%unique-dir/0xff", "-"},
    {"mark_in_sa", "no;yes", "-"},
    {"mark_out", "0/0;5;%unique-dir", "-"},
    {"set_mark_in", "0/0;%same;3/3;%unique", "-"},
    {"set_mark_out", "0/0;%same/0xff", "-"},
    {"if_id_in", "0;5;%unique", "-"},
    {"if_id_out", "0;%unique-dir", "-"},
    {"label", "\"\"", "system_u:object_r:ipsec_spd_t:s0"},
    {"label_mode", "system", "-", "simple;selinux"},
    {"tfc_padding", "0;mtu;1400", "-"},
    {"replay_window", "0;32;4096", "-"},
    {"per_cpu_sas", "no;false;disabled;0;yes;true;enabled;1", "encap"},
    {"hw_offload", "no;yes;crypto;packet;auto", "-"},
    {"copy_df", "yes;no", "-"},
    {"copy_ecn", "yes;no", "-"},
    {"copy_dscp", "out;in;yes;no", "-"},
    {"icmp", "no", "yes"},
    {"start_action", "none;clear;start;restart;trap;route;trap|start;start|trap", "-"},
    {"close_action", "none;clear;start;trap;trap|start", "-"},
};
// What strongSwan does not have.
constexpr Case kOwnConnectionCases[] = {
    {"on_local_down", "hold;clear", "-"},
    {"ppk_exchange", "any;ike_auth;ike_intermediate", "-"},
    {"fail_closed", "no;yes", "-"},
    {"session_resumption", "no;yes", "-"},
};
// clang-format on

// Sections that are honoured, but for some of their keys.
struct HonouredSection {
    std::string_view parents;
    std::string_view honoured;
    std::string_view refused;
};
constexpr HonouredSection kHonouredSections[] = {
    {"connections gw local cert1", "file handle slot module", ""},
    {"connections gw remote cert", "file handle slot module", ""},
    {"connections gw remote cacert-x", "file handle slot module", ""},
    {"secrets token1", "handle slot module pin", ""},
    {"secrets ppk-1", "secret id", ""},
    {"pools v4", "addrs address dns nbns dhcp netmask server subnet p_cscf split_include split_exclude 25 28672", ""},
    {"secrets eap-carol", "secret id-1", ""},
    {"secrets ntlm1", "secret id", ""},
    {"authorities ca", "cacert file handle slot module crl_uris ocsp_uris cert_uri_base", ""},
    {"secrets private", "file secret", ""},
    {"secrets rsa-gw", "file secret", ""},
    {"secrets ecdsa", "file secret", ""},
    {"secrets pkcs8", "file secret", ""},
    {"secrets pkcs12-gw", "file secret", ""},
};

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(separator, start), text.size());
        if (end > start && text.substr(start, end - start) != "-") parts.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string warnings_of(const std::string& text) {
    const auto loaded = load_text(text);
    std::string warnings;
    for (std::size_t i = 0; loaded && i < loaded->warnings.size(); ++i) warnings += loaded->warnings[i] + "\n";
    return warnings;
}

// `place` puts one assignment into a text that loads without it.
template <typename Put, std::size_t count>
void check(const Case (&cases)[count], Place where, const std::string& path, Put place) {
    for (const Case& each : cases) {
        const std::string key(each.key);
        for (const std::string& value : split(each.accepted, ';')) {
            INFO(key << " = " << value);
            CHECK(errors_of(place(key + " = " + value)).empty());
            CHECK_FALSE(holds(warnings_of(place(key + " = " + value)), path + "." + key));
        }
        for (const std::string& value : split(each.refused, ';')) {
            INFO(key << " = " << value);
            const std::string errors = errors_of(place("\n\n" + key + " = " + value));
            CHECK(holds(errors, path + "." + key));
            CHECK(holds(errors, "not yet honoured"));
            CHECK_FALSE(holds(errors, "unknown"));
            CHECK(std::count(errors.begin(), errors.end(), '\n') == 1);
        }
        for (const std::string& value : split(each.idle, ';')) {
            INFO(key << " = " << value);
            CHECK(errors_of(place(key + " = " + value)).empty());
            const std::string warnings = warnings_of(place("\n\n" + key + " = " + value));
            CHECK(holds(warnings, path + "." + key + ": " + std::string(find_key(where, key)->note)));
            CHECK(std::count(warnings.begin(), warnings.end(), '\n') == 1);
        }
        INFO(key << " cleared");
        if (key != "auth") CHECK(errors_of(place(key + " =")).empty());
        CHECK(split(std::string(each.accepted) + ";" + std::string(each.refused) + ";" + std::string(each.idle), ';')
                  .size() >= 2);
    }
}

std::string rounds_with(const std::string& local, const std::string& remote) {
    return "connections { gw { local { auth = psk\n" + local + "\n}\nremote { auth = psk\n" + remote + "\n} } }\n" +
           "secrets { ike { secret = x } }\n";
}

}  // namespace

TEST_CASE("every key of a connection is honoured, or refused by name", "[config][keys]") {
    const auto place = [](const std::string& setting) {
        return connection_with(setting) + "\npools { one {\naddrs = 10.3.0.0/24\n}\ntwo {\naddrs = 10.4.0.0/24\n} }";
    };
    check(kConnectionCases, Place::connection, "connections.gw", place);
    check(kOwnConnectionCases, Place::connection, "connections.gw", place);
}

TEST_CASE("every key of a local round is honoured, or refused by name", "[config][keys]") {
    check(kLocalCases, Place::round, "connections.gw.local",
          [](const std::string& setting) { return rounds_with(setting, ""); });
}

TEST_CASE("every key of a remote round is honoured, or refused by name", "[config][keys]") {
    check(kRemoteCases, Place::round, "connections.gw.remote",
          [](const std::string& setting) { return rounds_with("", setting); });
}

TEST_CASE("cert_policy takes object identifiers and nothing else", "[config][keys]") {
    for (const char* wrong : {"1", "1.", ".1", "1..2", "one", "1.2.3 and 4"}) {
        CHECK(holds(errors_of(rounds_with("", std::string("cert_policy = ") + wrong)), "object identifiers"));
    }
}

TEST_CASE("every key of a child is honoured, or refused by name", "[config][keys]") {
    check(kChildCases, Place::child, "connections.gw.children.net",
          [](const std::string& setting) { return connection_with("", setting); });
}

struct Nested {
    explicit Nested(std::string_view parents) {
        for (const std::string& parent : split(parents, ' ')) {
            opened += parent + " {\n";
            closed += "}\n";
            path += (path.empty() ? "" : ".") + parent;
        }
    }
    std::string errors_with(const std::string& key) const { return errors_of(opened + key + " = 1\n" + closed); }

    std::string opened;
    std::string closed;
    std::string path;
};

TEST_CASE("keys that are not yet honoured in sections that are, are refused by name", "[config][keys]") {
    for (const HonouredSection& each : kHonouredSections) {
        const Nested nested(each.parents);
        INFO(nested.path);
        CHECK(holds(errors_of(nested.opened + nested.closed), "is missing"));
        for (const std::string& key : split(each.honoured, ' ')) {
            INFO(key);
            CHECK_FALSE(holds(nested.errors_with(key), "not yet honoured"));
            CHECK_FALSE(holds(nested.errors_with(key), "unknown"));
        }
        for (const std::string& key : split(each.refused, ' ')) {
            INFO(key);
            CHECK(holds(nested.errors_with(key), nested.path + "." + key + " is not yet honoured"));
        }
    }
}

TEST_CASE("what has no effect is told once, however often it stands there", "[config][keys]") {
    const std::string rounds = "local { auth = psk\n }\n remote { auth = psk\n }\n aggressive = yes\n";
    const std::string secrets = "secrets { ike { secret = x } }\n";
    CHECK(
        warnings_of("connections {\na {\n" + rounds + "}\nb {\n" + rounds + "}\nc {\n" + rounds + "} }\n" + secrets) ==
        "/s.conf:7:2: connections.a.aggressive: it is IKEv1's, which is not there yet (and so in 2 more places)\n");
    CHECK(warnings_of("base {\n" + rounds + "}\nconnections { a : base { }\n b : base { } }\n" + secrets) ==
          "/s.conf:6:2: connections.a.aggressive: it is IKEv1's, which is not there yet\n");
}

TEST_CASE("secrets of EAP keep nothing else from loading, and rounds of EAP do", "[config][keys]") {
    const std::string secrets =
        "secrets { eap-carol { id = carol\n secret = 0x00\n }\nxauth { id = dave\n secret = x\n }\n"
        "ike { secret = x } }\n";
    CHECK(
        warnings_of(secrets) ==
        "/s.conf:2:2: secrets.eap-carol.secret: a secret of EAP or XAuth, of which there is none yet (and so in 1 more "
        "place)\n");
    CHECK(load_text(secrets)->configuration.secrets.size() == 1);
    CHECK(holds(errors_of("secrets { eap { secret = 0xno } }"), "expected hexadecimal digits"));
    CHECK(holds(errors_of("secrets { eap { id = carol } }"), "secrets.eap: 'secret' is missing"));
    CHECK(holds(errors_of(rounds_with("", "auth = eap-mschapv2") + secrets), "connections.gw.remote.auth: EAP"));
}

TEST_CASE("empty pools and authorities are fine", "[config][keys]") {
    CHECK(errors_of("pools { }\nauthorities { }\nsecrets { }\nconnections { }\n").empty());
    CHECK(errors_of("").empty());
}

TEST_CASE("the cases above are all 140 keys of strongSwan's reference", "[config][keys]") {
    // Its secrets.eap and secrets.xauth are described as one, and pool attributes are one key there.
    std::size_t count = std::size(kConnectionCases) + std::size(kLocalCases) + std::size(kRemoteCases) +
                        std::size(kChildCases) + 2;  // secrets.ike*: secret and id
    for (const HonouredSection& each : kHonouredSections) {
        const bool pool = each.parents.starts_with("pools");
        count += pool ? 2 : split(each.honoured, ' ').size() + split(each.refused, ' ').size();
    }
    CHECK(count == 140);
}

TEST_CASE("the table has each key once, and each is used as its kind demands", "[config][keys]") {
    for (const Key& key : all_keys()) {
        INFO(pattern_of(key.place) << "." << key.name);
        CHECK(find_key(key.place, key.name == "<number>" ? "1" : key.name) == &key);
        const bool has_words = key.kind == Kind::word || key.kind == Kind::action;
        if (key.kind != Kind::mark) CHECK(has_words == !key.words.empty());
        for (const std::string& word : split(key.words, ' ')) CHECK(read_value(key.kind, key.words, word));
        if (key.kind != Kind::word) continue;
        for (const std::string& word : split(key.accepted, ' ')) CHECK(holds(std::string(key.words), word));
    }
}

TEST_CASE("keys are found in their place only", "[config][keys]") {
    CHECK(find_key(Place::connection, "dpd_delay") != nullptr);
    CHECK(find_key(Place::child, "dpd_delay") == nullptr);
    CHECK(find_key(Place::connection, "Version") == nullptr);
    CHECK(find_key(Place::ike_secret, "id-anything")->name == "id*");
    CHECK(find_key(Place::pool, "4711")->name == "<number>");
    CHECK(find_key(Place::pool, "47a") == nullptr);
    CHECK(find_key(Place::authority, "") == nullptr);
}
