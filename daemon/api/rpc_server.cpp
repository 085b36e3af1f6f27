#include "daemon/api/rpc_server.h"

#include <utility>

#include "daemon/api/limits.h"
#include "daemon/api/rpc_dialogue.h"

namespace xfrmd::daemon::api {

tl::expected<std::unique_ptr<RpcServer>, std::string> RpcServer::start(asio::io_context& io, Turns& turns,
                                                                       Service& service, SocketFile file, Audit audit) {
    std::unique_ptr<RpcServer> api(new RpcServer(service, audit));
    ServerOptions options;
    options.most_connections = kMaxConnections;
    options.make_dialogue = [raw = api.get()](const Caller& caller, Place place) {
        return std::make_unique<RpcDialogue>(raw->rpc_, raw->service_.events(), caller, place);
    };
    options.on_denied = [audit = std::move(audit)](const Caller& caller) {
        if (audit) audit({caller, "", "", std::string(traits(ErrorKind::PermissionDenied).name)});
    };
    auto server = Server::start(io, turns, std::move(file), std::move(options));
    if (!server) return tl::unexpected(server.error());
    api->server_ = std::move(*server);
    service.events().listen([raw = api->server_.get()] { raw->wake(); });
    return api;
}

void RpcServer::stop() {
    if (!server_) return;
    service_.events().listen(nullptr);
    server_->stop();
}

}  // namespace xfrmd::daemon::api
