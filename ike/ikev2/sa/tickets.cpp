#include "ike/ikev2/sa/tickets.h"

#include <algorithm>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/crypto/suite.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::sa {

namespace {

using base::Reason;

// RFC 5723 6.1, 9.9: what a ticket shows, which is authenticated as well. In network byte order.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |    Version    |     Shard     |            Key ID             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |              IV, sealed state, ICV (AES-256-GCM)              ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadSize = 4;

constexpr crypto::IkeSuite kSeal{policy::EncryptionId::aes_gcm_16, 256, {}, policy::PrfId::hmac_sha2_256, {}};

base::Bytes head_of(std::uint8_t shard, std::uint16_t key_id) {
    return base::Writer().u8(kVersion).u8(shard).u16(key_id).take();
}

// Instants are of a clock that starts anew with the machine; the key lives no longer than the process.
std::uint64_t number_of(base::Instant instant) {
    return static_cast<std::uint64_t>(instant.time_since_epoch().count());
}
base::Instant instant_of(std::uint64_t number) {
    return base::Instant(base::Duration(static_cast<base::Duration::rep>(number)));
}

void put(base::Writer& out, base::ByteView bytes) { out.u16(static_cast<std::uint16_t>(bytes.size())).bytes(bytes); }

base::ByteView take(base::Reader& in) { return in.bytes(in.u16()); }

// Identities and the suite stand in it as payloads.
base::SecretBytes encode(const Ticket& ticket) {
    const Session& session = ticket.session;
    base::Writer out;
    out.u64(ticket.number).u64(static_cast<std::uint64_t>(ticket.spi)).u64(number_of(ticket.expires_at));
    out.u64(number_of(session.proof.over_at));
    put(out, base::as_bytes(ticket.connection));
    put(out, session.sk_d.view());
    put(out, session.credential);
    out.bytes(wire::encode_inner({exchange::offer({session.proposal}, {}),
                                  wire::IdentificationInitiator{{session.remote_id, 0}},
                                  wire::IdentificationResponder{{session.local_id, 0}}}));
    base::Bytes plain = out.take();
    base::SecretBytes secret{base::ByteView(plain)};
    base::wipe_memory(plain);
    return secret;
}

base::Result<Ticket> decode(base::ByteView plain) {
    base::Reader in(plain);
    Ticket ticket;
    Session& session = ticket.session;
    ticket.number = in.u64();
    ticket.spi = wire::IkeSpi{in.u64()};
    ticket.expires_at = instant_of(in.u64());
    session.proof.over_at = instant_of(in.u64());
    ticket.connection = std::string(base::as_text(take(in)));
    session.sk_d = base::SecretBytes(take(in));
    session.credential = base::to_bytes(take(in));
    auto payloads = wire::decode_inner(wire::PayloadType::sa, in.remaining());
    if (!in.ok() || !payloads || !payloads->sa || !payloads->id_i || !payloads->id_r) {
        return base::fail(Reason::TicketUnknown);
    }
    const auto proposals = exchange::offered(*payloads->sa, policy::ProtocolId::ike, 0);
    if (proposals.size() != 1) return base::fail(Reason::TicketUnknown);
    session.proposal = proposals.front().proposal;
    session.remote_id = std::move(payloads->id_i->identity);
    session.local_id = std::move(payloads->id_r->identity);
    return ticket;
}

}  // namespace

std::optional<std::uint8_t> shard_of_ticket(base::ByteView ticket) {
    base::Reader in(ticket);
    const std::uint8_t version = in.u8();
    const std::uint8_t shard = in.u8();
    if (!in.ok() || version != kVersion) return std::nullopt;
    return shard;
}

TicketBox::Sealed TicketBox::seal(Ticket ticket, base::Instant now, base::Random& random) {
    rotate(now, random);
    // A new number for each key, so that those of keys that have gone need not be remembered.
    if (ticket.number < current_.first_number) {
        revoke(ticket.number);
        ticket.number = ++last_number_;
    }
    ticket.expires_at = std::min(ticket.expires_at, now + longest_life_);
    base::Bytes bytes = head_of(shard_, current_.id);
    base::append(bytes, current_.cipher->seal(head_of(shard_, current_.id), encode(ticket).view(), random));
    return {ticket.number, std::move(bytes)};
}

base::Result<Ticket> TicketBox::open(base::ByteView sealed, base::Instant now) const {
    for (const Key* key : {&current_, &previous_}) {
        const base::Bytes head = head_of(shard_, key->id);
        if (!key->cipher || sealed.size() < kHeadSize || !base::equal(sealed.first(kHeadSize), head)) continue;
        auto plain = key->cipher->open(head, sealed.subspan(kHeadSize));
        if (!plain) break;
        auto ticket = decode(*plain);
        base::wipe_memory(*plain);
        if (!ticket) return ticket;
        if (ticket->expires_at <= now) return base::fail(Reason::TicketExpired);
        if (is_revoked(ticket->number)) return base::fail(Reason::TicketSpent);
        return ticket;
    }
    return base::fail(Reason::TicketUnknown);
}

void TicketBox::revoke(std::uint64_t number) {
    if (number <= floor_) return;
    revoked_.insert(number);
    if (revoked_.size() <= most_revoked_) return;
    floor_ = *revoked_.begin();
    revoked_.erase(revoked_.begin());
}

// RFC 5723 9.5: keys change regularly. What the previous one has sealed has expired when it goes.
void TicketBox::rotate(base::Instant now, base::Random& random) {
    if (now < rotate_at_) return;
    base::SecretBytes key(crypto::key_bytes(kSeal.encryption, kSeal.key_bits));
    random.fill(key.writable());
    previous_ = std::exchange(current_, Key{static_cast<std::uint16_t>(current_.id + 1), last_number_ + 1,
                                            crypto::SkCipher(kSeal, std::move(key), {})});
    rotate_at_ = now + longest_life_;
    if (previous_.first_number == 0) return;
    floor_ = std::max(floor_, previous_.first_number - 1);
    revoked_.erase(revoked_.begin(), revoked_.upper_bound(floor_));
}

void TicketWallet::keep(const std::string& connection, HeldTicket ticket, base::Instant now) {
    if (tickets_.size() >= most_) {
        std::erase_if(tickets_, [now](const auto& item) { return item.second.expires_at <= now; });
    }
    if (tickets_.size() >= most_ && !tickets_.contains(connection)) return;
    tickets_.insert_or_assign(connection, std::move(ticket));
}

std::unique_ptr<HeldTicket> TicketWallet::take(const std::string& connection, const base::Address& gateway,
                                               base::Instant now) {
    const auto found = tickets_.find(connection);
    if (found == tickets_.end() || found->second.gateway != gateway) return nullptr;
    auto held = std::make_unique<HeldTicket>(std::move(tickets_.extract(found).mapped()));
    return held->expires_at <= now ? nullptr : std::move(held);
}

bool TicketWallet::forget(const std::string& connection, wire::IkeSpi spi) {
    const auto held = tickets_.find(connection);
    if (held == tickets_.end() || held->second.spi != spi) return false;
    tickets_.erase(held);
    return true;
}

}  // namespace xfrmd::ikev2::sa
