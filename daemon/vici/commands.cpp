#include <algorithm>
#include <array>

#include "daemon/vici/control_commands.h"
#include "daemon/vici/desk.h"
#include "daemon/vici/load_commands.h"
#include "daemon/vici/query_commands.h"

namespace xfrmd::daemon::vici {

namespace {

constexpr Command kCommands[] = {
    {"version", version},
    {"stats", stats},
    {"reload-settings", reload_settings, true},
    {"initiate", initiate, true},
    {"terminate", terminate, true},
    {"rekey", rekey, true},
    {"redirect", redirect, true},
    {"install", install, true},
    {"uninstall", uninstall, true},
    {"list-sas", list_sas},
    {"list-policies", list_policies},
    {"list-conns", list_connections},
    {"get-conns", get_connections},
    {"list-certs", list_certificates},
    {"list-authorities", list_authorities},
    {"get-authorities", get_authorities},
    {"get-algorithms", get_algorithms},
    {"get-pools", get_pools},
    {"get-counters", get_counters},
    {"reset-counters", reset_counters, true},
    {"load-conn", load_connection, true},
    {"unload-conn", unload_connection, true},
    {"load-cert", load_certificate, true},
    {"load-key", load_key, true},
    {"unload-key", unload_key, true},
    {"get-keys", get_keys},
    {"load-token", load_token, true},
    {"load-shared", load_shared, true},
    {"unload-shared", unload_shared, true},
    {"get-shared", get_shared},
    {"flush-certs", flush_certificates, true},
    {"clear-creds", clear_credentials, true},
    {"load-authority", load_authority, true},
    {"unload-authority", unload_authority, true},
    {"load-pool", load_pool, true},
    {"unload-pool", unload_pool, true},
};

// The last ones are those of strongSwan that is patched for FRR's nhrpd.
constexpr std::array<std::string_view, 18> kEvents{"log",
                                                   "control-log",
                                                   "list-sa",
                                                   "list-policy",
                                                   "list-conn",
                                                   "list-cert",
                                                   "list-authority",
                                                   "ike-updown",
                                                   "ike-rekey",
                                                   "ike-update",
                                                   "child-updown",
                                                   "child-rekey",
                                                   "alert",
                                                   "ike-state-established",
                                                   "ike-state-destroying",
                                                   "child-state-installed",
                                                   "child-state-rekeyed",
                                                   "child-state-destroying"};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

const Command* find_command(std::string_view name) {
    const auto* found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                     [name](const Command& command) { return command.name == name; });
    return found == std::end(kCommands) ? nullptr : found;
}

bool is_event(std::string_view name) { return std::find(kEvents.begin(), kEvents.end(), name) != kEvents.end(); }

}  // namespace xfrmd::daemon::vici
