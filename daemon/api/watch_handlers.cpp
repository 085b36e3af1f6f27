// The methods about the kernel's state, and those about events.
#include <utility>

#include "daemon/api/event_json.h"
#include "daemon/api/handlers.h"
#include "daemon/api/kernel_json.h"

namespace xfrmd::daemon::api {

namespace {

// Checked already: names of topics.
Topics topics_of(const Parsed& names) {
    Topics topics;
    for (const Parsed& given : names) {
        for (std::size_t i = 0; i < std::size(kTopics); ++i) {
            if (given == kTopics[i]) topics.add(static_cast<Topic>(i));
        }
    }
    return topics;
}

Json view_of(const Subscription& subscription, const EventLog& log) {
    return encode(SubscriptionView{subscription.topics(), log.revision(), log.newest(subscription.topics())});
}

tl::unexpected<ApiError> ahead_of(std::uint64_t revision) {
    ApiError error{ErrorKind::InvalidParams,
                   "/since_revision is ahead of the daemon's revision " + std::to_string(revision),
                   "leave it out, and list anew what you follow"};
    error.pointer = "/since_revision";
    return tl::unexpected<ApiError>(std::move(error));
}

}  // namespace

void handle_events_subscribe(const Call& call, MethodDone done) {
    const EventLog& log = call.service.events();
    std::optional<std::uint64_t> since;
    if (call.params.contains("since_revision")) since = call.params.at("since_revision").get<std::uint64_t>();
    if (since > log.revision()) return done(ahead_of(log.revision()));
    if (!call.subscription.add(topics_of(call.params.at("topics")), since)) {
        return done(tl::unexpected<ApiError>(
            ApiError{ErrorKind::ServerBusy, "there are " + std::to_string(kMaxSubscribers) + " subscribers already"}));
    }
    done(view_of(call.subscription, log));
}

void handle_events_unsubscribe(const Call& call, MethodDone done) {
    const bool some = call.params.contains("topics");
    call.subscription.remove(some ? topics_of(call.params.at("topics")) : call.subscription.topics());
    done(view_of(call.subscription, call.service.events()));
}

void handle_kernel_reconcile(const Call& call, MethodDone done) {
    call.service.reconcile_kernel([done = std::move(done)](Outcome<KernelDrift> drift) {
        if (!drift) return done(tl::unexpected<ApiError>(std::move(drift.error())));
        drift->cut(kMaxPage);
        done(encode(*drift));
    });
}

void handle_kernel_status(const Call& call, MethodDone done) {
    call.service.kernel_status([done = std::move(done)](Outcome<KernelStatus> status) {
        if (!status) return done(tl::unexpected<ApiError>(std::move(status.error())));
        done(encode(*status));
    });
}

}  // namespace xfrmd::daemon::api
