// Events and what else a subscriber is told, as JSON, with the schemas that rpc.discover shows.
#pragma once

#include <cstdint>
#include <string_view>

#include "daemon/api/event.h"
#include "daemon/api/fields.h"

namespace xfrmd::daemon::api {

inline constexpr std::string_view kEventNotification = "event";
inline constexpr std::string_view kLaggedNotification = "events.lagged";

// Events with these revisions were forgotten before they could be told; some may have been of other topics.
struct Lagged {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

// What events.subscribe and events.unsubscribe answer.
struct SubscriptionView {
    Topics topics;
    std::uint64_t revision = 0;
    std::uint64_t newest_event = 0;
};

Json encode(const Event& event);
Json encode(const Lagged& lagged);
Json encode(const SubscriptionView& subscription);
void add_event_schemas(Json& schemas);

}  // namespace xfrmd::daemon::api
