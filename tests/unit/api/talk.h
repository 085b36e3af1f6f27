// Asks an Rpc one thing and reads the answer; for tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/rpc.h"

namespace xfrmd::daemon::api {

struct Heard {
    bool came = false;
    std::optional<std::string> line;
    Json json;  // of the line; discarded where there is none
};

inline void handle(Rpc& rpc, std::string_view text, const Peer& peer, ReplyDone done) {
    Work work = rpc.read(text, std::move(done));
    while (!work.is_begun()) rpc.begin_one(work, peer);
}

// The answer is filled in when it comes, which may be after this returns.
inline void ask(Rpc& rpc, std::string_view text, Heard& answer) {
    EventLog nobodys;
    Subscription subscription(nobodys);
    const Caller caller{};
    handle(rpc, text, {caller, subscription}, [&answer](const Reply& reply) {
        answer.came = true;
        answer.line = reply.line;
        answer.json = Json::parse(reply.line.value_or(""), nullptr, false);
    });
}

inline Heard ask(Rpc& rpc, std::string_view text) {
    Heard answer;
    ask(rpc, text, answer);
    return answer;
}

// A request for one method with params given as JSON text.
inline std::string request(std::string_view method, std::string_view params = "{}") {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" + std::string(params) + "}";
}

}  // namespace xfrmd::daemon::api
