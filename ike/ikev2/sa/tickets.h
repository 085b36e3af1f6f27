// The tickets of an engine (RFC 5723): those that it gives out as responder, by value, so that nothing is kept for a
// peer but the numbers of those that count no longer; and those that it has been given as initiator. Bounded: what goes
// beyond costs a peer an ordinary IKE_SA_INIT, no more. Asks for random bytes only once the first ticket is given.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "ike/base/random.h"
#include "ike/base/result.h"
#include "ike/crypto/sk_cipher.h"
#include "ike/ikev2/sa/session.h"

namespace xfrmd::ikev2::sa {

// The shard of the engine that has given it; nothing where it is no ticket of ours at all. Not authentic.
std::optional<std::uint8_t> shard_of_ticket(base::ByteView ticket);

// Keys live for the longest life of a ticket, and as long again to open what they have sealed.
class TicketBox {
public:
    TicketBox(std::uint8_t shard, base::Duration longest_life, std::size_t most_revoked)
        : shard_(shard), longest_life_(longest_life), most_revoked_(most_revoked) {}

    struct Sealed {
        std::uint64_t number = 0;
        base::Bytes bytes;
    };
    // `ticket.number`: that of the IKE SA's last ticket, 0 if this is its first one. It expires no later than
    // longest_life() from now.
    Sealed seal(Ticket ticket, base::Instant now, base::Random& random);
    // Errors: TicketUnknown (forged, another engine's, or of a key that has gone), TicketExpired, TicketSpent.
    base::Result<Ticket> open(base::ByteView sealed, base::Instant now) const;

    // Tickets with this number are TicketSpent from now on. 0 is nobody's.
    void revoke(std::uint64_t number);
    bool is_revoked(std::uint64_t number) const { return number <= floor_ || revoked_.contains(number); }
    base::Duration longest_life() const { return longest_life_; }

private:
    struct Key {
        std::uint16_t id = 0;
        std::uint64_t first_number = 0;
        mutable std::optional<crypto::SkCipher> cipher;  // opening changes nothing that one could see
    };
    void rotate(base::Instant now, base::Random& random);

    std::uint8_t shard_;
    base::Duration longest_life_;
    std::size_t most_revoked_;
    Key current_;
    Key previous_;
    base::Instant rotate_at_ = base::Instant::min();
    std::uint64_t last_number_ = 0;
    std::uint64_t floor_ = 0;  // this one and all before it are revoked
    std::set<std::uint64_t> revoked_;
};

// One for each connection: the last one that came.
class TicketWallet {
public:
    explicit TicketWallet(std::size_t most) : most_(most) {}

    void keep(const std::string& connection, HeldTicket ticket, base::Instant now);
    // Tickets are for one use, and for who has given them (RFC 5723 4.3.1). nullptr without one, or once it has
    // expired.
    std::unique_ptr<HeldTicket> take(const std::string& connection, const base::Address& gateway, base::Instant now);
    // If it is of the IKE SA with this SPI of ours. Whether it was.
    bool forget(const std::string& connection, wire::IkeSpi spi);
    std::size_t size() const { return tickets_.size(); }

private:
    std::size_t most_;
    std::unordered_map<std::string, HeldTicket> tickets_;
};

struct Tickets {
    TicketBox given;
    TicketWallet held;
};

}  // namespace xfrmd::ikev2::sa
