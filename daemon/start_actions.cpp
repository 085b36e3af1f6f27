#include "daemon/start_actions.h"

#include <chrono>
#include <memory>

#include <asio/steady_timer.hpp>

#include "daemon/daemon.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

constexpr auto kRoutePause = std::chrono::seconds(5);

bool is_as_before(const policy::Connection& connection, const policy::IndexedConfiguration* before) {
    const policy::Connection* old = before == nullptr ? nullptr : before->connection(connection.name);
    return old != nullptr && *old == connection;
}

}  // namespace

void StartActions::run(const policy::IndexedConfiguration& configuration, const policy::IndexedConfiguration* before) {
    for (const policy::Connection& connection : configuration.connections()) {
        if (is_as_before(connection, before)) continue;
        for (const policy::Child& child : connection.children) {
            if (policy::starts(child.start_action)) start({connection.name, child.name});
        }
    }
}

void StartActions::start(const Attempt& attempt) {
    daemon_.initiate({attempt.connection, attempt.child},
                     [this, attempt](const ike::OperationDone& done) { after(done, attempt); });
}

// keyingtries: only silence is worth another try; whoever answered with a refusal will refuse again. A route that is
// not there yet, as while a host boots, costs no try.
void StartActions::after(const ike::OperationDone& done, Attempt attempt) {
    if (done.result || daemon_.is_stopping()) return;
    const base::Error& error = done.result.error();
    const bool no_route = error.reason == Reason::NoRoute;
    if (!no_route || !attempt.waits_for_route) {
        log_.warning(attempt.connection + ": child " + attempt.child + " did not start: " + error.sentence());
    }
    attempt.waits_for_route = no_route;
    if (no_route) return start_later(attempt);
    const policy::Connection* configured = daemon_.configuration().connection(attempt.connection);
    if (configured == nullptr || error.reason != Reason::PeerSilent) return;
    if (configured->keyingtries != 0 && attempt.number >= configured->keyingtries) return;
    ++attempt.number;
    start(attempt);
}

void StartActions::start_later(const Attempt& attempt) {
    auto timer = std::make_shared<asio::steady_timer>(io_, kRoutePause);
    timer->async_wait([this, timer, attempt](const std::error_code& error) {
        if (!error && !daemon_.is_stopping()) start(attempt);
    });
}

}  // namespace xfrmd::daemon
