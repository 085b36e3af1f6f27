#include "ike/message_counters.h"

#include <optional>

namespace xfrmd::ike {

namespace {

namespace wire = ikev2::wire;

std::optional<MessageCount> first_of(wire::ExchangeType exchange) {
    switch (exchange) {
        case wire::ExchangeType::ike_sa_init:
            return MessageCount::ike_init_in_req;
        case wire::ExchangeType::ike_auth:
            return MessageCount::ike_auth_in_req;
        case wire::ExchangeType::create_child_sa:
            return MessageCount::create_child_in_req;
        case wire::ExchangeType::informational:
            return MessageCount::info_in_req;
        case wire::ExchangeType::ike_session_resume:
        case wire::ExchangeType::ike_intermediate:
        case wire::ExchangeType::ike_followup_ke:
            break;
    }
    return std::nullopt;
}

// RFC 7383 2.5: the fragment number stands first behind the generic header of its payload, which is the message's only
// one.
bool is_later_fragment(const wire::Header& header, base::ByteView octets) {
    constexpr std::size_t kNumberAt = wire::kHeaderSize + 4;
    if (header.next_payload != wire::PayloadType::encrypted_fragment || octets.size() < kNumberAt + 2) return false;
    return octets[kNumberAt] != 0 || octets[kNumberAt + 1] != 1;
}

}  // namespace

MessageCounts& MessageCounts::operator+=(const MessageCounts& other) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
    return *this;
}

void MessageCounters::add(std::size_t place, const std::string& connection) {
    ++all_.values.at(place);
    if (!connection.empty()) ++of_connections_[connection].values.at(place);
}

void MessageCounters::count(MessageCount what, const std::string& connection) {
    add(static_cast<std::size_t>(what), connection);
}

void MessageCounters::count(const wire::Header& header, Direction direction, const std::string& connection) {
    const auto first = first_of(header.exchange);
    if (!first) return;
    const std::size_t out = direction == Direction::out ? 2 : 0;
    add(static_cast<std::size_t>(*first) + out + (header.is_response ? 1 : 0), connection);
}

void MessageCounters::count(base::ByteView octets, Direction direction, const std::string& connection) {
    const auto header = wire::peek_header(octets);
    if (header && !is_later_fragment(*header, octets)) count(*header, direction, connection);
}

void MessageCounters::reset(const std::string& connection) {
    if (connection.empty()) {
        all_ = {};
    } else {
        of_connections_.erase(connection);
    }
}

}  // namespace xfrmd::ike
