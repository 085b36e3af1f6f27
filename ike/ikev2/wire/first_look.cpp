#include "ike/ikev2/wire/first_look.h"

#include "ike/base/reader.h"
#include "ike/ikev2/wire/chain.h"
#include "ike/ikev2/wire/header.h"
#include "ike/ikev2/wire/notify_type.h"
#include "ike/ikev2/wire/payloads.h"

namespace xfrmd::ikev2::wire {

namespace {

constexpr std::size_t kNextPayloadAt = 16;
constexpr std::size_t kExchangeAt = 18;

// RFC 7296 3.10: protocol, size of the SPI, type, SPI (these should have none), data.
std::optional<base::ByteView> data_of(NotifyType wanted, base::ByteView notify) {
    base::Reader in(notify);
    in.u8();
    const std::size_t spi_size = in.u8();
    const auto type = static_cast<NotifyType>(in.u16());
    in.skip(spi_size);
    if (!in.ok() || type != wanted) return std::nullopt;
    return in.remaining();
}

struct Seen {
    FirstLook look;
    unsigned sa = 0;
    unsigned key_exchange = 0;
    unsigned nonce = 0;

    void note(PayloadType type, base::ByteView body) {
        sa += type == PayloadType::sa ? 1 : 0;
        key_exchange += type == PayloadType::ke ? 1 : 0;
        if (type == PayloadType::nonce) {
            ++nonce;
            look.nonce = body;
        } else if (type == PayloadType::notify) {
            if (!look.cookie) look.cookie = data_of(NotifyType::cookie, body);
            if (!look.ticket) look.ticket = data_of(NotifyType::ticket_opaque, body);
        }
    }
    bool is_first_request(ExchangeType exchange) const {
        const unsigned wanted = exchange == ExchangeType::ike_session_resume ? 0 : 1;
        return sa == wanted && key_exchange == wanted && nonce == 1 && look.nonce.size() >= kMinNonce &&
               look.nonce.size() <= kMaxNonce;
    }
};

}  // namespace

std::optional<FirstLook> look_at_first_request(base::ByteView message) {
    if (message.size() < kHeaderSize) return std::nullopt;
    base::Reader in(message.subspan(kHeaderSize));
    auto type = static_cast<PayloadType>(message[kNextPayloadAt]);
    Seen seen;
    for (std::size_t count = 0; type != PayloadType::none; ++count) {
        const auto payload = read_payload(in, type);
        if (!payload || count == kMaxPayloads || is_encrypted(type)) return std::nullopt;
        seen.note(type, payload->body);
        type = payload->next;
    }
    if (!in.done() || !seen.is_first_request(static_cast<ExchangeType>(message[kExchangeAt]))) return std::nullopt;
    return seen.look;
}

bool brings_cookie(base::ByteView message) {
    if (message.size() < kHeaderSize + kGenericHeaderSize) return false;
    return static_cast<PayloadType>(message[kNextPayloadAt]) == PayloadType::notify &&
           data_of(NotifyType::cookie, message.subspan(kHeaderSize + kGenericHeaderSize));
}

}  // namespace xfrmd::ikev2::wire
