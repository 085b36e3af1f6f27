// strongSwan's vici on its Unix socket: a Server of ViciDialogues over the commands of a Desk. Life: service and port
// outlive it; for the rest see Server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/sockets/server.h"
#include "daemon/vici/desk.h"
#include "daemon/vici/dialogue.h"
#include "daemon/vici/reports.h"
#include "ike/token_bucket.h"

namespace xfrmd::daemon::vici {

struct ViciLog {
    Audit audit;
    std::function<void(const std::string&)> warn;
};

class ViciServer {
public:
    // Error: one sentence for the operator.
    static tl::expected<std::unique_ptr<ViciServer>, std::string> start(asio::io_context& io, Turns& turns,
                                                                        api::Service& service, Port& port,
                                                                        SocketFile file, ViciLog log);
    ViciServer(const ViciServer&) = delete;
    ViciServer& operator=(const ViciServer&) = delete;

    void stop() { server_->stop(); }
    ReportFollower& reports() { return reports_; }
    std::size_t connections() const { return server_->connections(); }

    static constexpr std::size_t kMostConnections = 64;

private:
    ViciServer(api::Service& service, Port& port, ViciLog log);
    bool run(const Asked& asked, const Caller& caller);
    void warn(const std::string& text);

    ViciLog log_;
    ike::TokenBucket warnings_{5, 20};  // clients that talk nonsense do so without end
    std::uint64_t left_out_ = 0;
    Hall hall_;
    Reports reports_;
    Desk desk_;
    std::unique_ptr<Server> server_;
};

}  // namespace xfrmd::daemon::vici
