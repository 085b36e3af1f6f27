// What vici's commands ask of the daemon beyond api::Service: an interface, so that tests do without one. Main thread
// only; every call returns at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/model.h"
#include "daemon/objects/objects.h"
#include "ike/actions.h"
#include "ike/message_counters.h"
#include "ike/policy/configuration.h"
#include "ike/policy/lease_book.h"

namespace xfrmd::daemon::vici {

// A trap or a shunt that stands.
struct StandingView {
    std::string connection;
    std::string child;
    std::string mode;  // "TUNNEL", "PASS", ...
    std::vector<std::string> local_ts;
    std::vector<std::string> remote_ts;
};

// What happens to IKE SAs, as engines report it.
class ReportFollower {
public:
    virtual ~ReportFollower() = default;
    // Nobody listens: reports need not be made ready.
    virtual bool wants_reports() const = 0;
    // `sa`: of a milestone, as it is after that, or was when its attempt failed; nothing where it has gone.
    virtual void on_report(const ike::Report& report, const std::optional<api::IkeSaView>& sa) = 0;
    // Of the daemon itself.
    virtual void on_line(ike::Level level, const std::string& text) = 0;
};

class Port {
public:
    virtual ~Port() = default;
    virtual policy::Snapshot configuration() const = 0;  // with all that was loaded
    virtual std::vector<StandingView> standing() const = 0;
    // A trap or shunt, whatever its start_action is. Names that exist. Error: why it cannot stand.
    virtual base::Result<void> install(const std::string& connection, const std::string& child) = 0;
    // False where it does not stand.
    virtual bool uninstall(const std::string& connection, const std::string& child) = 0;
    // Authenticate again (RFC 7296 2.8.3), and go on in the IKE SA that comes of it.
    virtual void reauthenticate(std::uint64_t ike_sa) = 0;
    // In a turn of its own; 0: without a limit, never.
    virtual void after(std::chrono::milliseconds time, std::function<void()> then) = 0;
    // What is loaded here is worked with soon after.
    virtual Objects& objects() = 0;
    virtual void warn(const std::string& line) = 0;
    virtual void reload_settings() = 0;
    // The ReportFollower may want reports now, or no longer.
    virtual void look_at_follower() = 0;
    virtual const policy::LeaseBook& leases() const = 0;
    // Of all engines together: all messages, and those of each connection that has had any.
    struct Counts {
        ike::MessageCounts all;
        std::map<std::string, ike::MessageCounts> of_connections;
    };
    virtual void message_counts(std::function<void(Counts)> done) = 0;
    // Of one connection; of all together where the name is empty; nothing: of every connection.
    virtual void reset_message_counts(std::optional<std::string> connection) = 0;
    // What the kernel tells of its children now.
    virtual void add_counters(api::IkeSaView& sa) = 0;
};

}  // namespace xfrmd::daemon::vici
