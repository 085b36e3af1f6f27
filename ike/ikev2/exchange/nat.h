// NAT detection (RFC 7296 2.23): hashes of what each side believes the addresses to be, compared with what is seen.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// NAT_DETECTION_SOURCE_IP and _DESTINATION_IP for a message of ours that takes this path. With `encap = yes` the source
// hash is made wrong on purpose, so that the peer sees a NAT and encapsulates.
std::vector<wire::Payload> nat_detection(const sa::Sa& sa, const sa::Path& path);

// What the peer's hashes say. No such notifies: no NAT traversal.
sa::NatStatus detect_nat(const sa::Sa& sa, wire::IkeSpi spi_r_in_hash, const wire::Payloads& payloads);

// The peer's traffic selectors as they hold on this side of the NATs. Transport mode has the gateways' own addresses
// for selectors, so that the one address of an end behind a NAT is replaced by the IKE SA's (RFC 7296 2.23.1).
struct SelectorsHere {
    policy::TrafficSelectors local;
    policy::TrafficSelectors remote;
};
SelectorsHere selectors_here(const sa::Sa& sa, policy::Mode mode, SelectorsHere told);

}  // namespace xfrmd::ikev2::exchange
