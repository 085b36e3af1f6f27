// Children with start_action = start on their way up: what becomes of each attempt, and when the next one is due. Main
// thread only.
#pragma once

#include <string>

#include <asio/io_context.hpp>

#include "daemon/log.h"
#include "ike/actions.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

class Daemon;

class StartActions {
public:
    // All outlive it.
    StartActions(asio::io_context& io, Log& log, Daemon& daemon) : io_(io), log_(log), daemon_(daemon) {}

    // Every such child of connections that are new or not as they were `before`; nullptr: of all.
    void run(const policy::IndexedConfiguration& configuration, const policy::IndexedConfiguration* before);

private:
    struct Attempt {
        std::string connection;
        std::string child;
        unsigned number = 1;  // counts as keyingtries does
        bool waits_for_route = false;
    };

    void start(const Attempt& attempt);
    void start_later(const Attempt& attempt);
    void after(const ike::OperationDone& done, Attempt attempt);

    asio::io_context& io_;
    Log& log_;
    Daemon& daemon_;
};

}  // namespace xfrmd::daemon
