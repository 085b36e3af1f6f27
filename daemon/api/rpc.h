// From one JSON text to its reply: parse, check the envelope, find the method, check its params, ask the Service, and
// put the answers of a batch together in order. Knows nothing of sockets. One thread; `done` may come within handle()
// or later, and must not come after the Rpc is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/api/rpc_message.h"
#include "daemon/api/service.h"
#include "daemon/api/subscription.h"
#include "daemon/sockets/caller.h"

namespace xfrmd::daemon::api {

struct Method;

struct Reply {
    std::optional<std::string> line;  // nullopt: there is nothing to answer
    std::size_t requests = 1;         // how many were in the text
};
using ReplyDone = std::function<void(Reply)>;

// Who asks, over which connection. Good until handle() returns.
struct Peer {
    const Caller& caller;
    Subscription& subscription;
};

class Rpc {
public:
    Rpc(Service& service, Audit audit) : service_(service), audit_(std::move(audit)) {}
    Rpc(const Rpc&) = delete;
    Rpc& operator=(const Rpc&) = delete;

    // Calls `done` exactly once. Returns the number of requests that `done` will tell.
    std::size_t handle(std::string_view text, const Peer& peer, ReplyDone done);

private:
    // A text whose answers are not complete. Tickets are never used again, so that a late answer meets nobody else's.
    struct Pending {
        std::vector<std::string> lines;  // an empty one: no answer is due
        std::vector<bool> settled;
        std::size_t open = 0;
        std::size_t bytes = 0;
        bool batch = false;
        ReplyDone done;
    };
    // One request's place in a pending text.
    struct Slot {
        std::uint64_t ticket = 0;
        std::size_t index = 0;
    };

    std::size_t handle_value(const Parsed& value, const Peer& peer, ReplyDone done);
    std::size_t refuse(const ApiError& error, const ReplyDone& done);
    std::uint64_t open(std::size_t requests, bool batch, ReplyDone done);
    void answer(Slot slot, const Peer& peer, const Parsed& value);
    void dispatch(Slot slot, const Peer& peer, RpcRequest request);
    void settle(Slot slot, const Json& id, const Outcome<Json>& outcome);
    void settle_line(Slot slot, std::string line);
    void release(std::uint64_t ticket);
    void audit(const Caller& caller, const Method& method, const Parsed& told, std::string_view outcome);

    Service& service_;
    Audit audit_;
    std::unordered_map<std::uint64_t, Pending> pending_;
    std::uint64_t last_ticket_ = 0;
};

}  // namespace xfrmd::daemon::api
