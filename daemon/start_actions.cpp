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

// Children with start_action = start, of a connection that may not be there (nullptr).
std::vector<const policy::Child*> started(const policy::Connection* connection) {
    std::vector<const policy::Child*> children;
    if (connection == nullptr) return children;
    for (const policy::Child& child : connection->children) {
        if (policy::starts(child.start_action)) children.push_back(&child);
    }
    return children;
}

// Those of `one` that `other` has not just so.
std::vector<std::string> without_equal(const policy::Connection* one, const policy::Connection* other) {
    const bool is_same_ike = one != nullptr && other != nullptr && one->has_same_ike(*other);
    std::vector<std::string> names;
    for (const policy::Child* child : started(one)) {
        const policy::Child* same = is_same_ike ? other->child(child->name) : nullptr;
        if (same == nullptr || !(*same == *child)) names.push_back(child->name);
    }
    return names;
}

bool is_as_before(const policy::Connection& connection, const policy::IndexedConfiguration& before) {
    const policy::Connection* old = before.connection(connection.name);
    return old != nullptr && old->is_configured_as(connection);
}

}  // namespace

void StartActions::run(const policy::IndexedConfiguration& configuration) {
    for (const policy::Connection& connection : configuration.connections()) {
        for (const policy::Child* child : started(&connection)) start({connection.name, child->name});
    }
}

void StartActions::change(const policy::IndexedConfiguration& before, const policy::IndexedConfiguration& now) {
    std::set<ChildName> closed;
    std::vector<Attempt> begun;
    for (const policy::Connection& old : before.connections()) {
        if (is_as_before(old, now)) continue;
        for (std::string& child : without_equal(&old, now.connection(old.name))) closed.insert({old.name, child});
    }
    for (const policy::Connection& connection : now.connections()) {
        if (is_as_before(connection, before)) continue;
        for (const std::string& child : without_equal(&connection, before.connection(connection.name))) {
            begun.push_back({connection.name, child});
        }
    }
    close(std::move(closed), std::move(begun));
}

// The new ones begin once the old ones are on their way out, so that none of them finds itself in an IKE SA that goes.
void StartActions::close(std::set<ChildName> children, std::vector<Attempt> then) {
    const auto begin = [this, then = std::move(then)] {
        for (const Attempt& attempt : then) start(attempt);
    };
    if (children.empty()) return begin();
    daemon_.clear_children(std::move(children), begin);
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
