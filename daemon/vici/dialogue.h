// One vici client's dialogue: packets in, one command at a time, what it follows, packets out. A client that reads too
// slowly is given up; one whose framing breaks as well. Malformed packets are logged and left, as charon does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/sockets/frame_splitter.h"
#include "daemon/sockets/server.h"
#include "daemon/vici/exchange.h"
#include "daemon/vici/followers.h"

namespace xfrmd::daemon::vici {

// What the dialogues of all clients share.
struct Hall {
    // Carries out a command, now or later. False where there is none of this name.
    std::function<bool(const Asked&, const Caller&)> command;
    std::function<bool(std::string_view event)> is_event;
    // Somebody follows an event who did not before.
    std::function<void(std::string_view event)> followed;
    std::function<void(const std::string&)> warn;
    Followers followers;
};

class ViciDialogue final : public Dialogue {
public:
    // `hall` outlives it.
    ViciDialogue(Hall& hall, Caller caller, Place place);
    ~ViciDialogue() override;

    void received(std::string_view bytes) override { splitter_.feed(base::as_bytes(bytes)); }
    void received_end() override { ending_ = true; }
    void hung_up() override { has_hung_up_ = true; }
    void refuse(Refusal why) override;
    bool work() override;
    std::string_view outgoing() override { return outgoing_->front(); }
    void sent(std::size_t count) override { outgoing_->sent(count); }
    bool wants_input() const override { return !ending_ && !is_busy_ && outgoing_->has_room(); }
    bool is_over() const override;
    bool has_news() const override { return outgoing_->unsent() > 0; }
    bool is_idle() const override {
        return !ending_ && !is_busy_ && outgoing_->unsent() == 0 && !outgoing_->follows_any();
    }
    bool is_asking() const override { return splitter_.holds_part(); }

private:
    void on(Packet packet);
    void on_request(Packet packet);
    void on_follow(const std::string& event);
    void answer(PacketType type) { outgoing_->put({type}); }

    Hall& hall_;
    Caller caller_;
    Place place_;
    FrameSplitter splitter_{kMostPacketBytes};
    std::shared_ptr<Outgoing> outgoing_ = std::make_shared<Outgoing>();
    bool is_busy_ = false;    // with a command
    bool ending_ = false;     // nothing more is read
    bool exhausted_ = false;  // and what was read has been worked on
    bool has_hung_up_ = false;
};

}  // namespace xfrmd::daemon::vici
