// Datagrams as they come from anybody: header and clear payload chain (RFC 7296 3). Each input is read as it is and
// once more with its length field made true, which random bytes would seldom be. Nothing may crash, and what is
// accepted must round-trip.

#include <cstdlib>

#include "tests/fuzz/decode_round_trip.h"

using namespace xfrmd;
using namespace xfrmd::ikev2;

namespace {

constexpr std::size_t kLengthOffset = 24;

void check(base::ByteView datagram) {
    const base::Result<wire::Received> received = wire::decode(datagram);
    if (received) {
        if (!wire::message_round_trips(*received)) std::abort();
        static_cast<void>(wire::check_grammar(received->header, received->clear));
        return;
    }
    if (received.error().reason != base::Reason::CriticalPayloadUnsupported) return;
    if (received.error().notify_data.size() != 1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    check(input);
    if (size < wire::kHeaderSize) return 0;
    base::Bytes repaired = base::to_bytes(input);
    for (std::size_t i = 0; i < 4; ++i) repaired[kLengthOffset + i] = static_cast<std::uint8_t>(size >> ((3 - i) * 8));
    check(repaired);
    return 0;
}
