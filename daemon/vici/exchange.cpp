#include "daemon/vici/exchange.h"

#include <utility>

namespace xfrmd::daemon::vici {

void Exchange::event(std::string_view name, Section message) {
    if (!client_->follows(name)) return;
    if (const auto frame = encode(Packet{PacketType::event, std::string(name), std::move(message)})) {
        client_->put_event(name, *frame);
        place_.wake();
    }
}

void Exchange::respond(Section message) {
    if (listener_) std::exchange(listener_, nullptr)(message);
    if (!client_->put({PacketType::response, {}, std::move(message)})) {
        client_->put({PacketType::response, {}, failure("the answer is longer than a packet may be")});
    }
    place_.later(std::exchange(responded_, nullptr));
}

void Exchange::when_room(std::function<void()> more) {
    client_->when_room([place = place_, more = std::move(more)] { place.later(more); });
}

Section success() {
    Section section;
    section.set("success", "yes");
    return section;
}

Section failure(std::string_view errmsg) {
    Section section;
    section.set("success", "no").set("errmsg", std::string(errmsg));
    return section;
}

}  // namespace xfrmd::daemon::vici
