// Message ids, retransmission and cached responses of one IKE SA (RFC 7296 2.1-2.3). Our window is 1 in both
// directions: one request of ours is in flight at a time, one request of the peer's is worked on at a time, and its
// response is kept until the next request proves that it arrived. Knows nothing of what the messages mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/instant.h"
#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::sa {

// strongSwan's schedule by default: sent at 0, then after 4 s x 1.8^n, five times more; given up after the sixth wait,
// which `longest` cuts from 75.6 to 60 s.
struct RetransmitSchedule {
    base::Duration first = std::chrono::seconds(4);
    double base = 1.8;
    unsigned tries = 5;
    base::Duration longest = std::chrono::seconds(60);

    base::Duration after(unsigned sent_again) const;
};

// Where a datagram comes in and goes out, seen from here.
struct Path {
    base::Endpoint local;
    base::Endpoint remote;
    friend bool operator==(const Path&, const Path&) = default;
};

// One message: several where it goes in fragments (RFC 7383).
using Datagrams = std::vector<base::Bytes>;

enum class RequestKind : std::uint8_t {
    fresh,        // the next one expected: handle it
    repeated,     // the last one again: resend the cached response
    in_progress,  // the last one again, not answered yet: wait
    outside,      // neither: drop
};

class Window {
public:
    // --- Our requests ---
    bool idle() const { return !outstanding_; }
    wire::MessageId next_request_id() const { return wire::MessageId{next_request_}; }
    // Takes the next message id. Only while idle().
    void sent(Datagrams datagrams, base::Instant now, const RetransmitSchedule& schedule);
    // The same request in another form (another key exchange method or a cookie, RFC 7296 2.6, 1.2): the id stays.
    void sent_anew(Datagrams datagrams, base::Instant now, const RetransmitSchedule& schedule);
    bool is_awaited(wire::MessageId id) const;
    // Ends the wait for a response.
    void answered();

    // Another path by our own routing: due at once, and the schedule begins from there.
    void begin_anew(base::Instant now);

    // What waits for a response; nullptr when idle().
    const Datagrams* outstanding() const { return outstanding_ ? &outstanding_->datagrams : nullptr; }
    base::Instant retransmit_at() const { return outstanding_ ? outstanding_->due : base::kNever; }
    // What to send again, or nullptr when the schedule is used up.
    const Datagrams* retransmit(base::Instant now, const RetransmitSchedule& schedule);
    unsigned retransmissions() const { return outstanding_ ? outstanding_->sent_again : 0; }

    // --- The peer's requests ---
    // `request` is the whole message: with the id of the last one but other content it is outside. Of one in fragments
    // the first stands for it, whatever is in it, as it may have been cut anew; the others are outside (RFC 7383
    // 2.6.1).
    RequestKind classify(wire::MessageId id, base::ByteView request,
                         const std::optional<wire::Fragment>& fragment) const;
    void accept(wire::MessageId id, base::ByteView request);
    void respond(Datagrams response);
    const Datagrams& cached_response() const { return response_; }
    wire::MessageId accepted_id() const { return wire::MessageId{accepted_}; }

    // --- Both ---
    // RFC 6311 5.1: what a cluster's member that has taken over says of its own next request, and of ours. Nobody waits
    // any more for what was under way. Ours as it is now; nothing where the peer has used such ids already: then that
    // is an old message, and nothing has changed.
    std::optional<wire::MessageId> synchronize(wire::MessageId theirs, wire::MessageId ours);

    // After 2^32 - 1 there is no next id (RFC 7296 2.2): the SA must go before.
    bool exhausted() const;

    // Tells a repetition from another message under the same id. Both are authentic, so nobody gains by a collision.
    static std::size_t print_of(base::ByteView request);

private:
    struct Outstanding {
        std::uint32_t id;
        Datagrams datagrams;
        base::Instant due;
        unsigned sent_again = 0;
    };

    std::optional<Outstanding> outstanding_;
    std::uint32_t next_request_ = 0;
    std::uint32_t next_expected_ = 0;
    std::uint32_t accepted_ = 0;                 // the last request
    std::optional<std::uint32_t> synchronized_;  // to which of the peer's
    bool in_progress_ = false;
    std::size_t print_ = 0;  // of the last request
    Datagrams response_;
};

}  // namespace xfrmd::ikev2::sa
