#include "daemon/vici/dialogue.h"

#include <utility>

#include "ike/base/secret_bytes.h"

namespace xfrmd::daemon::vici {

namespace {

// Its name is there: whoever has sent it waits for a response, whatever stands behind that.
bool is_request(base::ByteView contents) {
    if (contents.size() < 2 || contents[0] != static_cast<std::uint8_t>(PacketType::request)) return false;
    return contents.size() - 2 >= contents[1];
}

}  // namespace

ViciDialogue::ViciDialogue(Hall& hall, Caller caller, Place place)
    : hall_(hall), caller_(std::move(caller)), place_(place) {
    hall_.followers.add(outgoing_);
}

ViciDialogue::~ViciDialogue() {
    hall_.followers.remove(outgoing_);
    outgoing_->close();
}

// vici has no words for that: the client sees the end.
void ViciDialogue::refuse(Refusal) { ending_ = exhausted_ = true; }

bool ViciDialogue::work() {
    if (exhausted_ || is_busy_ || !outgoing_->has_room()) return false;
    auto contents = splitter_.next();
    if (!contents) {
        if (splitter_.is_broken()) {
            hall_.warn("vici: a client has sent a packet that is too long, and is left");
            ending_ = true;
        }
        exhausted_ = ending_;
        return false;
    }
    auto packet = decode_packet(*contents);
    const bool is_asked = is_request(*contents);
    const bool has_no_name = is_asked && (*contents)[1] == 0;
    base::wipe_memory(*contents);
    if (packet) {
        on(std::move(*packet));
        return true;
    }
    hall_.warn("vici: a packet is not understood, and left: " + packet.error());
    if (!is_asked) return true;
    if (has_no_name) {
        answer(PacketType::unknown_command);
    } else {
        outgoing_->put({PacketType::response, {}, failure("parsing request failed")});
    }
    return true;
}

void ViciDialogue::on(Packet packet) {
    switch (packet.type) {
        case PacketType::request:
            return on_request(std::move(packet));
        case PacketType::follow:
            return on_follow(packet.name);
        case PacketType::unfollow:
            return answer(outgoing_->unfollow(packet.name) ? PacketType::confirm : PacketType::unknown_event);
        case PacketType::response:
        case PacketType::unknown_command:
        case PacketType::confirm:
        case PacketType::unknown_event:
        case PacketType::event:
            break;
    }
    hall_.warn("vici: a packet of type " + std::to_string(static_cast<unsigned>(packet.type)) +
               " is not for a server, and left");
}

void ViciDialogue::on_request(Packet packet) {
    is_busy_ = true;
    const auto asked = std::make_shared<Exchange>(std::move(packet.name), std::move(packet.message), outgoing_, place_,
                                                  [this] { is_busy_ = false; });
    if (hall_.command(asked, caller_)) return;
    is_busy_ = false;
    answer(PacketType::unknown_command);
}

void ViciDialogue::on_follow(const std::string& event) {
    if (!hall_.is_event(event) || !outgoing_->follow(event)) return answer(PacketType::unknown_event);
    answer(PacketType::confirm);
    hall_.followed(event);
}

bool ViciDialogue::is_over() const {
    // The command goes on; nobody waits for its end.
    if (outgoing_->is_given_up() || (has_hung_up_ && is_busy_)) return true;
    return exhausted_ && !is_busy_ && outgoing_->unsent() == 0;
}

}  // namespace xfrmd::daemon::vici
