// Children with start_action = start on their way up, and those whose SAs the kernel has lost or whose peer has ended
// them on their way back: what becomes of each attempt, and when the next one is due. Main thread only.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/log.h"
#include "ike/actions.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

class Daemon;

// A child and its connection.
using ChildName = std::pair<std::string, std::string>;

class StartActions {
public:
    // All outlive it.
    StartActions(asio::io_context& io, Log& log, Daemon& daemon) : io_(io), log_(log), daemon_(daemon) {}

    // Every such child.
    void run(const policy::IndexedConfiguration& configuration);
    // As strongSwan has it: of children that have gone, that have changed, or whose connection has otherwise changed,
    // what was begun by start_action = start is closed, with the IKE SA if nothing else is in it; those that are new or
    // not as they were are started. Others are left alone. Traps are the kernel side's.
    void change(const policy::IndexedConfiguration& before, const policy::IndexedConfiguration& now);
    // One that the peer has ended, at once, but no sooner than a second after the last time.
    void start_again(const std::string& connection, const std::string& child);
    // A child that stood; attempts go to this IKE SA as long as it lives. They are ten in all.
    void restore(const std::string& connection, const std::string& child, ike::IkeSaId ike_sa);
    // After so many attempts to restore one: 1 s, 2 s, 4 s, ... 60 s.
    static std::chrono::seconds pause_after(unsigned attempts);
    // Whether what the last of so many attempts to restore one ended with may pass. Even a refusal may: the peer may
    // have thought that the old one still stood.
    static bool may_pass(const base::Error& error, unsigned attempts);

private:
    struct Attempt {
        std::string connection;
        std::string child;
        unsigned number = 1;  // counts as keyingtries does
        bool waits_for_route = false;
        bool restores = false;
        ike::IkeSaId ike_sa = ike::IkeSaId::none;
    };

    void close(std::set<ChildName> children, std::vector<Attempt> then);
    void start(const Attempt& attempt);
    bool needs_restoring(const Attempt& attempt) const;
    void start_later(const Attempt& attempt, std::chrono::seconds pause);
    void after(const ike::OperationDone& done, Attempt attempt);
    void restore_later(const base::Error& error, Attempt attempt);

    asio::io_context& io_;
    Log& log_;
    Daemon& daemon_;
    // When the next start after a peer's end may be; only children that are or were configured get here.
    std::map<ChildName, std::chrono::steady_clock::time_point> next_start_;
};

}  // namespace xfrmd::daemon
