// Payload chains as they come out of SK (RFC 7296 3.14): the first byte of the input is the first payload's type, the
// second chooses the exchange (low bits) and direction (high bit) whose grammar is asked. Nothing may crash, and what
// is accepted must round-trip.

#include <cstdlib>

#include "tests/fuzz/decode_round_trip.h"

using namespace xfrmd;
using namespace xfrmd::ikev2;

namespace {

wire::Header header_for(std::uint8_t choice) {
    wire::Header header;
    header.exchange =
        static_cast<wire::ExchangeType>(static_cast<unsigned>(wire::ExchangeType::ike_sa_init) + choice % 8);
    header.is_response = (choice & 0x80) != 0;
    return header;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto first = static_cast<wire::PayloadType>(data[0]);
    const base::ByteView plaintext(data + 2, size - 2);
    const base::Result<wire::Payloads> payloads = wire::decode_inner(first, plaintext);
    if (payloads) {
        if (!wire::inner_round_trips(*payloads)) std::abort();
        static_cast<void>(wire::check_grammar(header_for(data[1]), *payloads));
    } else if (payloads.error().reason == base::Reason::CriticalPayloadUnsupported) {
        if (payloads.error().notify_data.size() != 1) std::abort();
    }
    return 0;
}
