// What happens in the daemon, as the management API tells it to those who subscribed: plain values, made by the daemon.
// Text that came from a peer has gone through base::printable before it gets here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/kernel_model.h"
#include "daemon/api/model.h"

namespace xfrmd::daemon::api {

// What one can subscribe to.
enum class Topic : std::uint8_t { kernel, sa };
inline constexpr std::string_view kTopics[] = {"kernel", "sa"};
constexpr std::string_view name(Topic topic) { return kTopics[static_cast<std::size_t>(topic)]; }

// A set of topics.
class Topics {
public:
    void add(Topic topic) { bits_ |= bit(topic); }
    void add(Topics others) { bits_ |= others.bits_; }
    void remove(Topics others) { bits_ &= ~others.bits_; }
    bool has(Topic topic) const { return (bits_ & bit(topic)) != 0; }
    bool empty() const { return bits_ == 0; }
    friend bool operator==(Topics, Topics) = default;

private:
    static constexpr std::uint32_t bit(Topic topic) { return 1u << static_cast<unsigned>(topic); }
    std::uint32_t bits_ = 0;
};

enum class EventKind : std::uint8_t {
    drift,    // what the kernel has was not what is wanted
    overrun,  // the kernel's notices were lost
    ike_established,
    ike_rekeyed,
    ike_closed,
    ike_failed,  // before it was established
    child_installed,
    child_rekeyed,
    child_removed,
    child_failed,
};
inline constexpr std::string_view kEventKinds[] = {"drift",         "overrun",     "ike_established", "ike_rekeyed",
                                                   "ike_closed",    "ike_failed",  "child_installed", "child_rekeyed",
                                                   "child_removed", "child_failed"};
constexpr std::string_view name(EventKind kind) { return kEventKinds[static_cast<std::size_t>(kind)]; }
constexpr Topic topic_of(EventKind kind) { return kind <= EventKind::overrun ? Topic::kernel : Topic::sa; }

struct SaEvent {
    SaId id;  // of the child, where it is about one that has a number
    std::string conn;
    std::string child;   // empty where it is about the IKE SA
    std::string reason;  // base::Reason's name, empty where nothing went wrong
};

struct Event {
    EventKind kind = EventKind::drift;
    std::string message;             // one sentence
    std::optional<SaEvent> sa = {};  // of topic sa
    std::optional<KernelDrift> drift = {};
    std::uint64_t revision = 0;  // given by the EventLog, as is the time
    std::chrono::system_clock::time_point time = {};
};

}  // namespace xfrmd::daemon::api
