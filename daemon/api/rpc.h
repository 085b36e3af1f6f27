// From one JSON text to its reply: parse, check the envelope, find the method, check its params, ask the Service, and
// put the answers of a batch together in order. Knows nothing of sockets. One thread; answers may come within a call or
// later, and must not come after the Rpc is gone.
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

// Who asks, over which connection. Good during one call.
struct Peer {
    const Caller& caller;
    Subscription& subscription;
};

// The requests of one text, which are begun one by one: a batch is no longer piece of work than a request.
struct Work {
    std::size_t requests = 0;  // as `done` will tell
    std::uint64_t ticket = 0;
    std::vector<Parsed> to_begin;  // the last one first

    bool is_begun() const { return to_begin.empty(); }
};

class Rpc {
public:
    Rpc(Service& service, Audit audit) : service_(service), audit_(std::move(audit)) {}
    Rpc(const Rpc&) = delete;
    Rpc& operator=(const Rpc&) = delete;

    // `done` is called exactly once: within the call where there is nothing to begin, else when all are answered.
    Work read(std::string_view text, ReplyDone done);
    // The next one; not where all are begun.
    void begin_one(Work& work, const Peer& peer);
    // What has not been begun never will be, and nobody waits for the answers.
    void abandon(Work& work);

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

    static Work refuse(const ApiError& error, const ReplyDone& done);
    Work open(std::vector<Parsed> requests, bool batch, ReplyDone done);
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
