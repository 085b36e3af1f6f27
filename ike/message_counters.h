// How many messages of each kind came and went, as strongSwan's `counters` tells them: all together and for each
// connection. A message in fragments counts once, one that is sent again each time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ike/ikev2/wire/header.h"

namespace xfrmd::ike {

// In the order of the names below, which are vici's.
enum class MessageCount : std::uint8_t {
    ike_rekey_init,
    ike_rekey_resp,
    child_rekey,
    invalid,
    invalid_spi,
    ike_init_in_req,  // the first of four: in and out, requests and responses
    ike_auth_in_req = ike_init_in_req + 4,
    create_child_in_req = ike_auth_in_req + 4,
    info_in_req = create_child_in_req + 4,
};
inline constexpr std::array<std::string_view, 21> kMessageCountNames{
    "ike-rekey-init",        "ike-rekey-resp",      "child-rekey",          "invalid",
    "invalid-spi",           "ike-init-in-req",     "ike-init-in-resp",     "ike-init-out-req",
    "ike-init-out-resp",     "ike-auth-in-req",     "ike-auth-in-resp",     "ike-auth-out-req",
    "ike-auth-out-resp",     "create-child-in-req", "create-child-in-resp", "create-child-out-req",
    "create-child-out-resp", "info-in-req",         "info-in-resp",         "info-out-req",
    "info-out-resp"};

struct MessageCounts {
    std::array<std::uint64_t, kMessageCountNames.size()> values{};

    MessageCounts& operator+=(const MessageCounts& other);
};

class MessageCounters {
public:
    enum class Direction : std::uint8_t { in, out };

    // `connection` may be empty: not known.
    void count(MessageCount what, const std::string& connection);
    // Of exchanges that strongSwan does not count, nothing.
    void count(const ikev2::wire::Header& header, Direction direction, const std::string& connection);
    // `octets`: of one datagram, without marker.
    void count(base::ByteView octets, Direction direction, const std::string& connection);

    const MessageCounts& all() const { return all_; }
    const std::map<std::string, MessageCounts>& of_connections() const { return of_connections_; }
    // Of this connection; of all together where the name is empty.
    void reset(const std::string& connection);
    void reset_connections() { of_connections_.clear(); }

private:
    void add(std::size_t place, const std::string& connection);

    MessageCounts all_;
    std::map<std::string, MessageCounts> of_connections_;
};

}  // namespace xfrmd::ike
