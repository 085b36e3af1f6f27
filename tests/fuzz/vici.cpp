// Any octets as the contents of a vici packet: what is understood is written again and understood as the same.
#include <cstdint>
#include <cstdlib>

#include "daemon/vici/packet.h"

using namespace xfrmd;
using namespace xfrmd::daemon::vici;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto packet = decode_packet({data, size});
    if (!packet) return 0;
    const auto frame = encode(*packet);
    if (!frame) return 0;  // it was longer than a packet may be
    const auto again = decode_packet(base::ByteView(*frame).subspan(4));
    if (!again || encode(*again) != frame) std::abort();
    wipe(packet->message);
    return 0;
}
