// What happens to IKE SAs, told as vici's events: `log` and the updown and rekey events to all who follow them,
// `control-log` to the client whose command it comes of. Keeps what is known of each IKE SA while somebody follows
// their turns, for an event about one that has gone tells what it was.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/api/service.h"
#include "daemon/vici/exchange.h"
#include "daemon/vici/followers.h"
#include "daemon/vici/port.h"
#include "daemon/vici/state_events.h"

namespace xfrmd::daemon::vici {

class Reports final : public ReportFollower {
public:
    // All outlive it.
    Reports(Followers& followers, api::Service& service, Port& port)
        : followers_(followers), states_(followers), service_(service), port_(port) {}

    bool wants_reports() const override;
    void on_report(const ike::Report& report, const std::optional<api::IkeSaView>& sa) override;
    void on_line(ike::Level level, const std::string& text) override;

    // Somebody follows this event who did not before.
    void followed(std::string_view event);
    // Until it has its response: what becomes of this connection's IKE SAs, up to this level.
    void watch(const std::string& connection, std::int64_t level, const Asked& asked);
    void unwatch(const Asked& asked);

private:
    struct Watch {
        std::string connection;
        std::int64_t level = 1;
        Asked asked;
    };

    bool is_turn_followed() const;
    void tell_log(const ike::Report& report, const std::string& text);
    void tell_turn(const ike::Report& report, const api::IkeSaView& sa);
    void tell_ike_turn(ike::Turn turn, const api::IkeSaView& sa);
    void tell_end(const api::IkeSaView& sa);
    void tell_child_turn(const ike::Report& report, const api::IkeSaView& sa);
    void remember(const ike::Report& report, const std::optional<api::IkeSaView>& sa);
    void learn(std::uint64_t after);

    Followers& followers_;
    StateEvents states_;
    api::Service& service_;
    Port& port_;
    std::vector<Watch> watches_;
    std::map<std::uint64_t, api::IkeSaView> known_;
};

}  // namespace xfrmd::daemon::vici
