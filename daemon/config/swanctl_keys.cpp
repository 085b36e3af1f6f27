#include <algorithm>
#include <array>

#include "daemon/config/swanctl_key.h"

namespace xfrmd::daemon {

namespace {

using enum Place;

constexpr std::string_view kActions = "none clear trap route start restart";
constexpr std::string_view kModes = "tunnel transport transport_proxy iptfs beet pass drop";

// clang-format off
// Grouped by place, in the order of the enumeration.
constexpr Key kKeys[] = {
    // place, kind, name, words, accepted, setter
    {connection, Kind::word, "version", "0 1 2", "0 2"},  // 0 is both versions: IKEv2 is the one of them we have
    {connection, Kind::list, "local_addrs", "", "", set_local_addrs},
    {connection, Kind::list, "remote_addrs", "", "", set_remote_addrs},
    {connection, Kind::number, "local_port", "", "", set_local_port},
    {connection, Kind::number, "remote_port", "", "", set_remote_port},
    {connection, Kind::list, "proposals", "", "", set_proposals},
    {connection, Kind::list, "vips", "", ""},
    {connection, Kind::boolean, "aggressive", "", "no"},
    {connection, Kind::boolean, "pull", "", "yes"},
    {connection, Kind::dscp, "dscp", "", "0"},
    {connection, Kind::boolean, "encap", "", "", set_encap},
    {connection, Kind::boolean, "mobike", "", "no"},
    {connection, Kind::time, "dpd_delay", "", "", set_dpd_delay},
    {connection, Kind::time, "dpd_timeout", "", "*"},  // IKEv1 only; IKEv2 has its retransmission schedule instead
    {connection, Kind::word, "fragmentation", "yes accept force no", "no"},
    {connection, Kind::word, "childless", "allow prefer force never", "never"},
    {connection, Kind::boolean, "send_certreq", "", "yes no"},  // a pre-shared key asks for no certificate
    {connection, Kind::word, "send_cert", "ifasked always never", "ifasked never"},
    {connection, Kind::word, "ocsp", "reply request both never", "reply never"},
    {connection, Kind::text, "ppk_id", "", ""},
    {connection, Kind::boolean, "ppk_required", "", "no"},
    {connection, Kind::number, "keyingtries", "", "", set_keyingtries},
    {connection, Kind::word, "unique", "no never keep replace", "no never"},
    {connection, Kind::time, "reauth_time", "", "0"},
    {connection, Kind::time, "rekey_time", "", "0"},
    {connection, Kind::time, "over_time", "", "0"},
    {connection, Kind::time, "rand_time", "", "0"},
    {connection, Kind::list, "pools", "", ""},
    {connection, Kind::if_id, "if_id_in", "", "0"},
    {connection, Kind::if_id, "if_id_out", "", "0"},
    {connection, Kind::boolean, "mediation", "", "no"},
    {connection, Kind::text, "mediated_by", "", ""},
    {connection, Kind::text, "mediation_peer", "", ""},

    {round, Kind::number, "round", "", "*"},  // an order among several rounds, of which there is one
    {round, Kind::list, "certs", "", ""},
    {round, Kind::list, "pubkeys", "", ""},
    {round, Kind::auth, "auth", "", "psk"},
    {round, Kind::text, "id", "", "", set_id},
    {round, Kind::text, "eap_id", "", ""},
    {round, Kind::text, "aaa_id", "", ""},
    {round, Kind::text, "xauth_id", "", ""},
    {round, Kind::list, "groups", "", ""},
    {round, Kind::list, "cert_policy", "", ""},
    {round, Kind::list, "cacerts", "", ""},
    {round, Kind::text, "ca_id", "", ""},
    {round, Kind::word, "revocation", "relaxed ifuri strict", "relaxed"},

    {certificate, Kind::text, "file", "", ""},
    {certificate, Kind::text, "handle", "", ""},
    {certificate, Kind::number, "slot", "", ""},
    {certificate, Kind::text, "module", "", ""},

    {child, Kind::list, "ah_proposals", "", ""},
    {child, Kind::list, "esp_proposals", "", "", set_esp_proposals},
    {child, Kind::boolean, "sha256_96", "", "no"},
    {child, Kind::list, "local_ts", "", "", set_local_ts},
    {child, Kind::list, "remote_ts", "", "", set_remote_ts},
    {child, Kind::time, "rekey_time", "", "0"},
    {child, Kind::time, "life_time", "", "0"},
    {child, Kind::time, "rand_time", "", "0"},
    {child, Kind::bytes, "rekey_bytes", "", "0"},
    {child, Kind::bytes, "life_bytes", "", "0"},
    {child, Kind::bytes, "rand_bytes", "", "0"},
    {child, Kind::number, "rekey_packets", "", "0"},
    {child, Kind::number, "life_packets", "", "0"},
    {child, Kind::number, "rand_packets", "", "0"},
    {child, Kind::text, "updown", "", ""},
    {child, Kind::boolean, "hostaccess", "", "no"},
    {child, Kind::word, "mode", kModes, "tunnel transport", set_mode},
    {child, Kind::boolean, "policies", "", "yes"},
    {child, Kind::boolean, "policies_fwd_out", "", "no"},
    {child, Kind::action, "dpd_action", kActions, "none"},
    {child, Kind::boolean, "ipcomp", "", "no"},
    {child, Kind::time, "inactivity", "", "0"},
    {child, Kind::number, "reqid", "", "0"},
    {child, Kind::number, "priority", "", "0"},
    {child, Kind::text, "interface", "", ""},
    {child, Kind::mark, "mark_in", "", "0/0"},
    {child, Kind::boolean, "mark_in_sa", "", "no"},
    {child, Kind::mark, "mark_out", "", "0/0"},
    {child, Kind::mark, "set_mark_in", "", "0/0"},
    {child, Kind::mark, "set_mark_out", "", "0/0"},
    {child, Kind::if_id, "if_id_in", "", "0"},
    {child, Kind::if_id, "if_id_out", "", "0"},
    {child, Kind::text, "label", "", ""},
    {child, Kind::word, "label_mode", "system simple selinux", "system"},
    {child, Kind::padding, "tfc_padding", "", "0"},
    {child, Kind::number, "replay_window", "", "", set_replay_window},
    {child, Kind::word, "per_cpu_sas", "no false disabled 0 yes true enabled 1 encap", "no false disabled 0"},
    {child, Kind::word, "hw_offload", "no yes crypto packet auto", "no"},
    {child, Kind::boolean, "copy_df", "", "yes"},
    {child, Kind::boolean, "copy_ecn", "", "yes"},
    {child, Kind::word, "copy_dscp", "out in yes no", "out"},
    {child, Kind::boolean, "icmp", "", "no"},
    {child, Kind::action, "start_action", kActions, "none start", set_start_action},
    {child, Kind::action, "close_action", kActions, "none"},

    {ike_secret, Kind::text, "secret", "", "", set_secret},
    {ike_secret, Kind::text, "id*", "", "", add_owner},

    {shared_secret, Kind::text, "secret", "", ""},
    {shared_secret, Kind::text, "id*", "", ""},

    {private_key, Kind::text, "file", "", ""},
    {private_key, Kind::text, "secret*", "", ""},

    {token, Kind::text, "handle", "", ""},
    {token, Kind::number, "slot", "", ""},
    {token, Kind::text, "module", "", ""},
    {token, Kind::text, "pin", "", ""},

    {pool, Kind::text, "addrs", "", ""},
    {pool, Kind::list, "address", "", ""},
    {pool, Kind::list, "dns", "", ""},
    {pool, Kind::list, "nbns", "", ""},
    {pool, Kind::list, "dhcp", "", ""},
    {pool, Kind::list, "netmask", "", ""},
    {pool, Kind::list, "server", "", ""},
    {pool, Kind::list, "subnet", "", ""},
    {pool, Kind::list, "p_cscf", "", ""},
    {pool, Kind::list, "split_include", "", ""},
    {pool, Kind::list, "split_exclude", "", ""},
    {pool, Kind::list, "<number>", "", ""},

    {authority, Kind::text, "cacert", "", ""},
    {authority, Kind::text, "file", "", ""},
    {authority, Kind::text, "handle", "", ""},
    {authority, Kind::number, "slot", "", ""},
    {authority, Kind::text, "module", "", ""},
    {authority, Kind::list, "crl_uris", "", ""},
    {authority, Kind::list, "ocsp_uris", "", ""},
    {authority, Kind::text, "cert_uri_base", "", ""},
};

constexpr std::array<std::string_view, 10> kPatterns{
    "connections.<conn>",
    "connections.<conn>.local* and .remote*",
    "connections.<conn>.local*.cert* and .cacert*",
    "connections.<conn>.children.<child>",
    "secrets.ike*",
    "secrets.eap*, .xauth*, .ntlm* and .ppk*",
    "secrets.private*, .rsa*, .ecdsa*, .pkcs8* and .pkcs12*",
    "secrets.token*",
    "pools.<name>",
    "authorities.<name>",
};
// clang-format on

static_assert(std::is_sorted(std::begin(kKeys), std::end(kKeys),
                             [](const Key& a, const Key& b) { return a.place < b.place; }));

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_called(const Key& key, std::string_view name) {
    if (key.name.ends_with('*')) return name.starts_with(key.name.substr(0, key.name.size() - 1));
    if (key.name == "<number>") return is_number(name);
    return key.name == name;
}

}  // namespace

std::span<const Key> all_keys() { return kKeys; }

const Key* find_key(Place place, std::string_view name) {
    const auto first = std::lower_bound(std::begin(kKeys), std::end(kKeys), place,
                                        [](const Key& key, Place wanted) { return key.place < wanted; });
    for (const Key* key = first; key != std::end(kKeys) && key->place == place; ++key) {
        if (is_called(*key, name)) return key;
    }
    return nullptr;
}

std::string_view pattern_of(Place place) { return kPatterns.at(static_cast<std::size_t>(place)); }

}  // namespace xfrmd::daemon
