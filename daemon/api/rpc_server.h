// The JSON-RPC API on its Unix socket: a Server of RpcDialogues, whom the EventLog wakes. Life: the Service outlives
// it; for the rest see Server.
#pragma once

#include <memory>
#include <string>

#include "daemon/api/rpc.h"
#include "daemon/sockets/server.h"

namespace xfrmd::daemon::api {

class RpcServer {
public:
    // Error: one sentence for the operator.
    static tl::expected<std::unique_ptr<RpcServer>, std::string> start(asio::io_context& io, Turns& turns,
                                                                       Service& service, SocketFile file, Audit audit);
    RpcServer(const RpcServer&) = delete;
    RpcServer& operator=(const RpcServer&) = delete;
    ~RpcServer() { stop(); }

    void stop();
    std::size_t connections() const { return server_->connections(); }

private:
    RpcServer(Service& service, const Audit& audit) : service_(service), rpc_(service, audit) {}

    Service& service_;
    Rpc rpc_;
    std::unique_ptr<Server> server_;
};

}  // namespace xfrmd::daemon::api
