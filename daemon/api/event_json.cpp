#include "daemon/api/event_json.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "daemon/api/kernel_json.h"

namespace xfrmd::daemon::api {

namespace {

// RFC 3339, in UTC, with milliseconds.
std::string text_of(std::chrono::system_clock::time_point time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%03dZ", static_cast<int>(left));
    return text.data();
}

constexpr Field<SaEvent> kSaEvent[] = {
    {"id", "string", "of the SA as sa.list shows it; of its IKE SA for a child that never had one",
     [](const SaEvent& v) -> Json { return v.id.to_string(); }},
    {"conn", "string?", "its connection", [](const SaEvent& v) { return unless_empty(v.conn); }},
    {"child", "string?", "of a child SA, its configured name", [](const SaEvent& v) { return unless_empty(v.child); }},
    {"reason", "string?", "why, where something went wrong", [](const SaEvent& v) { return unless_empty(v.reason); }},
};

constexpr Field<Event> kEvent[] = {
    {"revision", "integer", "grows with every change of state", [](const Event& v) -> Json { return v.revision; }},
    {"time", "string", "RFC 3339, UTC", [](const Event& v) -> Json { return text_of(v.time); }},
    {"topic", "Topic", "what it was subscribed by", [](const Event& v) -> Json { return name(topic_of(v.kind)); }},
    {"event", "EventKind", "what happened", [](const Event& v) -> Json { return name(v.kind); }},
    {"message", "string", "the same as a sentence", [](const Event& v) -> Json { return v.message; }},
    {"sa", "SaEvent?", "of topic sa", [](const Event& v) { return v.sa ? encode_fields(kSaEvent, *v.sa) : Json(); }},
    {"drift", "KernelDrift?", "of a drift", [](const Event& v) { return v.drift ? encode(*v.drift) : Json(); }},
};

constexpr Field<Lagged> kLagged[] = {
    {"from", "integer", "the first revision that is missing", [](const Lagged& v) -> Json { return v.from; }},
    {"to", "integer", "the last one", [](const Lagged& v) -> Json { return v.to; }},
};

Json names_of(Topics topics) {
    Json names = Json::array();
    for (std::size_t i = 0; i < std::size(kTopics); ++i) {
        if (topics.has(static_cast<Topic>(i))) names.push_back(kTopics[i]);
    }
    return names;
}

using View = SubscriptionView;
constexpr Field<View> kSubscription[] = {
    {"topics", "Topic[]", "that this connection follows now", [](const View& v) { return names_of(v.topics); }},
    {"revision", "integer", "of now", [](const View& v) -> Json { return v.revision; }},
    {"newest_event", "integer", "the revision of the last event of these topics, 0 for none",
     [](const View& v) -> Json { return v.newest_event; }},
};

}  // namespace

Json encode(const Event& event) { return encode_fields(kEvent, event); }
Json encode(const Lagged& lagged) { return encode_fields(kLagged, lagged); }
Json encode(const SubscriptionView& subscription) { return encode_fields(kSubscription, subscription); }

void add_event_schemas(Json& schemas) {
    schemas["Event"] = schema_of_fields(kEvent);
    schemas["SaEvent"] = schema_of_fields(kSaEvent);
    schemas["Lagged"] = schema_of_fields(kLagged);
    schemas["Subscription"] = schema_of_fields(kSubscription);
    schemas["Topic"] = schema_of_choices(kTopics);
    schemas["EventKind"] = schema_of_choices(kEventKinds);
}

}  // namespace xfrmd::daemon::api
