#include "ike/ikev2/exchange/fragments.h"

#include <algorithm>

#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

constexpr std::size_t kIpv4AndUdp = 20 + 8;
constexpr std::size_t kIpv6AndUdp = 40 + 8;

// What one datagram has for an IKE message.
std::size_t room_on(const sa::Step& step, const sa::Path& path) {
    const std::size_t headers = path.remote.address.is_v6() ? kIpv6AndUdp : kIpv4AndUdp;
    return step.options.fragment_size - headers - with_marker(step, path.local, {}).size();
}

std::size_t whole_size(const sa::Keyed& keyed, const wire::Header& header, base::ByteView inner) {
    const std::size_t sealed = keyed.outbound.sealed_size(inner.size());
    return wire::encode_encrypted_prefix(header, wire::PayloadType::none, sealed).size() + sealed;
}

// So much of the inner payloads goes into each fragment.
std::size_t piece_size(const sa::Keyed& keyed, const wire::Header& header, std::size_t room) {
    const std::size_t prefix = wire::encode_fragment_prefix(header, wire::PayloadType::none, {}, 0).size();
    std::size_t size = room - prefix;
    while (size > 1 && prefix + keyed.outbound.sealed_size(size) > room) --size;
    return size;
}

base::Bytes seal_piece(sa::Step& step, sa::Keyed& keyed, const wire::Header& header, wire::PayloadType first_inner,
                       wire::Fragment place, base::ByteView piece) {
    base::Bytes message =
        wire::encode_fragment_prefix(header, first_inner, place, keyed.outbound.sealed_size(piece.size()));
    base::append(message, keyed.outbound.seal(message, piece, step.random));
    return message;
}

}  // namespace

std::optional<wire::Payload> fragmentation_notify(const policy::Connection& connection) {
    if (connection.fragmentation == policy::Fragmentation::no) return std::nullopt;
    return notify(wire::NotifyType::ikev2_fragmentation_supported);
}

sa::Fragmentation agreed_fragmentation(const policy::Connection& connection, const wire::Payloads& peer) {
    const bool agreed = connection.fragmentation != policy::Fragmentation::no &&
                        peer.find(wire::NotifyType::ikev2_fragmentation_supported) != nullptr;
    return {agreed, agreed && connection.fragmentation == policy::Fragmentation::yes};
}

sa::Datagrams seal(sa::Step& step, sa::Keyed& keyed, const wire::Header& header,
                   const std::vector<wire::Payload>& payloads, const sa::Path& path) {
    const base::Bytes inner = wire::encode_inner(payloads);
    const std::size_t room = room_on(step, path);
    if (!step.sa.fragmentation.sends || whole_size(keyed, header, inner) <= room) {
        return {with_marker(step, path.local, protect(keyed, step.random, header, payloads))};
    }
    const std::size_t each = piece_size(keyed, header, room);
    const auto total = static_cast<std::uint16_t>((inner.size() + each - 1) / each);
    sa::Datagrams datagrams;
    for (std::uint16_t number = 1; number <= total; ++number) {
        const std::size_t start = (number - std::size_t{1}) * each;
        const auto piece = base::ByteView(inner).subspan(start, std::min(each, inner.size() - start));
        // RFC 7383 2.5: only the first one tells what is inside.
        const auto first = number == 1 ? wire::first_type(payloads) : wire::PayloadType::none;
        datagrams.push_back(
            with_marker(step, path.local, seal_piece(step, keyed, header, first, {number, total}, piece)));
    }
    return datagrams;
}

}  // namespace xfrmd::ikev2::exchange
