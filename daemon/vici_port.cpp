#include "daemon/vici_port.h"

#include <memory>
#include <utility>

#include <asio/steady_timer.hpp>

#include "daemon/sa_counters.h"
#include "daemon/vici/text.h"

namespace xfrmd::daemon {

std::vector<vici::StandingView> ViciPort::standing() const {
    std::vector<vici::StandingView> views;
    for (const StandingChild* child : daemon_.kernel().standing().standing()) {
        const policy::Connection* connection = daemon_.configuration().connection(child->connection);
        const policy::Child* configured = connection == nullptr ? nullptr : connection->child(child->child);
        if (configured == nullptr && connection != nullptr) configured = connection->shunt(child->child);
        if (configured == nullptr) continue;
        views.push_back({child->connection, child->child, std::string(vici::mode_name(configured->mode)),
                         vici::texts_of(configured->local_ts), vici::texts_of(configured->remote_ts)});
    }
    return views;
}

base::Result<void> ViciPort::install(const std::string& connection, const std::string& child) {
    const policy::Connection* found = daemon_.configuration().connection(connection);
    if (found == nullptr) return base::fail(base::Reason::NotFound, "connection " + connection);
    return daemon_.kernel().standing().install(*found, child);
}

bool ViciPort::uninstall(const std::string& connection, const std::string& child) {
    const policy::Connection* found = daemon_.configuration().connection(connection);
    return found != nullptr && daemon_.kernel().standing().uninstall(*found, child);
}

void ViciPort::after(std::chrono::milliseconds time, std::function<void()> then) {
    if (time.count() == 0) return turns_.add(std::move(then));
    auto timer = std::make_shared<asio::steady_timer>(io_, time);
    timer->async_wait([timer, then = std::move(then)](const std::error_code& error) {
        if (!error) then();
    });
}

void ViciPort::message_counts(std::function<void(Counts)> done) {
    auto counts = std::make_shared<Counts>();
    const auto add = [counts](Worker& worker) {
        const ike::MessageCounters& counters = worker.message_counters();
        counts->all += counters.all();
        for (const auto& [connection, own] : counters.of_connections()) counts->of_connections[connection] += own;
    };
    daemon_.pool().visit(add, [counts, done = std::move(done)] { done(std::move(*counts)); });
}

void ViciPort::reset_message_counts(std::optional<std::string> connection) {
    const auto reset = [connection = std::move(connection)](Worker& worker) {
        if (connection) {
            worker.message_counters().reset(*connection);
        } else {
            worker.message_counters().reset_connections();
        }
    };
    daemon_.pool().visit(reset, [] {});
}

void ViciPort::add_counters(api::IkeSaView& sa) { daemon::add_counters(sa, daemon_.kernel().tunnels()); }

}  // namespace xfrmd::daemon
