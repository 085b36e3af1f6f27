// One caller's JSON-RPC dialogue: its requests go to the Rpc, in the bounds of a Conversation, and the events that it
// follows are told as they come.
#pragma once

#include "daemon/api/conversation.h"
#include "daemon/api/rpc.h"
#include "daemon/api/subscription.h"
#include "daemon/sockets/server.h"

namespace xfrmd::daemon::api {

class RpcDialogue final : public Dialogue {
public:
    // `rpc` and `events` outlive it.
    RpcDialogue(Rpc& rpc, EventLog& events, Caller caller, Place place)
        : rpc_(rpc), caller_(std::move(caller)), place_(place), subscription_(events) {}

    ~RpcDialogue() override;

    void received(std::string_view bytes) override { conversation_.received(bytes); }
    void received_end() override { conversation_.received_end(); }
    void refuse(Refusal why) override;
    bool work() override;
    std::string_view outgoing() override { return conversation_.outgoing(); }
    void sent(std::size_t count) override { conversation_.sent(count); }
    bool wants_input() const override { return conversation_.wants_input(); }
    // For whoever has gone, all there is to do is what was asked before.
    void hung_up() override { has_hung_up_ = true; }
    bool is_over() const override {
        return conversation_.is_over() || (has_hung_up_ && conversation_.is_exhausted() && work_.is_begun());
    }
    bool has_news() const override { return subscription_.is_active() && conversation_.takes_events(); }
    bool is_idle() const override { return conversation_.is_idle() && !subscription_.is_active(); }
    bool is_asking() const override { return conversation_.holds_text(); }

private:
    void tell_events();

    Rpc& rpc_;
    Caller caller_;
    Place place_;
    Conversation conversation_;
    Subscription subscription_;
    Work work_;  // of the text that was read last
    bool has_hung_up_ = false;
};

}  // namespace xfrmd::daemon::api
