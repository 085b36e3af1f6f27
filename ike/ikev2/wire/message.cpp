#include "ike/ikev2/wire/message.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "ike/base/reader.h"
#include "ike/ikev2/wire/chain.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

namespace {

template <typename T>
base::Result<void> put(std::optional<T>& place, base::Result<T> value) {
    if (!value) return tl::unexpected(std::move(value).error());
    // RFC 7296 1.2-1.4: these appear once; two of them would let a peer say two things at a time.
    if (place) return base::fail(base::Reason::PayloadRepeated);
    place = *std::move(value);
    return {};
}

template <typename T>
base::Result<void> put(std::vector<T>& list, base::Result<T> value) {
    if (!value) return tl::unexpected(std::move(value).error());
    list.push_back(*std::move(value));
    return {};
}

base::Result<void> collect_one(Payloads& into, const RawPayload& raw) {
    switch (raw.type) {
        case PayloadType::sa:
            return put(into.sa, decode_sa(raw.body));
        case PayloadType::ke:
            return put(into.key_exchange, decode_key_exchange(raw.body));
        case PayloadType::id_i:
            return put(into.id_i, decode_identification(raw.body));
        case PayloadType::id_r:
            return put(into.id_r, decode_identification(raw.body));
        case PayloadType::cert:
            return put(into.certificates, decode_certificate(raw.body));
        case PayloadType::certreq:
            return put(into.certificate_requests, decode_certificate_request(raw.body));
        case PayloadType::auth:
            return put(into.auth, decode_authentication(raw.body));
        case PayloadType::nonce:
            return put(into.nonce, decode_nonce(raw.body));
        case PayloadType::notify:
            return put(into.notifies, decode_notify(raw.body));
        case PayloadType::delete_:
            return put(into.deletes, decode_delete(raw.body));
        case PayloadType::vendor_id:
            return put(into.vendor_ids, decode_vendor_id(raw.body));
        case PayloadType::ts_i:
            return put(into.ts_i, decode_traffic_selectors(raw.body, true));
        case PayloadType::ts_r:
            return put(into.ts_r, decode_traffic_selectors(raw.body, false));
        case PayloadType::configuration:
            return put(into.configuration, decode_configuration(raw.body));
        case PayloadType::eap:
            return put(into.eap, decode_eap(raw.body));
        case PayloadType::encrypted:
        case PayloadType::encrypted_fragment:
            return base::fail(base::Reason::PayloadUnexpected, "inside SK");
        default:
            into.unknown.push_back({raw.type, raw.critical, base::to_bytes(raw.body)});
            return {};
    }
}

base::Result<Payloads> collect(const std::vector<RawPayload>& chain) {
    Payloads payloads;
    for (const RawPayload& raw : chain) {
        base::Result<void> collected = collect_one(payloads, raw);
        if (collected) continue;
        base::Error error = std::move(collected).error();
        error.detail = to_string(raw.type) + (error.detail.empty() ? "" : ": ") + error.detail;
        return tl::unexpected(std::move(error));
    }
    return payloads;
}

// RFC 7296 2.5: "If the critical flag is set and the payload type is unrecognized, the message MUST be rejected".
base::Result<std::vector<RawPayload>> split_understood(PayloadType first, base::ByteView bytes) {
    base::Result<std::vector<RawPayload>> chain = split_chain(first, bytes);
    if (!chain) return chain;
    if (const RawPayload* unknown = critical_unknown(*chain)) {
        // RFC 7296 2.5: the answer's notification data is the one-octet payload type.
        return tl::unexpected(base::Error{base::Reason::CriticalPayloadUnsupported,
                                          to_string(unknown->type),
                                          {static_cast<std::uint8_t>(unknown->type)}});
    }
    return chain;
}

// RFC 7383 2.5: number and total stand in front of the IV, and are authenticated with what is before them.
base::Result<Encrypted> encrypted_of(base::ByteView datagram, const RawPayload& sk) {
    Encrypted encrypted{sk.next, datagram.first(datagram.size() - sk.body.size()), sk.body};
    if (sk.type == PayloadType::encrypted) return encrypted;
    base::Reader in(sk.body);
    const Fragment fragment{in.u16(), in.u16()};
    if (!in.ok() || fragment.number == 0 || fragment.number > fragment.total) {
        return base::fail(base::Reason::FragmentInvalid);
    }
    encrypted.associated = datagram.first(encrypted.associated.size() + kFragmentHeaderSize);
    encrypted.sealed = sk.body.subspan(kFragmentHeaderSize);
    encrypted.fragment = fragment;
    return encrypted;
}

void encode_chain(base::Writer& out, const std::vector<Payload>& payloads) {
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        base::Writer body;
        std::visit([&body](const auto& payload) { encode_body(body, payload); }, payloads[i]);
        const PayloadType next = i + 1 < payloads.size() ? type_of(payloads[i + 1]) : PayloadType::none;
        const auto* unknown = std::get_if<UnknownPayload>(&payloads[i]);
        encode_generic_header(out, next, unknown != nullptr && unknown->critical, body.size());
        out.bytes(body.view());
    }
}

}  // namespace

const Notify* Payloads::find(NotifyType type) const {
    const auto found =
        std::find_if(notifies.begin(), notifies.end(), [type](const Notify& n) { return n.type == type; });
    return found == notifies.end() ? nullptr : &*found;
}

const Notify* Payloads::error() const {
    const auto found = std::find_if(notifies.begin(), notifies.end(), [](const Notify& n) { return is_error(n.type); });
    return found == notifies.end() ? nullptr : &*found;
}

base::Result<Received> decode(base::ByteView datagram) {
    const base::Result<Header> header = decode_header(datagram);
    if (!header) return tl::unexpected(header.error());
    const auto chain = split_understood(header->next_payload, datagram.subspan(kHeaderSize));
    if (!chain) return tl::unexpected(chain.error());

    Received received{.header = *header, .clear = {}, .encrypted = {}};
    if (!chain->empty() && is_encrypted(chain->back().type)) {
        // RFC 7296 1.2: there are no keys yet.
        if (is_first_exchange(header->exchange)) {
            return base::fail(base::Reason::PayloadUnexpected, "SK in " + std::string(to_string(header->exchange)));
        }
        auto encrypted = encrypted_of(datagram, chain->back());
        if (!encrypted) return tl::unexpected(std::move(encrypted).error());
        received.encrypted = *encrypted;
        return received;
    }
    base::Result<Payloads> clear = collect(*chain);
    if (!clear) return tl::unexpected(std::move(clear).error());
    received.clear = *std::move(clear);
    return received;
}

base::Result<Payloads> decode_inner(PayloadType first, base::ByteView plaintext) {
    const auto chain = split_understood(first, plaintext);
    if (!chain) return tl::unexpected(chain.error());
    return collect(*chain);
}

base::Bytes adjusted_prefix(base::ByteView associated, std::size_t inner_size) {
    constexpr std::size_t kNextPayloadAt = 16;
    constexpr std::size_t kLengthAt = 24;
    base::Bytes prefix = base::to_bytes(associated);
    std::size_t type_at = kNextPayloadAt;
    std::size_t at = kHeaderSize;
    while (!is_encrypted(PayloadType{prefix[type_at]}) && at + kGenericHeaderSize <= prefix.size()) {
        type_at = std::exchange(at, at + base::Reader(associated.subspan(at + 2)).u16());
    }
    prefix[type_at] = static_cast<std::uint8_t>(PayloadType::encrypted);
    prefix.resize(at + kGenericHeaderSize);
    const auto patch = [&prefix](std::size_t where, const base::Bytes& value) {
        std::ranges::copy(value, prefix.begin() + static_cast<std::ptrdiff_t>(where));
    };
    patch(kLengthAt, base::Writer().u32(static_cast<std::uint32_t>(prefix.size() + inner_size)).take());
    patch(at + 2, base::Writer().u16(static_cast<std::uint16_t>(kGenericHeaderSize + inner_size)).take());
    return prefix;
}

base::Bytes encode(Header header, const std::vector<Payload>& payloads) {
    const base::Bytes chain = encode_inner(payloads);
    header.next_payload = first_type(payloads);
    header.length = static_cast<std::uint32_t>(kHeaderSize + chain.size());
    base::Bytes message = encode_header(header);
    base::append(message, chain);
    return message;
}

base::Bytes encode_inner(const std::vector<Payload>& payloads) {
    base::Writer out;
    encode_chain(out, payloads);
    return out.take();
}

PayloadType first_type(const std::vector<Payload>& payloads) {
    return payloads.empty() ? PayloadType::none : type_of(payloads.front());
}

base::Bytes encode_encrypted_prefix(Header header, PayloadType first_inner, std::size_t sealed_size) {
    header.next_payload = PayloadType::encrypted;
    header.length = static_cast<std::uint32_t>(kHeaderSize + kGenericHeaderSize + sealed_size);
    base::Writer out;
    out.bytes(encode_header(header));
    encode_generic_header(out, first_inner, false, sealed_size);
    return out.take();
}

base::Bytes encode_fragment_prefix(Header header, PayloadType first_inner, Fragment fragment, std::size_t sealed_size) {
    header.next_payload = PayloadType::encrypted_fragment;
    const std::size_t body_size = kFragmentHeaderSize + sealed_size;
    header.length = static_cast<std::uint32_t>(kHeaderSize + kGenericHeaderSize + body_size);
    base::Writer out;
    out.bytes(encode_header(header));
    encode_generic_header(out, first_inner, false, body_size);
    out.u16(fragment.number).u16(fragment.total);
    return out.take();
}

}  // namespace xfrmd::ikev2::wire
