#include "daemon/vici_port.h"

#include <memory>
#include <utility>

#include <asio/steady_timer.hpp>

#include "daemon/sa_counters.h"

namespace xfrmd::daemon {

namespace {

std::string mode_of(const StandingChild& child) {
    if (child.kind == StandingKind::pass) return "PASS";
    if (child.kind == StandingKind::drop) return "DROP";
    if (child.tunnel.mode == netlink::Mode::beet) return "BEET";
    return child.tunnel.mode == netlink::Mode::transport ? "TRANSPORT" : "TUNNEL";
}

std::vector<std::string> texts(const std::vector<policy::ConfiguredSelector>& selectors) {
    std::vector<std::string> all;
    for (const auto& selector : selectors) {
        all.push_back(selector.dynamic ? "dynamic" : selector.selector.to_string());
    }
    return all;
}

}  // namespace

std::vector<vici::StandingView> ViciPort::standing() const {
    std::vector<vici::StandingView> views;
    for (const StandingChild* child : daemon_.kernel().standing().standing()) {
        vici::StandingView view{child->connection, child->child, mode_of(*child), {}, {}};
        const policy::Connection* connection = daemon_.configuration().connection(child->connection);
        const policy::Child* configured = connection == nullptr ? nullptr : connection->child(child->child);
        if (configured == nullptr && connection != nullptr) configured = connection->shunt(child->child);
        if (configured != nullptr) {
            view.local_ts = texts(configured->local_ts);
            view.remote_ts = texts(configured->remote_ts);
        }
        views.push_back(std::move(view));
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
    auto timer = std::make_shared<asio::steady_timer>(io_, time);
    timer->async_wait([timer, then = std::move(then)](const std::error_code& error) {
        if (!error) then();
    });
}

void ViciPort::add_counters(api::IkeSaView& sa) { daemon::add_counters(sa, daemon_.kernel().tunnels()); }

}  // namespace xfrmd::daemon
