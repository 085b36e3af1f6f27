#include <algorithm>
#include <array>

#include "daemon/config/strongswan_setters.h"

namespace xfrmd::daemon {

namespace {

using ikev2::sa::Options;

constexpr auto kEngine = &StrongswanOptions::engine;
constexpr auto kRoutes = &StrongswanOptions::routes;
constexpr auto kResolve = &StrongswanOptions::resolve;
constexpr auto kWarning = Weight::warning;

constexpr std::string_view kIkev1 = "it is IKEv1's, which is not there yet";
constexpr std::string_view kEap = "there is no EAP yet";
constexpr std::string_view kNothingToTune = "there is nothing to tune here";
constexpr std::string_view kNotYet = "not yet";
constexpr std::string_view kInterfaces = "IKE is spoken on all interfaces; a firewall can keep it from some";
constexpr std::string_view kPaths = "paths are asked of the kernel when something changes, one question for each";
constexpr std::string_view kSpis = "SPIs are from 0xc0000000 to 0xcfffffff";
constexpr std::string_view kDelays = "it is for tests of strongSwan's";
constexpr std::string_view kRights = "xfrmd keeps the user it was started as";
constexpr std::string_view kBuiltIn = "what it does is built in, or is not there";

// clang-format off
constexpr StrongswanOption kOptions[] = {
    {"accept_private_algs", Kind::boolean, nullptr, "no", "there are no algorithms with private numbers"},
    {"accept_unencrypted_mainmode_messages", Kind::boolean, nullptr, "no", kIkev1},
    {"block_threshold", Kind::number, set_block_threshold, "", "`--half-open-per-address`, and no less for a network (`--half-open-per-network`); 0 is no limit"},
    {"cache_crls", Kind::boolean, nullptr, "yes", "CRLs that were fetched are kept in the folder of `--crl-cache`, and nowhere if that is empty"},
    {"cert_cache", Kind::boolean, nullptr, "yes", "paths that were valid are remembered in any case"},
    {"check_current_path", Kind::boolean, nullptr, "no", kPaths},
    {"cisco_flexvpn", Kind::boolean, nullptr, "no", "no vendor ids are sent"},
    {"cisco_unity", Kind::boolean, nullptr, "no", kIkev1},
    {"close_ike_on_child_failure", Kind::boolean, nullptr, "no", "an IKE SA stays, and another child may be negotiated in it", kWarning},
    {"cookie_threshold", Kind::number, set_limit<&Options::cookie_threshold>, "", "`--cookie-threshold`, 1000 by default; 0: not for all together. Networks with many half-open IKE SAs are asked in any case"},
    {"cookie_threshold_ip", Kind::number, set_limit<&Options::cookie_threshold_per_address>, "", "`--cookie-threshold-per-address`; 0: not for one address"},
    {"delete_rekeyed", Kind::boolean, nullptr, "no", kIkev1},
    {"delete_rekeyed_delay", Kind::time, set_delete_rekeyed_delay, "", "1 to 3600 seconds"},
    {"dh_exponent_ansi_x9_42", Kind::boolean, nullptr, "yes", "secret exponents are as long as Botan makes them"},
    {"dlopen_use_rtld_now", Kind::boolean, nullptr, "no", "there are no plugins"},
    {"dns1", Kind::text, add_dns, "", "an address: told to every client that gets one from a pool, before what the pool tells"},
    {"dns2", Kind::text, add_dns, "", "an address: told to every client that gets one from a pool, before what the pool tells"},
    {"dos_protection", Kind::boolean, set_own_flag<&StrongswanOptions::dos_protection>, "", "`no` is no limits: block_threshold, init_limit_half_open, and both of cookie_threshold, and those of `--half-open-per-network` and `--attempts-per-address`"},
    {"ecp_x_coordinate_only", Kind::boolean, nullptr, "yes", "RFC 5903 9 is followed"},
    {"flush_auth_cfg", Kind::boolean, nullptr, "yes", "what is used while somebody authenticates is released then"},
    {"follow_redirects", Kind::boolean, set_part_flag<kEngine, &Options::follow_redirects>},
    {"force_eap_only_authentication", Kind::boolean, nullptr, "no", kEap},
    {"fragment_size", Kind::number, set_fragment_size, "", "576 to 65535, or 0: `--fragment-size`"},
    {"group", Kind::text, set_own_text<&StrongswanOptions::vici_group>, "", "of vici's socket; xfrmd keeps the group it was started as"},
    {"half_open_timeout", Kind::time, set_half_open_timeout, "", "1 to 600 seconds: `--half-open-timeout`"},
    {"hash_and_url", Kind::boolean, nullptr, "no", "certificates are sent whole"},
    {"host_resolver.max_threads", Kind::number, nullptr, "", kNothingToTune},
    {"host_resolver.min_threads", Kind::number, nullptr, "", kNothingToTune},
    {"i_dont_care_about_security_and_use_aggressive_mode_psk", Kind::boolean, nullptr, "no", kIkev1},
    {"ignore_acquire_ts", Kind::boolean, nullptr, "no", kNotYet, kWarning},
    {"ignore_routing_tables", Kind::text, nullptr, "", kPaths, kWarning},
    {"ikesa_limit", Kind::number, set_own_limit<&Options::most_ike_sas>, "", "of each engine; 0 is a million"},
    {"ikesa_table_segments", Kind::number, nullptr, "", kNothingToTune},
    {"ikesa_table_size", Kind::number, nullptr, "", kNothingToTune},
    {"inactivity_close_ike", Kind::boolean, nullptr, "no", "an IKE SA stays without children", kWarning},
    {"init_limit_half_open", Kind::number, set_own_limit<&Options::most_half_open>, "", "`--most-half-open`; 0 is 10000"},
    {"init_limit_job_load", Kind::number, nullptr, "", "there is no queue of jobs; what waits is served by its rank"},
    {"initiator_only", Kind::boolean, nullptr, "no", kNotYet, kWarning},
    {"install_routes", Kind::boolean, set_part_flag<kRoutes, &RouteOptions::install>},
    {"install_virtual_ip", Kind::boolean, set_own_flag<&StrongswanOptions::install_virtual_ip>},
    {"install_virtual_ip_on", Kind::text, set_own_text<&StrongswanOptions::install_virtual_ip_on>, "", "an interface; where there is none of that name, it is that by which packets leave to the peer"},
    {"integrity_test", Kind::boolean, nullptr, "no", "packages are for that"},
    {"interfaces_ignore", Kind::text, nullptr, "", kInterfaces, kWarning},
    {"interfaces_use", Kind::text, nullptr, "", kInterfaces, kWarning},
    {"keep_alive", Kind::time, set_keep_alive, "", "0 is never"},
    {"keep_alive_dpd_margin", Kind::time, nullptr, "0", kNotYet},
    {"load", Kind::text, nullptr, "", kBuiltIn},
    {"load_modular", Kind::boolean, nullptr, "", kBuiltIn},
    {"make_before_break", Kind::boolean, nullptr, "yes", "who authenticates again makes the new IKE SA before it breaks the old one"},
    {"max_ikev1_exchanges", Kind::number, nullptr, "", kIkev1},
    {"max_packet", Kind::number, nullptr, "", "messages may have 64 KiB, those in fragments 32 KiB, and 16 KiB before IKE_AUTH"},
    {"multiple_authentication", Kind::boolean, nullptr, "yes", "connections say how many rounds there are"},
    {"nbns1", Kind::text, add_nbns, "", "as dns1"},
    {"nbns2", Kind::text, add_nbns, "", "as dns1"},
    {"port", Kind::number, set_port<&Options::port>, "", "1 to 65535: `--port`"},
    {"port_nat_t", Kind::number, set_port<&Options::nat_port>, "", "1 to 65535: `--nat-port`"},
    {"prefer_best_path", Kind::boolean, nullptr, "no", "a path is kept as long as it is one"},
    {"prefer_configured_proposals", Kind::boolean, nullptr, "yes", "our order counts"},
    {"prefer_previous_dh_group", Kind::boolean, nullptr, "yes", kNothingToTune},
    {"prefer_temporary_addrs", Kind::boolean, nullptr, "no", "the kernel chooses the source"},
    {"process_route", Kind::boolean, nullptr, "yes", kPaths},
    {"processor.priority_threads.<name>", Kind::number, nullptr, "", kNothingToTune},
    {"rdn_matching", Kind::word, nullptr, "reordered", "the parts of a subject may stand in any order, and all have to be there"},
    {"receive_delay", Kind::number, nullptr, "0", kDelays},
    {"receive_delay_request", Kind::boolean, nullptr, "", kDelays},
    {"receive_delay_response", Kind::boolean, nullptr, "", kDelays},
    {"receive_delay_type", Kind::number, nullptr, "", kDelays},
    {"replay_window", Kind::number, set_own_number<&StrongswanOptions::replay_window, 0, 4096>, "", "0 to 4096 packets, of children that do not say"},
    {"reqid_base", Kind::number, nullptr, "1", "reqids begin at 1, and none is given out that is configured or in the kernel already", kWarning},
    {"retransmit_base", Kind::text, set_retransmit_base, "", "1 to 10: `--retransmit-base`"},
    {"retransmit_jitter", Kind::number, nullptr, "0", "what is sent again is so at its time"},
    {"retransmit_limit", Kind::time, set_retransmit_limit, "", "0 is none; without it, 60 seconds"},
    {"retransmit_timeout", Kind::text, set_retransmit_timeout, "", "0.1 to 60 seconds: `--retransmit-timeout`"},
    {"retransmit_tries", Kind::number, set_retransmit_tries, "", "0 to 50: `--retransmit-tries`"},
    {"retry_initiate_interval", Kind::time, nullptr, "0", "what was to start is tried again until there is a way to the peer, of itself"},
    {"reuse_ikesa", Kind::boolean, nullptr, "yes", "children of a connection share its IKE SA", kWarning},
    {"routing_table", Kind::number, set_routing_table, "", "0 and 254 are the main table, which no rule leads to; 253 and 255 are errors. Routes that a killed daemon left are removed from 220 alone"},
    {"routing_table_prio", Kind::number, set_part_number<kRoutes, &RouteOptions::priority, 1, 32765>, "", "1 to 32765"},
    {"rsa_pss", Kind::boolean, nullptr, "no", "`auth` says it, and certificates"},
    {"send_delay", Kind::number, nullptr, "0", kDelays},
    {"send_delay_request", Kind::boolean, nullptr, "", kDelays},
    {"send_delay_response", Kind::boolean, nullptr, "", kDelays},
    {"send_delay_type", Kind::number, nullptr, "", kDelays},
    {"send_vendor_id", Kind::boolean, nullptr, "no", "no vendor ids are sent"},
    {"signature_authentication", Kind::boolean, nullptr, "yes", "RFC 7427 is used where the peer can", kWarning},
    {"signature_authentication_constraints", Kind::boolean, nullptr, "yes", "what `auth` asks of keys is asked of AUTH, too", kWarning},
    {"spi_label", Kind::text, nullptr, "", kNotYet},
    {"spi_mask", Kind::text, nullptr, "", kNotYet},
    {"spi_max", Kind::number, nullptr, "3489660927", kSpis, kWarning},
    {"spi_min", Kind::number, nullptr, "3221225472", kSpis, kWarning},
    {"threads", Kind::number, nullptr, "", "`--engines` says how many threads run IKE"},
    {"user", Kind::text, nullptr, "", kRights, kWarning},
    {"x509.enforce_critical", Kind::boolean, nullptr, "yes", "critical extensions that are not known refuse a certificate", kWarning},

    {"plugins.attr.<name>", Kind::text, left_to_attributes, "", "as dns1: `address`, `dhcp`, `dns`, `nbns`, `netmask`, `p-cscf`, `server`, `subnet` with addresses and networks, or the number of an attribute, with those or text; `split-include` and `split-exclude` are IKEv1's"},
    {"plugins.kernel-netlink.fwmark", Kind::text, nullptr, "", "our questions for routes carry the mark 220, which the rule leaves out"},
    {"plugins.kernel-netlink.install_routes_xfrmi", Kind::boolean, nullptr, "no", "`interfaces` has routes", kWarning},
    {"plugins.kernel-netlink.mss", Kind::number, nullptr, "0", kNotYet, kWarning},
    {"plugins.kernel-netlink.mtu", Kind::number, set_part_number<kRoutes, &RouteOptions::mtu, 0, 65535>, "", "of routes for tunnels"},
    {"plugins.kernel-netlink.roam_events", Kind::boolean, nullptr, "yes", "MOBIKE follows what changes"},
    {"plugins.kernel-netlink.set_proto_port_transport_sa", Kind::boolean, nullptr, "no", "SAs have no selector; policies have"},
    {"plugins.kernel-netlink.spdh_thresh.ipv4.lbits", Kind::number, nullptr, "", "sysctl is for that"},
    {"plugins.kernel-netlink.spdh_thresh.ipv4.rbits", Kind::number, nullptr, "", "sysctl is for that"},
    {"plugins.kernel-netlink.spdh_thresh.ipv6.lbits", Kind::number, nullptr, "", "sysctl is for that"},
    {"plugins.kernel-netlink.spdh_thresh.ipv6.rbits", Kind::number, nullptr, "", "sysctl is for that"},
    {"plugins.kernel-netlink.xfrm_acq_expires", Kind::number, nullptr, "", "sysctl net.core.xfrm_acq_expires is for that"},
    {"plugins.resolve.file", Kind::text, set_part_text<kResolve, &ResolveOptions::file>, "", "where there is neither resolvconf(8) nor systemd-resolved"},
    {"plugins.resolve.load", Kind::boolean, set_part_flag<kResolve, &ResolveOptions::load>, "", "`no`: nothing is done with a gateway's DNS servers"},
    {"plugins.resolve.resolvconf.iface", Kind::text, set_part_text<kResolve, &ResolveOptions::interface>, "", "`lo.xfrmd` where it says nothing; an interface that resolvconf(8) takes"},
    {"plugins.resolve.resolvconf.path", Kind::text, set_part_text<kResolve, &ResolveOptions::resolvconf>, "", "for a shell; where it says nothing, /sbin/resolvconf if that is there"},
    {"plugins.socket-default.fwmark", Kind::text, nullptr, "", "our sockets are past all policies, and our rule leaves them out"},
    {"plugins.socket-default.use_ipv4", Kind::boolean, nullptr, "yes", kNotYet, kWarning},
    {"plugins.socket-default.use_ipv6", Kind::boolean, nullptr, "yes", kNotYet, kWarning},
    {"plugins.updown.dns_handler", Kind::boolean, set_own_flag<&StrongswanOptions::dns_to_updown>, "", "updown commands are told of a gateway's DNS servers (`PLUTO_DNS4_1`, ...), and nobody else is"},
    {"plugins.updown.load", Kind::boolean, set_own_flag<&StrongswanOptions::updown>},
    {"plugins.vici.socket", Kind::text, set_vici_socket},
    {"plugins.<name>.load", Kind::text, nullptr, "", kBuiltIn},
};
// clang-format on

// Part by part: "<name>" is any one.
bool fits(std::string_view pattern, std::string_view name) {
    while (!pattern.empty() && !name.empty()) {
        const std::size_t end = std::min(pattern.find('.'), pattern.size());
        const std::size_t length = std::min(name.find('.'), name.size());
        const std::string_view part = pattern.substr(0, end);
        if (part != "<name>" && part != name.substr(0, length)) return false;
        pattern.remove_prefix(std::min(end + 1, pattern.size()));
        name.remove_prefix(std::min(length + 1, name.size()));
    }
    return pattern.empty() && name.empty();
}

}  // namespace

std::span<const StrongswanOption> strongswan_options() { return kOptions; }

const StrongswanOption* find_strongswan_option(std::string_view name) {
    const auto* found = std::find_if(std::begin(kOptions), std::end(kOptions),
                                     [&](const StrongswanOption& option) { return fits(option.name, name); });
    return found == std::end(kOptions) ? nullptr : found;
}

}  // namespace xfrmd::daemon
