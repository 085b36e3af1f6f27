// One connection to the daemon: a request, its reply. Blocks, but never beyond the time given. Errors are error objects
// as JSON-RPC has them, the client's own included, so that every failure is shown and counted in one way.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "cli/json.h"

namespace xfrmd::cli {

using Answer = tl::expected<Json, Json>;  // a result, or an error object {code, message, data {kind, retryable, hint}}

// An error object of our own.
Json make_error(std::string_view kind, std::string message, std::string hint);

class Client {
public:
    explicit Client(std::string path) : path_(std::move(path)) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    // Connects where that has not been done. Kinds of its own errors: daemon.unreachable, permission.denied,
    // operation.timeout, daemon.reply_invalid.
    Answer call(std::string_view method, const Json& params, std::chrono::milliseconds patience);

    // What the daemon says unasked, {method, params}, once there is a subscription. nullopt: wait as long as it takes.
    Answer notification(std::optional<std::chrono::milliseconds> patience);

private:
    using Deadline = std::chrono::steady_clock::time_point;
    using Trouble = tl::expected<void, Json>;

    // The next line that is an object.
    Answer receive_object(Deadline deadline);
    Trouble connect();
    Trouble wait_for(short events, Deadline deadline) const;
    Trouble send(std::string_view text, Deadline deadline);
    tl::expected<std::string, Json> receive_line(Deadline deadline);

    std::string path_;
    int socket_ = -1;
    std::string received_;
    std::deque<Json> unasked_;  // that came before a reply
    std::uint64_t last_id_ = 0;
};

}  // namespace xfrmd::cli
