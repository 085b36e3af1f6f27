// Children that packets want, in the order in which they were asked for: each of them once, however many packets ask,
// so that there are at most as many as the configuration has. Some are negotiated at the same time; one whose peer is
// slow or silent goes on, but keeps nobody else waiting for long. Main thread only.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "daemon/wanted_child.h"
#include "ike/policy/traffic_selector.h"

namespace xfrmd::daemon {

class Acquires {
public:
    static constexpr std::size_t kAtOnce = 256;
    // As long as an attempt counts among those; a peer that is there has answered by then.
    static constexpr std::chrono::milliseconds kPatience{2000};

    using Child = WantedChild;
    using Packet = std::optional<policy::TriggeringPacket>;
    // `done` is called when the child is there, or none can be had.
    using Negotiate = std::function<void(const Child& child, const Packet& packet, std::function<void()> done)>;

    // `io` outlives it, and it what it has posted there.
    Acquires(asio::io_context& io, Negotiate negotiate, std::chrono::milliseconds patience = kPatience)
        : io_(io), negotiate_(std::move(negotiate)), patience_(patience) {}

    // False where it was asked for before, and that has not ended.
    bool ask(const Child& child, Packet packet);

private:
    struct Wish {
        Child child;
        Packet packet;
    };

    void post();
    void begin_one();
    void make_room(const Child& child);

    asio::io_context& io_;
    Negotiate negotiate_;
    std::chrono::milliseconds patience_;
    std::set<Child> asked_;  // and not ended
    std::deque<Wish> waiting_;
    std::map<Child, asio::steady_timer> recent_;  // those that count
};

}  // namespace xfrmd::daemon
