#include "ike/ikev2/exchange/protect.h"

#include <utility>

#include "ike/ikev2/exchange/fragments.h"

namespace xfrmd::ikev2::exchange {

namespace {

constexpr std::size_t kMarkerSize = 4;

wire::Header header_of(const sa::Sa& sa, wire::ExchangeType exchange, wire::MessageId id) {
    wire::Header header;
    header.spi_i = sa.spi_i;
    header.spi_r = sa.spi_r;
    header.exchange = exchange;
    header.from_original_initiator = sa.original_initiator;
    header.message_id = id;
    return header;
}

}  // namespace

base::Bytes with_marker(const sa::Step& step, const base::Endpoint& local, base::Bytes message) {
    if (local.port == step.options.nat_port) message.insert(message.begin(), kMarkerSize, 0);
    return message;
}

wire::Header request_header(const sa::Step& step, wire::ExchangeType exchange) {
    return header_of(step.sa, exchange, step.sa.window.next_request_id());
}

wire::Header response_header(const sa::Sa& sa, wire::ExchangeType exchange, wire::MessageId id) {
    wire::Header header = header_of(sa, exchange, id);
    header.is_response = true;
    return header;
}

base::Bytes protect(sa::Keyed& keyed, base::Random& random, wire::Header header,
                    const std::vector<wire::Payload>& payloads) {
    const base::Bytes inner = wire::encode_inner(payloads);
    base::Bytes message =
        wire::encode_encrypted_prefix(header, wire::first_type(payloads), keyed.outbound.sealed_size(inner.size()));
    const base::Bytes sealed = keyed.outbound.seal(message, inner, random);
    base::append(message, sealed);
    return message;
}

base::Result<std::optional<sa::InnerChain>> unprotect(const sa::Step& step, sa::Keyed& keyed,
                                                      const wire::Received& received) {
    const wire::Encrypted& encrypted = *received.encrypted;
    auto inner = keyed.inbound.open(encrypted.associated, encrypted.sealed);
    if (!inner) return tl::unexpected(inner.error());
    if (!encrypted.fragment) {
        const bool is_covered = received.header.exchange == wire::ExchangeType::ike_intermediate;
        return std::optional(sa::InnerChain{encrypted.first_inner, *std::move(inner),
                                            is_covered ? base::to_bytes(encrypted.associated) : base::Bytes()});
    }
    if (!step.sa.fragmentation.receives) return base::fail(base::Reason::FragmentInvalid, "that was not agreed");
    sa::Reassembly& whole = received.header.is_response ? step.sa.fragmented_response : step.sa.fragmented_request;
    return whole.add(received.header.message_id, encrypted, *std::move(inner), step.now + step.options.reassembly_life);
}

base::Result<void> check_authentic(crypto::SkCipher& inbound, const wire::Encrypted& encrypted) {
    return inbound.open(encrypted.associated, encrypted.sealed).map([](const base::Bytes&) {});
}

base::Bytes covered_by_auth(const wire::Header& header, const sa::InnerChain& inner) {
    if (header.exchange != wire::ExchangeType::ike_intermediate) return {};
    base::Bytes covered = wire::adjusted_prefix(inner.prefix, inner.bytes.size());
    base::append(covered, inner.bytes);
    return covered;
}

base::Bytes covered_by_auth(const wire::Header& header, const std::vector<wire::Payload>& payloads) {
    const base::Bytes inner = wire::encode_inner(payloads);
    base::Bytes covered = wire::encode_encrypted_prefix(header, wire::first_type(payloads), inner.size());
    base::append(covered, inner);
    return covered;
}

void send_request(sa::Step& step, sa::Keyed& keyed, wire::ExchangeType exchange,
                  const std::vector<wire::Payload>& payloads) {
    const sa::Path path{step.sa.local, step.sa.remote};
    sa::Datagrams datagrams = seal(step, keyed, request_header(step, exchange), payloads, path);
    step.send_on(path, datagrams);
    step.sa.window.sent(std::move(datagrams), step.now, step.options.retransmit);
}

void send_response(sa::Step& step, sa::Keyed& keyed, wire::ExchangeType exchange,
                   const std::vector<wire::Payload>& payloads) {
    const wire::Header header = response_header(step.sa, exchange, step.sa.window.accepted_id());
    const sa::Path& path = step.sa.reply;
    sa::Datagrams datagrams = seal(step, keyed, header, payloads, path);
    step.send_on(path, datagrams);
    step.sa.window.respond(std::move(datagrams));
}

wire::Notify notify(wire::NotifyType type, base::Bytes data) {
    return {policy::ProtocolId::none, {}, type, std::move(data)};
}

wire::Notify notify(const base::Error& error) {
    const std::uint16_t type = base::traits(error.reason).notify;
    if (type == 0) return notify(wire::NotifyType::temporary_failure);
    return notify(static_cast<wire::NotifyType>(type), error.notify_data);
}

}  // namespace xfrmd::ikev2::exchange
