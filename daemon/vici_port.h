// The Port of vici over the daemon. Main thread only.
#pragma once

#include "daemon/daemon.h"
#include "daemon/log_reload.h"
#include "daemon/sockets/turns.h"
#include "daemon/vici/port.h"

namespace xfrmd::daemon {

class ViciPort final : public vici::Port {
public:
    // All outlive it.
    ViciPort(asio::io_context& io, Turns& turns, Log& log, LogReload& settings, Daemon& daemon)
        : io_(io), turns_(turns), log_(log), settings_(settings), daemon_(daemon) {}

    policy::Snapshot configuration() const override {
        daemon_.settle();
        return daemon_.snapshot();
    }
    Objects& objects() override { return daemon_.objects(); }
    void warn(const std::string& line) override { log_.warning(line); }
    std::vector<vici::StandingView> standing() const override;
    base::Result<void> install(const std::string& connection, const std::string& child) override;
    bool uninstall(const std::string& connection, const std::string& child) override;
    void reauthenticate(std::uint64_t ike_sa) override { daemon_.reauthenticate(ike::IkeSaId{ike_sa}); }
    void after(std::chrono::milliseconds time, std::function<void()> then) override;
    void reload_settings() override { settings_.run(); }
    void look_at_follower() override { daemon_.reports().look_at_follower(); }
    const policy::LeaseBook& leases() const override { return daemon_.leases(); }
    void message_counts(std::function<void(Counts)> done) override;
    void reset_message_counts(std::optional<std::string> connection) override;
    void add_counters(api::IkeSaView& sa) override;

private:
    asio::io_context& io_;
    Turns& turns_;
    Log& log_;
    LogReload& settings_;
    Daemon& daemon_;
};

}  // namespace xfrmd::daemon
