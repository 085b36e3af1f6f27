#include "daemon/arguments.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <CLI/CLI.hpp>

#include "daemon/version.h"

namespace xfrmd::daemon {

namespace {

// A number that is none lies between any two bounds, as CLI::Range sees it.
CLI::Validator finite_range(double lowest, double highest) {
    const auto is_number = [](const std::string& text) {
        double value = 0;
        const bool is_finite = CLI::detail::lexical_cast(text, value) && std::isfinite(value);
        return is_finite ? std::string() : text + " is no number";
    };
    return CLI::Validator(is_number, "") & CLI::Range(lowest, highest);
}

// CLI11 takes -1 for the greatest number there is.
CLI::Range counts() { return CLI::Range(0LL, 4'294'967'295LL); }

// Of what has to be somewhere.
CLI::Validator is_path() {
    return CLI::Validator([](const std::string& text) { return text.empty() ? "it must not be empty" : ""; }, "");
}

// strongswan.conf's retransmit_timeout, retransmit_base and retransmit_tries.
void describe_retransmission(CLI::App& app, ikev2::sa::RetransmitSchedule& schedule) {
    const auto set_first = [&schedule](double seconds) {
        schedule.first = std::chrono::round<base::Duration>(std::chrono::duration<double>(seconds));
    };
    app.add_option_function<double>("--retransmit-timeout", set_first,
                                    "seconds after which a request is sent again for the first time")
        ->check(finite_range(0.1, 60.0))
        ->default_str(std::to_string(std::chrono::round<std::chrono::seconds>(schedule.first).count()));
    app.add_option("--retransmit-base", schedule.base, "how much longer each next time takes")
        ->check(finite_range(1.0, 10.0))
        ->capture_default_str();
    app.add_option("--retransmit-tries", schedule.tries, "how often it is sent again before the peer counts as gone")
        ->check(CLI::Range(0, 50))
        ->capture_default_str();
}

// strongswan.conf's cookie_threshold, cookie_threshold_ip, block_threshold, init_limit_half_open, half_open_timeout;
// and what it has none for.
void describe_limits(CLI::App& app, ike::Options& engine) {
    app.add_option("--cookie-threshold", engine.cookie_threshold,
                   "half-open IKE SAs from which on cookies are asked for")
        ->check(counts())
        ->capture_default_str();
    app.add_option("--cookie-threshold-per-address", engine.cookie_threshold_per_address,
                   "the same for those of one address")
        ->check(counts())
        ->capture_default_str();
    app.add_option("--half-open-per-address", engine.half_open_per_address, "half-open IKE SAs one address may have")
        ->check(counts())
        ->capture_default_str();
    app.add_option("--half-open-per-network", engine.half_open_per_network, "and one IPv4 /24 or IPv6 /48")
        ->check(counts())
        ->capture_default_str();
    app.add_option("--most-half-open", engine.most_half_open, "and all together")
        ->check(counts())
        ->capture_default_str();
    app.add_option("--attempts-per-address", engine.attempts_per_address, "a second that lead to nothing (0: no limit)")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    const auto set_life = [&engine](unsigned seconds) {
        engine.half_open_life = std::chrono::seconds(seconds);
        engine.half_open_life_under_load = std::min(engine.half_open_life, engine.half_open_life_under_load);
    };
    app.add_option_function<unsigned>("--half-open-timeout", set_life,
                                      "seconds a peer has until it must be authenticated")
        ->check(CLI::Range(1, 600))
        ->default_str(std::to_string(std::chrono::round<std::chrono::seconds>(engine.half_open_life).count()));
}

void describe_engine(CLI::App& app, ike::Options& engine) {
    app.add_option("--port", engine.port, "UDP port of IKE")->check(CLI::Range(1, 65535))->capture_default_str();
    app.add_option("--nat-port", engine.nat_port, "UDP port of IKE and ESP through NATs")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    app.add_option("--fragment-size", engine.fragment_size, "of the IP packets that IKE messages are cut into")
        ->check(CLI::Range(576, 65535))
        ->capture_default_str();
    app.add_flag("!--no-follow-redirects", engine.follow_redirects, "stay with a gateway that sends us to another one");
    const auto set_patience = [&engine](unsigned seconds) { engine.redirect_patience = std::chrono::seconds(seconds); };
    app.add_option_function<unsigned>("--redirect-timeout", set_patience,
                                      "seconds that a peer has to leave once it was sent to another gateway")
        ->check(CLI::Range(1, 3600))
        ->default_str(std::to_string(std::chrono::round<std::chrono::seconds>(engine.redirect_patience).count()));
    describe_limits(app, engine);
    describe_retransmission(app, engine.retransmit);
}

void describe_fetching(CLI::App& app, FetcherOptions& fetching) {
    app.add_option("--crl-cache", fetching.crl_cache, "folder of the CRLs that were fetched (empty: none are kept)")
        ->capture_default_str();
    app.add_option("--fetcher", fetching.helper,
                   "the program that fetches them, or a socket that leads to it (xfrmd-fetch beside xfrmd)");
}

void describe(CLI::App& app, Arguments& arguments) {
    app.set_version_flag("--version", std::string("xfrmd ") + kVersion);
    app.add_option("--config", arguments.daemon.config_path, "configuration file")
        ->check(is_path())
        ->capture_default_str();
    const auto name_strongswan = [&arguments](const std::string& path) {
        arguments.strongswan_path = path;
        arguments.strongswan_is_named = !path.empty();
    };
    app.add_option_function<std::string>("--strongswan-conf", name_strongswan,
                                         "strongSwan's options of the daemon, which those here go over (empty: none)")
        ->default_str(arguments.strongswan_path);
    app.add_option("--socket", arguments.socket.path, "management socket")->check(is_path())->capture_default_str();
    app.add_option("--vici", arguments.vici.path, "socket for swanctl and other clients of vici (empty: none)")
        ->capture_default_str();
    app.add_flag("--check", arguments.check, "check the configuration and exit");
    app.add_flag("--foreground", arguments.foreground, "stay in the foreground, log to standard error");
    app.add_flag("--debug", arguments.debug, "log dropped datagrams and other details");
    app.add_option("--engines", arguments.daemon.pool.engines, "threads that run IKE")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    describe_engine(app, arguments.daemon.pool.worker.engine);
    app.add_option("--token-secret", arguments.token_secret,
                   "what quick crash detection's tokens are made of; made where it is missing")
        ->check(is_path())
        ->capture_default_str();
    app.add_flag("!--no-crash-tokens", arguments.crash_tokens, "tell peers no tokens for quick crash detection");
    describe_fetching(app, arguments.daemon.fetching);
    app.add_flag("--fail-closed", arguments.daemon.fail_closed,
                 "nothing of a tunnel's leaves or enters in the clear, unless its connection says otherwise");
    app.add_option_function<std::string>(
           "--experimental", [&arguments](const std::string&) { arguments.daemon.ml_dsa = true; },
           "what this draft describes, off otherwise: ML-DSA where somebody signs")
        ->check(CLI::IsMember({std::string(policy::kMlDsaDraft)}));
    app.add_option_function<unsigned>(
           "--updown-timeout",
           [&arguments](unsigned seconds) { arguments.daemon.updown_limit = std::chrono::seconds(seconds); },
           "seconds that a run of an updown command may take")
        ->check(CLI::Range(1, 86400))
        ->default_str(std::to_string(arguments.daemon.updown_limit.count()));
    const std::map<std::string, KernelChoice> kernels{{"linux", KernelChoice::linux_xfrm},
                                                      {"memory", KernelChoice::memory}};
    app.add_option("--kernel", arguments.daemon.kernel, "linux, or memory: protect nothing (for benchmarks)")
        ->transform(CLI::CheckedTransformer(kernels));
}

}  // namespace

void use(Arguments& arguments, StrongswanConf conf) {
    arguments.daemon.pool.worker.engine = conf.options.engine;
    arguments.daemon.routes = conf.options.routes;
    arguments.daemon.replay_window = conf.options.replay_window;
    arguments.daemon.updown = conf.options.updown;
    arguments.daemon.dns_to_updown = conf.options.updown && conf.options.dns_to_updown;
    arguments.daemon.install_virtual_ips = conf.options.install_virtual_ip;
    arguments.daemon.virtual_ips_on = conf.options.install_virtual_ip_on;
    arguments.daemon.resolve = conf.options.resolve;
    arguments.daemon.attributes = conf.options.attributes;
    arguments.vici.path = conf.options.vici_socket;
    arguments.vici.group = conf.options.vici_group;
    arguments.strongswan = std::move(conf);
}

std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
    CLI::App app("IKE daemon for Linux", "xfrmd");
    describe(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    return std::nullopt;
}

}  // namespace xfrmd::daemon
