// What the decode fuzzers and the unit tests of hostile bytes both ask for: whatever decoding accepts, encoding writes
// in a form that decodes to the same values again.
#pragma once

#include <optional>
#include <vector>

#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::wire {

template <typename T, typename As = T>
void list_into(std::vector<Payload>& out, const std::optional<T>& payload) {
    if (payload) out.emplace_back(As{*payload});
}

template <typename T>
void list_into(std::vector<Payload>& out, const std::vector<T>& payloads) {
    out.insert(out.end(), payloads.begin(), payloads.end());
}

// Everything in `payloads` as something to put into a message.
inline std::vector<Payload> listed(const Payloads& payloads) {
    std::vector<Payload> out;
    list_into(out, payloads.sa);
    list_into(out, payloads.key_exchange);
    list_into(out, payloads.nonce);
    list_into<Identification, IdentificationInitiator>(out, payloads.id_i);
    list_into<Identification, IdentificationResponder>(out, payloads.id_r);
    list_into(out, payloads.auth);
    list_into(out, payloads.ts_i);
    list_into(out, payloads.ts_r);
    list_into(out, payloads.configuration);
    list_into(out, payloads.eap);
    list_into(out, payloads.certificates);
    list_into(out, payloads.certificate_requests);
    list_into(out, payloads.notifies);
    list_into(out, payloads.deletes);
    list_into(out, payloads.vendor_ids);
    list_into(out, payloads.unknown);
    return out;
}

// decode(encode(payloads)) == payloads, as an inner chain.
inline bool inner_round_trips(const Payloads& payloads) {
    const std::vector<Payload> list = listed(payloads);
    const base::Bytes bytes = encode_inner(list);
    const base::Result<Payloads> again = decode_inner(first_type(list), bytes);
    return again && *again == payloads;
}

// The same for a whole datagram, protected or not.
inline bool message_round_trips(const Received& received) {
    base::Bytes bytes;
    if (received.encrypted) {
        const Encrypted& sk = *received.encrypted;
        bytes = encode_encrypted_prefix(received.header, sk.first_inner, sk.sealed.size());
        base::append(bytes, sk.sealed);
    } else {
        bytes = encode(received.header, listed(received.clear));
    }
    const base::Result<Received> again = decode(bytes);
    if (!again || again->clear != received.clear) return false;
    // What stood beside SK is gone, and the payloads may stand in another order.
    Header header = again->header;
    header.next_payload = received.header.next_payload;
    header.length = received.header.length;
    if (header != received.header || again->encrypted.has_value() != received.encrypted.has_value()) return false;
    return !again->encrypted || (again->encrypted->first_inner == received.encrypted->first_inner &&
                                 base::equal(again->encrypted->sealed, received.encrypted->sealed));
}

}  // namespace xfrmd::ikev2::wire
