// The chain of generic payload headers (RFC 7296 3.2), before anybody looks into a payload. Private to ikev2/wire.
#pragma once

#include <vector>

#include "ike/base/reader.h"
#include "ike/base/result.h"
#include "ike/base/writer.h"
#include "ike/ikev2/wire/payloads.h"

namespace xfrmd::ikev2::wire {

inline constexpr std::size_t kGenericHeaderSize = 4;
inline constexpr std::size_t kFragmentHeaderSize = 4;  // behind SKF's generic one (RFC 7383 2.5)

struct RawPayload {
    PayloadType type = PayloadType::none;
    PayloadType next = PayloadType::none;
    bool critical = false;
    base::ByteView body;  // borrows from the message
};

// SK or SKF: what is behind it is sealed, or of another message.
inline bool is_encrypted(PayloadType type) {
    return type == PayloadType::encrypted || type == PayloadType::encrypted_fragment;
}

// One payload; nothing is allocated for a sound one. Error: PayloadLengthInvalid.
base::Result<RawPayload> read_payload(base::Reader& in, PayloadType type);

// Splits `bytes` into at most kMaxPayloads payloads that fill it to the last byte. SK and SKF end the chain: their next
// payload is the first one inside. Errors: PayloadLengthInvalid, PayloadCountExceeded, EncryptedPayloadMalformed (SK
// not last).
base::Result<std::vector<RawPayload>> split_chain(PayloadType first, base::ByteView bytes);

// The first payload that this implementation does not know and must not skip (RFC 7296 2.5); nullptr where there is
// none.
const RawPayload* critical_unknown(const std::vector<RawPayload>& chain);

void encode_generic_header(base::Writer& out, PayloadType next, bool critical, std::size_t body_size);

}  // namespace xfrmd::ikev2::wire
