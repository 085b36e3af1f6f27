#include "daemon/start_actions.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <asio/steady_timer.hpp>

#include "daemon/daemon.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

constexpr auto kRoutePause = std::chrono::seconds(5);
constexpr std::chrono::seconds kStartPause{1};
constexpr unsigned kMostRestorations = 10;
constexpr std::chrono::seconds kLongestPause{60};

bool is_as_before(const policy::Connection& connection, const policy::IndexedConfiguration* before) {
    const policy::Connection* old = before == nullptr ? nullptr : before->connection(connection.name);
    return old != nullptr && old->is_configured_as(connection);
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
    daemon_.initiate({attempt.connection, attempt.child, attempt.ike_sa},
                     [this, attempt](const ike::OperationDone& done) { after(done, attempt); });
}

// keyingtries: only silence is worth another try, or a restart; whoever answered with a refusal will refuse again. A
// route that is not there yet, as while a host boots, costs no try.
void StartActions::after(const ike::OperationDone& done, Attempt attempt) {
    if (done.result || daemon_.is_stopping()) return;
    const base::Error& error = done.result.error();
    if (attempt.restores) return restore_later(error, std::move(attempt));
    const bool no_route = error.reason == Reason::NoRoute;
    if (!no_route || !attempt.waits_for_route) {
        log_.warning(attempt.connection + ": child " + attempt.child + " did not start: " + error.sentence());
    }
    attempt.waits_for_route = no_route;
    if (no_route) return start_later(attempt, kRoutePause);
    const policy::Connection* configured = daemon_.configuration().connection(attempt.connection);
    const bool is_absent = error.reason == Reason::PeerSilent || error.reason == Reason::PeerCrashed;
    if (configured == nullptr || !is_absent) return;
    if (configured->keyingtries != 0 && attempt.number >= configured->keyingtries) return;
    ++attempt.number;
    start(attempt);
}

// A peer that accepts and deletes in turn does not keep us busy.
void StartActions::start_again(const std::string& connection, const std::string& child) {
    const auto now = std::chrono::steady_clock::now();
    auto& next = next_start_[{connection, child}];
    const auto due = std::max(now, next);
    next = due + kStartPause;
    if (due == now) return start({connection, child});
    start_later({connection, child}, std::chrono::ceil<std::chrono::seconds>(due - now));
}

void StartActions::restore(const std::string& connection, const std::string& child, ike::IkeSaId ike_sa) {
    start({connection, child, 1, false, true, ike_sa});
}

std::chrono::seconds StartActions::pause_after(unsigned attempts) {
    constexpr unsigned kDoublings = 6;  // 64 s
    return std::min(kLongestPause, std::chrono::seconds(1U << std::min(attempts - 1, kDoublings)));
}

bool StartActions::may_pass(const base::Error& error, unsigned attempts) {
    return attempts < kMostRestorations && error.reason != Reason::ConfigurationInvalid;
}

// The peer may have been faster, in another IKE SA where this one has gone, or the configuration has it no more.
bool StartActions::needs_restoring(const Attempt& attempt) const {
    const policy::Connection* connection = daemon_.configuration().connection(attempt.connection);
    const bool is_wanted = connection != nullptr && connection->child(attempt.child) != nullptr;
    return is_wanted && !daemon_.kernel().tunnels().stands(attempt.connection, attempt.child, attempt.ike_sa);
}

void StartActions::restore_later(const base::Error& error, Attempt attempt) {
    const bool ike_sa_has_gone = error.reason == Reason::NotFound && attempt.ike_sa != ike::IkeSaId::none;
    if (ike_sa_has_gone) attempt.ike_sa = ike::IkeSaId::none;
    if (!needs_restoring(attempt)) return;
    if (ike_sa_has_gone) return start(attempt);
    const bool is_last = !may_pass(error, attempt.number);
    const std::chrono::seconds pause = pause_after(attempt.number);
    log_.error(
        attempt.connection + ": child " + attempt.child + " is not back: " + error.sentence() + "; " +
        (is_last ? "that was the last attempt" : "the next attempt is in " + std::to_string(pause.count()) + " s"));
    if (is_last) return;
    ++attempt.number;
    start_later(attempt, pause);
}

void StartActions::start_later(const Attempt& attempt, std::chrono::seconds pause) {
    auto timer = std::make_shared<asio::steady_timer>(io_, pause);
    timer->async_wait([this, timer, attempt](const std::error_code& error) {
        if (error || daemon_.is_stopping()) return;
        if (attempt.restores && !needs_restoring(attempt)) return;
        start(attempt);
    });
}

}  // namespace xfrmd::daemon
