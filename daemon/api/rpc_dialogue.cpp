#include "daemon/api/rpc_dialogue.h"

#include <utility>

#include "ike/base/wiping.h"

namespace xfrmd::daemon::api {

namespace {

ApiError error_of(Refusal why) {
    switch (why) {
        case Refusal::not_permitted:
            return {ErrorKind::PermissionDenied, "you may not use this socket"};
        case Refusal::full:
            return {ErrorKind::ServerBusy, "there are " + std::to_string(kMaxConnections) + " connections already"};
        case Refusal::evicted:
            return {ErrorKind::ServerBusy, "another caller needs this place, which was idle longest"};
    }
    return {ErrorKind::ServerBusy, "refused"};
}

}  // namespace

RpcDialogue::~RpcDialogue() { rpc_.abandon(work_); }

void RpcDialogue::refuse(Refusal why) { conversation_.refuse(error_of(why)); }

void RpcDialogue::tell_events() {
    while (conversation_.takes_events()) {
        const auto line = subscription_.next();
        if (!line) return;
        conversation_.tell(*line);
    }
}

bool RpcDialogue::work() {
    tell_events();
    if (!work_.is_begun()) {
        rpc_.begin_one(work_, {caller_, subscription_});
        return true;
    }
    auto text = conversation_.next_text();
    if (!text) return false;
    // Answered later, never within the call: what follows may end the connection.
    work_ = rpc_.read(*text, [this, place = place_](Reply reply) {
        place.later([this, reply = std::move(reply)] { conversation_.replied(reply); });
    });
    base::wipe_text(*text);  // it may have had a secret
    conversation_.started(work_.requests);
    return true;
}

}  // namespace xfrmd::daemon::api
