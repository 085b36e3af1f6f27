#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include "cli/verbs.h"

namespace xfrmd::cli {

namespace {

void declare_kind(CLI::App& app, Options& options) {
    auto* const ike = app.add_flag("--ike", options.ike, "IKE SAs");
    app.add_flag("--child", options.child, "child SAs alone")->excludes(ike);
}

void declare_sa_list(CLI::App& app, Options& options) {
    declare_kind(app, options);
    auto* const manual = app.add_flag("--manual", options.manual, "manual SAs alone");
    manual->excludes(app.get_option("--ike"))->excludes(app.get_option("--child"));
    app.add_option("--conn", options.conn, "only this connection's, or this manual SA")->type_name("NAME");
    app.add_option("--peer", options.peer, "only with this peer")->type_name("ID|CIDR");
    app.add_option("--state", options.state, "only in this state")->type_name("STATE");
    app.add_flag("--detail", options.detail, "everything that is known of each");
}

void declare_sa_show(CLI::App& app, Options& options) {
    app.add_option("ID", options.selector, "as sa list shows it: 7, or 7.12 for a child SA")->required();
}

CLI::Option* declare_selector(CLI::App& app, Options& options) {
    return app.add_option("SELECTOR", options.selector,
                          "ID, CONN, CONN/CHILD, CHILD, the peer's address, prefix or identity");
}

void declare_clearing(CLI::App& app, Options& options) {
    app.add_flag("--force", options.force, "do not wait for the peer's answer");
    app.add_flag("--dry-run", options.dry_run, "tell what would be cleared, change nothing");
}

void declare_sa_clear(CLI::App& app, Options& options) {
    auto* const selector = declare_selector(app, options);
    app.add_flag("--all", options.all, "every SA")->excludes(selector);
    declare_kind(app, options);
    declare_clearing(app, options);
    app.add_flag("-y,--yes", options.yes, "do not ask for -y when --all is given on a terminal");
}

void declare_sa_rekey(CLI::App& app, Options& options) {
    declare_selector(app, options)->required();
    declare_kind(app, options);
}

void declare_sa_redirect(CLI::App& app, Options& options) {
    app.add_option("ID", options.selector, "of the IKE SA, as sa list shows it: 7")->required();
    app.add_option("GATEWAY", options.gateway, "the address that the peer is to go to")->required();
}

void declare_conn_up(CLI::App& app, Options& options) {
    app.add_option("NAME", options.selector, "CONN (all its children), CONN/CHILD or CHILD")->required();
}

void declare_conn_down(CLI::App& app, Options& options) {
    declare_conn_up(app, options);
    declare_clearing(app, options);
}

void declare_load(CLI::App& app, Options& options) {
    app.add_option("FILE", options.selector, "JSON: {NAME: {...}, ...}, as in swanctl.conf; -: standard input")
        ->required();
}

void declare_key_load(CLI::App& app, Options& options) {
    app.add_option("FILE", options.selector, "a private key in PEM, not encrypted; -: standard input")->required();
}

void declare_unload(CLI::App& app, Options& options) {
    app.add_option("NAME", options.selector, "as object list shows it")->required();
}

void declare_object_list(CLI::App& app, Options& options) {
    app.add_option("--kind", options.kind, "only connection, secret, key, authority or pool")->type_name("KIND");
    app.add_option("--from", options.from, "only what files, vici or json-rpc have loaded")->type_name("WHO");
}

void declare_events(CLI::App& app, Options& options) {
    app.add_flag("-f,--follow", options.follow, "print what happens from now on, until interrupted");
    app.add_option("--topic", options.topics, "only this one: kernel or sa; may be given more than once")
        ->type_name("TOPIC")
        ->allow_extra_args(false);
}

constexpr Command kCommands[] = {
    {"sa", "list", "the SAs there are", declare_sa_list, sa_list},
    {"sa", "show", "everything about one SA", declare_sa_show, sa_show},
    {"sa", "clear", "delete SAs", declare_sa_clear, sa_clear},
    {"sa", "rekey", "give SAs new keys", declare_sa_rekey, sa_rekey},
    {"sa", "redirect", "send the peer of an IKE SA to another gateway", declare_sa_redirect, sa_redirect},
    {"conn", "list", "the connections that are configured", nullptr, conn_list},
    {"conn", "up", "bring up a connection's children, or one of them", declare_conn_up, conn_up},
    {"conn", "down", "delete a connection's SAs, or those of one child", declare_conn_down, conn_down},
    {"conn", "load", "load connections, in place of those with their names", declare_load, conn_load},
    {"conn", "unload", "unload a connection", declare_unload, conn_unload},
    {"secret", "load", "load shared secrets, in place of those with their names", declare_load, secret_load},
    {"secret", "unload", "unload a shared secret", declare_unload, secret_unload},
    {"key", "load", "load a private key, and tell its id", declare_key_load, key_load},
    {"key", "unload", "unload a private key", declare_unload, key_unload},
    {"authority", "load", "load authorities, in place of those with their names", declare_load, authority_load},
    {"authority", "unload", "unload an authority", declare_unload, authority_unload},
    {"pool", "load", "load pools, in place of those with their names", declare_load, pool_load},
    {"pool", "unload", "unload a pool that nobody has an address of", declare_unload, pool_unload},
    {"object", "list", "what is loaded, and by whom", declare_object_list, object_list},
    {"kernel", "status", "what is wanted of the kernel, what it has, and what was found so far", nullptr,
     kernel_status},
    {"kernel", "reconcile", "compare what the kernel has with what is wanted, and repair it", nullptr,
     kernel_reconcile},
    {"events", "", "what has happened lately, or happens from now on", declare_events, events},
    {"system", "info", "the daemon, what it has to do, and its limits", nullptr, system_info},
    {"pki", "ca", "make a CA: a key and its certificate", declare_pki_ca, pki_ca},
    {"pki", "gateway", "make a gateway's key and certificate", declare_pki_end, pki_gateway},
    {"pki", "client", "make a client's key and certificate", declare_pki_end, pki_client},
    {"pki", "crl", "make a CA's next list of revoked certificates", declare_pki_crl, pki_crl},
    {"pki", "show", "what certificates, keys and CRLs say", declare_pki_show, pki_show},
    {"pki", "verify", "would xfrmd accept this certificate, and why not", declare_pki_verify, pki_verify},
    {"rpc", "discover", "the API as an OpenRPC document", nullptr, rpc_discover},
};

struct Noun {
    std::string_view name;
    std::string_view summary;
};
constexpr Noun kNouns[] = {{"sa", "security associations"},
                           {"conn", "connections"},
                           {"secret", "shared secrets"},
                           {"key", "private keys"},
                           {"authority", "CAs"},
                           {"pool", "virtual addresses"},
                           {"object", "all that is loaded"},
                           {"kernel", "states and policies"},
                           {"system", "the daemon"},
                           {"pki", "a small CA, without the daemon"},
                           {"rpc", "the management API"}};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

std::string_view summary_of_noun(std::string_view noun) {
    for (const Noun& row : kNouns) {
        if (row.name == noun) return row.summary;
    }
    return "";
}

}  // namespace xfrmd::cli
