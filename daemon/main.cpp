// xfrmd: reads its options, starts the daemon, and runs until a signal ends it.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>

#include "daemon/api/rpc_server.h"
#include "daemon/arguments.h"
#include "daemon/config/swanctl_loader.h"
#include "daemon/daemon.h"
#include "daemon/launch.h"
#include "daemon/log.h"
#include "daemon/log_reload.h"
#include "daemon/management.h"
#include "daemon/sockets/turns.h"
#include "daemon/token_secret.h"
#include "daemon/version.h"
#include "daemon/vici/vici_server.h"
#include "daemon/vici_port.h"

namespace {

using namespace xfrmd;
using daemon::kConfigurationInvalid;
using daemon::kFailed;

// With a disk that hangs.
constexpr auto kLogPatience = std::chrono::seconds(1);
// With a token that is at work when the daemon ends.
constexpr auto kTokenPatience = std::chrono::seconds(1);

int check_configuration(const daemon::Arguments& arguments) {
    daemon::DaemonOptions options = arguments.daemon;
    for (const std::string& warning : arguments.strongswan.warnings) std::printf("warning: %s\n", warning.c_str());
    daemon::pkcs11::Tokens tokens;
    options.tokens = &tokens;
    const auto loaded = daemon::load_swanctl(daemon::DiskFiles(), options.config_path, options.host());
    std::fputs((loaded ? daemon::print(*loaded) : daemon::print(loaded.error())).c_str(), loaded ? stdout : stderr);
    const int status = loaded ? 0 : kConfigurationInvalid;
    std::fflush(nullptr);
    if (!tokens.end(kTokenPatience)) std::_Exit(status);
    return status;
}

// No keys in core dumps, none for other processes of the same user to read.
void keep_memory_private() {
    prctl(PR_SET_DUMPABLE, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

// Whoever starts us with one of them closed would find a socket of ours in its place, and /dev/null over that later.
void keep_standard_descriptors() {
    int opened = 0;
    do {
        opened = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (opened >= 0 && opened <= STDERR_FILENO);
    if (opened >= 0) close(opened);
}

// Everything that lives as long as the daemon runs, in the order it is made.
class Process {
public:
    Process(const daemon::Arguments& arguments, daemon::Log& log)
        : arguments_(arguments), options_(arguments.daemon), log_(log) {
        options_.tokens = &tokens_;
    }

    // The configuration first: most mistakes are there. Then the socket, which says whether another xfrmd runs already.
    tl::expected<void, daemon::StartError> start() {
        auto configuration = daemon::Daemon::load(log_, files_, options_);
        if (!configuration) return tl::unexpected(std::move(configuration.error()));
        auto socket = daemon::SocketFile::make(arguments_.socket);
        if (!socket) return tl::unexpected(daemon::StartError{socket.error()});
        if (const auto made = make_vici_socket(); !made) return made;
        open_token_secret();
        auto daemon = daemon::Daemon::start(io_, log_, files_, options_, std::move(*configuration));
        if (!daemon) return tl::unexpected(daemon::StartError{daemon.error()});
        daemon_ = std::move(*daemon);
        management_ = std::make_unique<daemon::Management>(io_, turns_, *daemon_);
        auto server =
            daemon::api::RpcServer::start(io_, turns_, *management_, std::move(*socket),
                                          [this](const auto& entry) { log_.info("audit: " + entry.to_string()); });
        if (!server) return tl::unexpected(daemon::StartError{server.error()});
        server_ = std::move(*server);
        if (auto vici = start_vici(); !vici) return vici;
        wait_for_signals();
        return {};
    }

    void run() {
        log_.info(std::string("xfrmd ") + daemon::kVersion + " is ready");
        sd_notify(0, "READY=1");
        daemon_->run_start_actions();
        io_.run();
    }

    // Everything but the loop, whose end waits for the resolver, and what waits for a token or a disk. There is nothing
    // left that would need them.
    void end(int status) {
        log_.flush(kLogPatience);
        const bool waits = daemon_ && daemon_->is_asking_for_names();
        const bool is_reading = daemon_ && (daemon_->is_loading() || daemon_->is_reading_lists());
        if (daemon_) daemon_->reports().follow(nullptr);
        vici_.reset();
        const bool is_busy = is_reading || log_reload_.is_running();
        server_.reset();
        management_.reset();
        if (is_busy || !tokens_.end(kTokenPatience)) std::_Exit(status);
        daemon_.reset();
        if (waits) std::_Exit(status);
    }

private:
    // Without it everything works but quick crash detection, for the peers.
    void open_token_secret() {
        if (!arguments_.crash_tokens) return;
        auto secret = daemon::TokenSecret::open(arguments_.token_secret);
        if (!secret) return log_.warning("peers get no tokens for quick crash detection: " + secret.error());
        token_secret_ = std::make_unique<daemon::TokenSecret>(std::move(*secret));
        options_.pool.worker.engine.token_secret = &token_secret_->bytes();
    }

    // Before anything is in the kernel: charon may still be there.
    tl::expected<void, daemon::StartError> make_vici_socket() {
        if (arguments_.vici.path.empty()) return {};
        auto socket = daemon::SocketFile::make(arguments_.vici);
        if (!socket) return tl::unexpected(daemon::StartError{socket.error()});
        vici_socket_.emplace(std::move(*socket));
        return {};
    }

    tl::expected<void, daemon::StartError> start_vici() {
        if (!vici_socket_) return {};
        vici_port_ = std::make_unique<daemon::ViciPort>(io_, turns_, log_, log_reload_, *daemon_);
        daemon::vici::ViciLog log;
        log.audit = [this](const auto& entry) { log_.info("audit: " + entry.to_string()); };
        log.warn = [this](const std::string& text) { log_.warning(text); };
        auto vici = daemon::vici::ViciServer::start(io_, turns_, *management_, *vici_port_, std::move(*vici_socket_),
                                                    std::move(log));
        if (!vici) return tl::unexpected(daemon::StartError{vici.error()});
        vici_ = std::move(*vici);
        daemon_->reports().follow(&vici_->reports());
        return {};
    }

    void wait_for_signals() {
        signals_.async_wait([this](const std::error_code& error, int number) {
            if (error) return;
            if (number == SIGHUP) {
                log_reload_.run();
                daemon_->reload();
            } else {
                sd_notify(0, "STOPPING=1");
                // Not within a turn of a connection, which ends with this.
                daemon_->stop([this] { asio::post(io_, [this] { stop_serving(); }); });
            }
            wait_for_signals();
        });
    }

    void stop_serving() {
        server_->stop();
        if (vici_) vici_->stop();
        io_.stop();
    }

    const daemon::Arguments& arguments_;
    daemon::DaemonOptions options_;
    daemon::Log& log_;
    std::unique_ptr<daemon::TokenSecret> token_secret_;  // outlives the daemon
    daemon::DiskFiles files_;
    daemon::pkcs11::Tokens tokens_;  // likewise
    asio::io_context io_{1};
    daemon::Turns turns_{io_};
    daemon::LogReload log_reload_{io_, log_, files_, arguments_.strongswan_path};
    asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
    std::unique_ptr<daemon::Daemon> daemon_;
    std::unique_ptr<daemon::Management> management_;
    std::unique_ptr<daemon::api::RpcServer> server_;
    std::optional<daemon::SocketFile> vici_socket_;  // until the server has it
    std::unique_ptr<daemon::ViciPort> vici_port_;
    std::unique_ptr<daemon::vici::ViciServer> vici_;
};

int serve(const daemon::Arguments& arguments, daemon::Launch& launch) {
    const bool terminal = arguments.foreground;
    daemon::Log log(terminal ? daemon::LogTarget::standard_error : daemon::LogTarget::syslog, arguments.debug);
    log.use(arguments.strongswan.options.log);
    daemon::log_details(log, arguments.strongswan);
    Process process(arguments, log);
    if (const auto started = process.start(); !started) {
        const daemon::StartError& error = started.error();
        const std::string text = error.in_configuration ? error.text : "xfrmd: cannot start: " + error.text + "\n";
        if (!terminal) log.error(text);
        const int status = launch.failed(error.in_configuration ? kConfigurationInvalid : kFailed, text);
        process.end(status);
        return status;
    }
    launch.ready();
    process.run();
    process.end(EXIT_SUCCESS);
    return EXIT_SUCCESS;
}

int run(daemon::Arguments arguments) {
    // The background has another working directory.
    arguments.daemon.config_path = std::filesystem::absolute(arguments.daemon.config_path);
    arguments.socket.path = std::filesystem::absolute(arguments.socket.path);
    if (!arguments.vici.path.empty()) arguments.vici.path = std::filesystem::absolute(arguments.vici.path);
    arguments.token_secret = std::filesystem::absolute(arguments.token_secret);
    for (std::string* path :
         {&arguments.daemon.fetching.crl_cache, &arguments.daemon.fetching.helper, &arguments.strongswan_path}) {
        if (!path->empty()) *path = std::filesystem::absolute(*path);
    }
    keep_memory_private();
    if (arguments.vici.path == arguments.socket.path) {
        std::fputs("xfrmd: --socket and --vici are the same path\n", stderr);
        return daemon::kUsage;
    }
    if (arguments.check) return check_configuration(arguments);
    keep_standard_descriptors();
    // A log that nobody reads any more must not end the daemon before it has cleaned up.
    std::signal(SIGPIPE, SIG_IGN);
    // Whoever started us may have it ignored, and nobody would hear how a child has ended.
    std::signal(SIGCHLD, SIG_DFL);
    auto launch = arguments.foreground ? daemon::Launch::foreground() : daemon::Launch::background();
    if (!launch) {
        std::fprintf(stderr, "xfrmd: %s\n", launch.error().c_str());
        return kFailed;
    }
    return serve(arguments, *launch);
}

// The command line names strongswan.conf, and goes over what that says: so it is read twice.
int begin(int argc, char** argv) {
    daemon::Arguments named;
    if (const auto ended = daemon::parse(argc, argv, named)) return *ended;
    daemon::Arguments arguments;
    if (!named.strongswan_path.empty()) {
        auto conf = daemon::load_strongswan(daemon::DiskFiles(), named.strongswan_path, named.strongswan_is_named);
        if (!conf) {
            std::fputs(daemon::print(conf.error()).c_str(), stderr);
            return kConfigurationInvalid;
        }
        daemon::use(arguments, std::move(*conf));
    }
    if (const auto ended = daemon::parse(argc, argv, arguments)) return *ended;
    return run(std::move(arguments));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return begin(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "xfrmd: %s\n", error.what());
        return kFailed;
    }
}
