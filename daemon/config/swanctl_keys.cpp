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
    // place, name, kind, words, accepted, setter
    {connection, "version", Kind::word, "0 1 2", "0 2"},  // 0 is both versions: IKEv2 is the one of them we have
    {connection, "local_addrs", Kind::list, "", "", set_local_addrs},
    {connection, "remote_addrs", Kind::list, "", "", set_remote_addrs},
    {connection, "local_port", Kind::number, "", "", set_local_port},
    {connection, "remote_port", Kind::number, "", "", set_remote_port},
    {connection, "proposals", Kind::list, "", "", set_proposals},
    {connection, "vips", Kind::list, "", ""},
    {connection, "aggressive", Kind::boolean, "", "no"},
    {connection, "pull", Kind::boolean, "", "yes"},
    {connection, "dscp", Kind::dscp, "", "0"},
    {connection, "encap", Kind::boolean, "", "", set_encap},
    {connection, "mobike", Kind::boolean, "", "no"},
    {connection, "dpd_delay", Kind::time, "", "", set_dpd_delay},
    {connection, "dpd_timeout", Kind::time, "", "*"},  // IKEv1 only; IKEv2 has its retransmission schedule instead
    {connection, "fragmentation", Kind::word, "yes accept force no", "no"},
    {connection, "childless", Kind::word, "allow prefer force never", "never"},
    {connection, "send_certreq", Kind::boolean, "", "yes no"},  // a pre-shared key asks for no certificate
    {connection, "send_cert", Kind::word, "ifasked always never", "ifasked never"},
    {connection, "ocsp", Kind::word, "reply request both never", "reply never"},
    {connection, "ppk_id", Kind::text, "", ""},
    {connection, "ppk_required", Kind::boolean, "", "no"},
    {connection, "keyingtries", Kind::number, "", "", set_keyingtries},
    {connection, "unique", Kind::word, "no never keep replace", "no never"},
    {connection, "reauth_time", Kind::time, "", "0"},
    {connection, "rekey_time", Kind::time, "", "0"},
    {connection, "over_time", Kind::time, "", "0"},
    {connection, "rand_time", Kind::time, "", "0"},
    {connection, "pools", Kind::list, "", ""},
    {connection, "if_id_in", Kind::if_id, "", "0"},
    {connection, "if_id_out", Kind::if_id, "", "0"},
    {connection, "mediation", Kind::boolean, "", "no"},
    {connection, "mediated_by", Kind::text, "", ""},
    {connection, "mediation_peer", Kind::text, "", ""},

    {round, "round", Kind::number, "", "*"},  // an order among several rounds, of which there is one
    {round, "certs", Kind::list, "", ""},
    {round, "pubkeys", Kind::list, "", ""},
    {round, "auth", Kind::auth, "", "psk"},
    {round, "id", Kind::text, "", "", set_id},
    {round, "eap_id", Kind::text, "", ""},
    {round, "aaa_id", Kind::text, "", ""},
    {round, "xauth_id", Kind::text, "", ""},
    {round, "groups", Kind::list, "", ""},
    {round, "cert_policy", Kind::list, "", ""},
    {round, "cacerts", Kind::list, "", ""},
    {round, "ca_id", Kind::text, "", ""},
    {round, "revocation", Kind::word, "relaxed ifuri strict", "relaxed"},

    {certificate, "file", Kind::text, "", ""},
    {certificate, "handle", Kind::text, "", ""},
    {certificate, "slot", Kind::number, "", ""},
    {certificate, "module", Kind::text, "", ""},

    {child, "ah_proposals", Kind::list, "", ""},
    {child, "esp_proposals", Kind::list, "", "", set_esp_proposals},
    {child, "sha256_96", Kind::boolean, "", "no"},
    {child, "local_ts", Kind::list, "", "", set_local_ts},
    {child, "remote_ts", Kind::list, "", "", set_remote_ts},
    {child, "rekey_time", Kind::time, "", "0"},
    {child, "life_time", Kind::time, "", "0"},
    {child, "rand_time", Kind::time, "", "0"},
    {child, "rekey_bytes", Kind::bytes, "", "0"},
    {child, "life_bytes", Kind::bytes, "", "0"},
    {child, "rand_bytes", Kind::bytes, "", "0"},
    {child, "rekey_packets", Kind::number, "", "0"},
    {child, "life_packets", Kind::number, "", "0"},
    {child, "rand_packets", Kind::number, "", "0"},
    {child, "updown", Kind::text, "", ""},
    {child, "hostaccess", Kind::boolean, "", "no"},
    {child, "mode", Kind::word, kModes, "tunnel transport", set_mode},
    {child, "policies", Kind::boolean, "", "yes"},
    {child, "policies_fwd_out", Kind::boolean, "", "no"},
    {child, "dpd_action", Kind::action, kActions, "none"},
    {child, "ipcomp", Kind::boolean, "", "no"},
    {child, "inactivity", Kind::time, "", "0"},
    {child, "reqid", Kind::number, "", "0"},
    {child, "priority", Kind::number, "", "0"},
    {child, "interface", Kind::text, "", ""},
    {child, "mark_in", Kind::mark, "", "0/0"},
    {child, "mark_in_sa", Kind::boolean, "", "no"},
    {child, "mark_out", Kind::mark, "", "0/0"},
    {child, "set_mark_in", Kind::mark, "", "0/0"},
    {child, "set_mark_out", Kind::mark, "", "0/0"},
    {child, "if_id_in", Kind::if_id, "", "0"},
    {child, "if_id_out", Kind::if_id, "", "0"},
    {child, "label", Kind::text, "", ""},
    {child, "label_mode", Kind::word, "system simple selinux", "system"},
    {child, "tfc_padding", Kind::padding, "", "0"},
    {child, "replay_window", Kind::number, "", "", set_replay_window},
    {child, "per_cpu_sas", Kind::word, "no false disabled 0 yes true enabled 1 encap", "no false disabled 0"},
    {child, "hw_offload", Kind::word, "no yes crypto packet auto", "no"},
    {child, "copy_df", Kind::boolean, "", "yes"},
    {child, "copy_ecn", Kind::boolean, "", "yes"},
    {child, "copy_dscp", Kind::word, "out in yes no", "out"},
    {child, "icmp", Kind::boolean, "", "no"},
    {child, "start_action", Kind::action, kActions, "none start", set_start_action},
    {child, "close_action", Kind::action, kActions, "none"},

    {ike_secret, "secret", Kind::text, "", "", set_secret},
    {ike_secret, "id*", Kind::text, "", "", add_owner},

    {shared_secret, "secret", Kind::text, "", ""},
    {shared_secret, "id*", Kind::text, "", ""},

    {private_key, "file", Kind::text, "", ""},
    {private_key, "secret*", Kind::text, "", ""},

    {token, "handle", Kind::text, "", ""},
    {token, "slot", Kind::number, "", ""},
    {token, "module", Kind::text, "", ""},
    {token, "pin", Kind::text, "", ""},

    {pool, "addrs", Kind::text, "", ""},
    {pool, "address", Kind::list, "", ""},
    {pool, "dns", Kind::list, "", ""},
    {pool, "nbns", Kind::list, "", ""},
    {pool, "dhcp", Kind::list, "", ""},
    {pool, "netmask", Kind::list, "", ""},
    {pool, "server", Kind::list, "", ""},
    {pool, "subnet", Kind::list, "", ""},
    {pool, "p_cscf", Kind::list, "", ""},
    {pool, "split_include", Kind::list, "", ""},
    {pool, "split_exclude", Kind::list, "", ""},
    {pool, "<number>", Kind::list, "", ""},

    {authority, "cacert", Kind::text, "", ""},
    {authority, "file", Kind::text, "", ""},
    {authority, "handle", Kind::text, "", ""},
    {authority, "slot", Kind::number, "", ""},
    {authority, "module", Kind::text, "", ""},
    {authority, "crl_uris", Kind::list, "", ""},
    {authority, "ocsp_uris", Kind::list, "", ""},
    {authority, "cert_uri_base", Kind::text, "", ""},
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
