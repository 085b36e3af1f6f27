#include "ike/ikev2/wire/chain.h"

#include <algorithm>

namespace xfrmd::ikev2::wire {

namespace {

constexpr std::uint8_t kCriticalBit = 0x80;

// RFC 7296 3.2. IKEv1's payload numbers are among the unknown ones; SK and SKF never come to be asked about.
bool is_known(PayloadType type) { return type >= PayloadType::sa && type <= PayloadType::eap; }

}  // namespace

// RFC 7296 3.2
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Next Payload  |C|  RESERVED   |         Payload Length        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<RawPayload> read_payload(base::Reader& in, PayloadType type) {
    RawPayload payload;
    payload.type = type;
    payload.next = static_cast<PayloadType>(in.u8());
    payload.critical = (in.u8() & kCriticalBit) != 0;
    const std::size_t length = in.u16();
    if (!in.ok()) return base::fail(base::Reason::PayloadLengthInvalid, to_string(type) + " is cut short");
    if (length < kGenericHeaderSize || length - kGenericHeaderSize > in.left()) {
        return base::fail(base::Reason::PayloadLengthInvalid, to_string(type) + " of " + std::to_string(length) +
                                                                  " bytes, " + std::to_string(in.left()) + " left");
    }
    payload.body = in.bytes(length - kGenericHeaderSize);
    return payload;
}

base::Result<std::vector<RawPayload>> split_chain(PayloadType first, base::ByteView bytes) {
    base::Reader in(bytes);
    std::vector<RawPayload> chain;
    for (PayloadType type = first; type != PayloadType::none;) {
        if (chain.size() == kMaxPayloads) return base::fail(base::Reason::PayloadCountExceeded);
        const base::Result<RawPayload> payload = read_payload(in, type);
        if (!payload) return tl::unexpected(payload.error());
        chain.push_back(*payload);
        // RFC 7296 3.2: the next payload of SK is the first one inside it.
        type = is_encrypted(type) ? PayloadType::none : payload->next;
    }
    if (in.done()) return chain;
    if (!chain.empty() && is_encrypted(chain.back().type)) {
        return base::fail(base::Reason::EncryptedPayloadMalformed, "SK is not the last payload");
    }
    return base::fail(base::Reason::PayloadLengthInvalid, std::to_string(in.left()) + " bytes after the last payload");
}

const RawPayload* critical_unknown(const std::vector<RawPayload>& chain) {
    const auto found = std::find_if(chain.begin(), chain.end(), [](const RawPayload& payload) {
        return payload.critical && !is_known(payload.type);
    });
    return found == chain.end() ? nullptr : &*found;
}

void encode_generic_header(base::Writer& out, PayloadType next, bool critical, std::size_t body_size) {
    out.u8(static_cast<std::uint8_t>(next)).u8(critical ? kCriticalBit : 0);
    out.patch_u16(out.mark_u16(), kGenericHeaderSize + body_size);
}

}  // namespace xfrmd::ikev2::wire
