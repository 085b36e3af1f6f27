#include <algorithm>
#include <array>

#include "daemon/config/swanctl_authority.h"
#include "daemon/config/swanctl_interfaces.h"
#include "daemon/config/swanctl_key.h"
#include "daemon/config/swanctl_manual_setters.h"
#include "daemon/config/swanctl_member_setters.h"
#include "daemon/config/swanctl_pool.h"
#include "daemon/config/swanctl_setters.h"
#include "daemon/config/swanctl_token_setters.h"

namespace xfrmd::daemon {

namespace {

using enum Place;
using policy::Child;
using policy::Connection;
using policy::ManualSa;
using policy::XfrmInterface;

// Whoever reads the section reads this as well.
Verdict left_to_pools(const Draft&, const Value&) { return {}; }

constexpr std::string_view kActions = "none clear trap route start restart";
constexpr std::string_view kPerCpu = "no false disabled 0 yes true enabled 1 encap";
constexpr std::string_view kModes = "tunnel transport transport_proxy iptfs beet pass drop";
constexpr std::string_view kUnique = "%unique %unique-dir";
constexpr std::string_view kIkev1 = "it is IKEv1's, which is not there yet";
constexpr std::string_view kMediation = "there is no mediation, an experiment of strongSwan's own";
constexpr std::string_view kEap = "it counts in rounds of EAP or XAuth only, and there are none yet";
constexpr std::string_view kUniqueOrSame = "%unique %unique-dir %same";

// clang-format off
// Grouped by place, in the order of the enumeration.
constexpr Key kKeys[] = {
    // place, kind, name, words, accepted, setter
    {connection, Kind::word, "version", "0 1 2", "0 2", nullptr, "", "0 means 2 for now: there is no IKEv1 yet"},
    {connection, Kind::list, "local_addrs", "", "", set_local_addrs},
    {connection, Kind::list, "remote_addrs", "", "", set_remote_addrs},
    {connection, Kind::number, "local_port", "", "", set_local_port},
    {connection, Kind::number, "remote_port", "", "", set_remote_port},
    {connection, Kind::list, "proposals", "", "", set_proposals},
    {connection, Kind::list, "vips", "", "", set_vips},
    {connection, Kind::boolean, "aggressive", "", "no", nullptr, "yes", kIkev1},
    {connection, Kind::boolean, "pull", "", "yes", nullptr, "no", kIkev1},
    {connection, Kind::dscp, "dscp", "", "", set_dscp},
    {connection, Kind::boolean, "encap", "", "", set_flag<&Draft::connection, &Connection::encap>},
    {connection, Kind::boolean, "mobike", "", "", set_flag<&Draft::connection, &Connection::mobike>},
    {connection, Kind::time, "dpd_delay", "", "", set_seconds<&Draft::connection, &Connection::dpd_delay>},
    {connection, Kind::time, "dpd_timeout", "", "0", nullptr, "*", "it is IKEv1's; with IKEv2 a peer is gone when a request was sent again often enough in vain"},
    {connection, Kind::word, "fragmentation", "yes accept force no", "", set_fragmentation, "", "`force` is `yes`: a difference is IKEv1's alone"},
    {connection, Kind::word, "childless", "allow prefer force never", "", set_childless},
    {connection, Kind::boolean, "send_certreq", "", "", set_flag<&Draft::connection, &Connection::send_certreq>},
    {connection, Kind::word, "send_cert", "ifasked always never", "", set_send_cert},
    {connection, Kind::word, "ocsp", "reply request both never", "", set_ocsp},
    {connection, Kind::text, "ppk_id", "", "", set_ppk_id},
    {connection, Kind::boolean, "ppk_required", "", "", set_flag<&Draft::connection, &Connection::ppk_required>},
    {connection, Kind::number, "keyingtries", "", "", set_number<&Draft::connection, &Connection::keyingtries>},
    {connection, Kind::word, "unique", "no never keep replace", "", set_unique},
    {connection, Kind::time, "reauth_time", "", "", set_seconds<&Draft::connection, &Connection::reauth_time>},
    {connection, Kind::time, "rekey_time", "", "", set_seconds<&Draft::connection, &Connection::rekey_time>},
    {connection, Kind::time, "over_time", "", "", set_seconds<&Draft::connection, &Connection::over_time>},
    {connection, Kind::time, "rand_time", "", "", set_seconds<&Draft::connection, &Connection::rand_time>},
    {connection, Kind::list, "pools", "", "", set_pools},
    {connection, Kind::if_id, "if_id_in", "", "", set_if_id<&Draft::connection, &Connection::if_id_in>},
    {connection, Kind::if_id, "if_id_out", "", "", set_if_id<&Draft::connection, &Connection::if_id_out>},
    {connection, Kind::boolean, "mediation", "", "no", nullptr, "", kMediation},
    {connection, Kind::text, "mediated_by", "", "", nullptr, "", kMediation},
    {connection, Kind::text, "mediation_peer", "", "", nullptr, "", kMediation},
    // Ours:
    {connection, Kind::word, "on_local_down", "hold clear", "", set_on_local_down, "", kOwn},
    {connection, Kind::word, "ppk_exchange", "any ike_auth ike_intermediate", "", set_ppk_exchange, "", kOwn},
    {connection, Kind::boolean, "fail_closed", "", "", set_flag<&Draft::connection, &Connection::fail_closed>, "", kOwn},
    {connection, Kind::boolean, "session_resumption", "", "", set_flag<&Draft::connection, &Connection::session_resumption>, "", kOwn},

    {round, Kind::number, "round", "", "", set_round},
    {round, Kind::list, "certs", "", "", set_certs},
    {round, Kind::list, "pubkeys", "", "", set_pubkeys},
    {round, Kind::auth, "auth", "", "", set_auth},
    {round, Kind::text, "id", "", "", set_id},
    {round, Kind::text, "eap_id", "", "", check_eap_id, "*", kEap},
    {round, Kind::text, "aaa_id", "", "", nullptr, "*", kEap},
    {round, Kind::text, "xauth_id", "", "", check_eap_id, "*", kEap},
    {round, Kind::list, "groups", "", "", nullptr, "", "there are no attribute certificates and no EAP yet, so no peer is in a group"},
    {round, Kind::list, "cert_policy", "", "", set_cert_policy},
    {round, Kind::list, "cacerts", "", "", set_cacerts},
    {round, Kind::text, "ca_id", "", "", set_ca_id},
    {round, Kind::word, "revocation", "relaxed ifuri strict", "", set_revocation},

    {certificate, Kind::text, "file", "", "", set_certificate_file},
    {certificate, Kind::text, "handle", "", "", set_token_handle},
    {certificate, Kind::number, "slot", "", "", set_token_slot},
    {certificate, Kind::text, "module", "", "", set_token_module},

    {child, Kind::list, "ah_proposals", "", "", set_ah_proposals},
    {child, Kind::list, "esp_proposals", "", "", set_esp_proposals},
    {child, Kind::boolean, "sha256_96", "", "", set_flag<&Draft::child, &Child::sha256_96>},
    {child, Kind::list, "local_ts", "", "", set_selectors<&Draft::child, &Child::local_ts>},
    {child, Kind::list, "remote_ts", "", "", set_selectors<&Draft::child, &Child::remote_ts>},
    {child, Kind::time, "rekey_time", "", "", set_seconds<&Draft::child, &Child::rekey_time>},
    {child, Kind::time, "life_time", "", "", set_seconds<&Draft::child, &Child::life_time>},
    {child, Kind::time, "rand_time", "", "", set_seconds<&Draft::child, &Child::rand_time>},
    {child, Kind::bytes, "rekey_bytes", "", "", set_number<&Draft::child, &Child::rekey_bytes>},
    {child, Kind::bytes, "life_bytes", "", "", set_number<&Draft::child, &Child::life_bytes>},
    {child, Kind::bytes, "rand_bytes", "", "", set_number<&Draft::child, &Child::rand_bytes>},
    {child, Kind::number, "rekey_packets", "", "", set_number<&Draft::child, &Child::rekey_packets>},
    {child, Kind::number, "life_packets", "", "", set_number<&Draft::child, &Child::life_packets>},
    {child, Kind::number, "rand_packets", "", "", set_number<&Draft::child, &Child::rand_packets>},
    {child, Kind::text, "updown", "", "", set_text<&Draft::child, &Child::updown>},
    {child, Kind::boolean, "hostaccess", "", "", set_flag<&Draft::child, &Child::hostaccess>},
    {child, Kind::word, "mode", kModes, "tunnel transport beet pass drop", set_mode, "", "neither IP-TFS (RFC 9347) nor Mobile IPv6's proxies are there yet"},
    {child, Kind::boolean, "policies", "", "", set_flag<&Draft::child, &Child::policies>},
    {child, Kind::boolean, "policies_fwd_out", "", "", set_flag<&Draft::child, &Child::policies_fwd_out>},
    {child, Kind::action, "dpd_action", kActions, "", set_action<&Child::dpd_action>},
    {child, Kind::boolean, "ipcomp", "", "", set_flag<&Draft::child, &Child::ipcomp>},
    {child, Kind::time, "inactivity", "", "", set_seconds<&Draft::child, &Child::inactivity>},
    {child, Kind::number, "reqid", "", "", set_number<&Draft::child, &Child::reqid>},
    {child, Kind::number, "priority", "", "", set_number<&Draft::child, &Child::priority>},
    {child, Kind::text, "interface", "", "", set_interface<&Draft::child, &Child::interface>},
    {child, Kind::mark, "mark_in", kUnique, "", set_mark<&Draft::child, &Child::mark_in>},
    {child, Kind::boolean, "mark_in_sa", "", "", set_flag<&Draft::child, &Child::mark_in_sa>},
    {child, Kind::mark, "mark_out", kUnique, "", set_mark<&Draft::child, &Child::mark_out>},
    {child, Kind::mark, "set_mark_in", kUniqueOrSame, "", set_mark<&Draft::child, &Child::set_mark_in>},
    {child, Kind::mark, "set_mark_out", kUniqueOrSame, "", set_mark<&Draft::child, &Child::set_mark_out>},
    {child, Kind::if_id, "if_id_in", "", "", set_if_id<&Draft::child, &Child::if_id_in>},
    {child, Kind::if_id, "if_id_out", "", "", set_if_id<&Draft::child, &Child::if_id_out>},
    {child, Kind::text, "label", "", "", nullptr, "", "security labels are no part of policies and SAs yet"},
    {child, Kind::word, "label_mode", "system simple selinux", "system", nullptr, "simple selinux", "it says what a label means, and there is none"},
    {child, Kind::padding, "tfc_padding", "", "", set_tfc_padding},
    {child, Kind::number, "replay_window", "", "", set_replay_window},
    {child, Kind::word, "per_cpu_sas", kPerCpu, "no false disabled 0 yes true enabled 1", set_per_cpu_sas, "", "no UDP port of its own for each CPU yet"},
    {child, Kind::word, "hw_offload", "no yes crypto packet auto", "", set_hw_offload},
    {child, Kind::boolean, "copy_df", "", "", set_flag<&Draft::child, &Child::copy_df>},
    {child, Kind::boolean, "copy_ecn", "", "", set_flag<&Draft::child, &Child::copy_ecn>},
    {child, Kind::word, "copy_dscp", "out in yes no", "", set_copy_dscp},
    {child, Kind::boolean, "icmp", "", "no", nullptr, "", "ICMP errors pass where a policy lets them, and nowhere else yet"},
    {child, Kind::action, "start_action", kActions, "", set_action<&Child::start_action>},
    {child, Kind::action, "close_action", kActions, "", set_action<&Child::close_action>},

    {ike_secret, Kind::text, "secret", "", "", set_secret},
    {ike_secret, Kind::text, "id*", "", "", add_owner},

    {ppk_secret, Kind::text, "secret", "", "", set_secret},
    {ppk_secret, Kind::text, "id*", "", "", add_ppk_id},

    {shared_secret, Kind::text, "secret", "", "", set_secret, "*", "a secret of EAP or XAuth, of which there is none yet"},
    {shared_secret, Kind::text, "id*", "", "", add_owner},

    {private_key, Kind::text, "file", "", "", set_key_file},
    {private_key, Kind::text, "secret*", "", "", add_passphrase},

    {token, Kind::text, "handle", "", "", set_token_handle},
    {token, Kind::number, "slot", "", "", set_token_slot},
    {token, Kind::text, "module", "", "", set_token_module},
    {token, Kind::text, "pin", "", "", set_token_pin},

    {pool, Kind::text, "addrs", "", "", set_pool_addrs},
    {pool, Kind::list, "address", "", "", add_pool_attribute<attributes::kAddress>},
    {pool, Kind::list, "dns", "", "", add_pool_attribute<attributes::kDns>},
    {pool, Kind::list, "nbns", "", "", add_pool_attribute<attributes::kNbns>},
    {pool, Kind::list, "dhcp", "", "", add_pool_attribute<attributes::kDhcp>},
    {pool, Kind::list, "netmask", "", "", add_pool_attribute<attributes::kNetmask>},
    {pool, Kind::list, "server", "", "", add_pool_attribute<attributes::kServer>},
    {pool, Kind::list, "subnet", "", "", add_pool_attribute<attributes::kSubnet>},
    {pool, Kind::list, "p_cscf", "", "", add_pool_attribute<attributes::kPCscf>},
    {pool, Kind::list, "split_include", "", "", add_pool_attribute<attributes::kSplitInclude>},
    {pool, Kind::list, "split_exclude", "", "", add_pool_attribute<attributes::kSplitExclude>},
    {pool, Kind::list, "<number>", "", "", left_to_pools},  // the name is part of what it says

    {authority, Kind::text, "cacert", "", "", set_authority_cacert},
    {authority, Kind::text, "file", "", "", set_authority_file},
    {authority, Kind::text, "handle", "", "", set_token_handle},
    {authority, Kind::number, "slot", "", "", set_token_slot},
    {authority, Kind::text, "module", "", "", set_token_module},
    {authority, Kind::list, "crl_uris", "", "", set_crl_uris},
    {authority, Kind::list, "ocsp_uris", "", "", set_ocsp_uris},
    {authority, Kind::text, "cert_uri_base", "", "", set_cert_uri_base, "*", "certificates are sent whole, and never by their hash and URI"},

    // Ours as a whole.
    {manual, Kind::word, "direction", "inbound outbound bidirectional", "", set_manual_direction},
    {manual, Kind::word, "protocol", "ah esp bundle", "", set_manual_protocol},
    {manual, Kind::number, "spi", "", "", set_number<&Draft::manual, &ManualSa::spi>},
    {manual, Kind::number, "auxiliary_spi", "", "", set_number<&Draft::manual, &ManualSa::auxiliary_spi>},
    {manual, Kind::word, "mode", "tunnel transport", "", set_manual_mode},
    {manual, Kind::list, "local_addrs", "", "", set_manual_local_addrs},
    {manual, Kind::list, "remote_addrs", "", "", set_manual_remote_addrs},
    {manual, Kind::list, "local_ts", "", "", set_selectors<&Draft::manual, &ManualSa::local_ts>},
    {manual, Kind::list, "remote_ts", "", "", set_selectors<&Draft::manual, &ManualSa::remote_ts>},
    {manual, Kind::mark, "mark", "", "", set_mark<&Draft::manual, &ManualSa::mark>},
    {manual, Kind::number, "if_id", "", "", set_number<&Draft::manual, &ManualSa::if_id>},
    {manual, Kind::text, "interface", "", "", set_interface<&Draft::manual, &ManualSa::interface>},

    {manual_authentication, Kind::word, "algorithm", kManualAuthentication, "", set_authentication_algorithm},
    {manual_authentication, Kind::text, "key", "", "", set_authentication_key},

    {manual_encryption, Kind::word, "algorithm", kManualEncryption, "", set_encryption_algorithm},
    {manual_encryption, Kind::text, "key", "", "", set_encryption_key},

    {Place::interface, Kind::text, "name", "", "", set_interface<&Draft::interface, &XfrmInterface::name>},
    {Place::interface, Kind::number, "if_id", "", "", set_number<&Draft::interface, &XfrmInterface::if_id>},
    {Place::interface, Kind::list, "addrs", "", "", set_interface_addrs},
    {Place::interface, Kind::number, "mtu", "", "", set_interface_mtu},
    {Place::interface, Kind::text, "parent", "", "", set_interface<&Draft::interface, &XfrmInterface::parent>},
    {Place::interface, Kind::list, "routes", "", "", set_interface_routes},
};

constexpr std::array<std::string_view, 15> kPatterns{
    "connections.<conn>",
    "connections.<conn>.local* and .remote*",
    "connections.<conn>.local*.cert* and .cacert*",
    "connections.<conn>.children.<child>",
    "secrets.ike*",
    "secrets.ppk*",
    "secrets.eap*, .xauth* and .ntlm*",
    "secrets.private*, .rsa*, .ecdsa*, .pkcs8* and .pkcs12*",
    "secrets.token*",
    "pools.<name>",
    "authorities.<name>",
    "manual.<name>",
    "manual.<name>.authentication",
    "manual.<name>.encryption",
    "interfaces.<name>",
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
