// A child SA as the IKE side knows it (RFC 7296 1.3.1, 2.9, 2.17). Keys are not kept: they go to the kernel once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ike/base/instant.h"
#include "ike/child_install.h"
#include "ike/crypto/suite.h"
#include "ike/policy/connection.h"

namespace xfrmd::ikev2::sa {

// By which a child is known to one side, and named in Deletes: an AH and an ESP SA may have the same SPI.
struct ChildSpi {
    policy::ProtocolId protocol = policy::ProtocolId::esp;
    ike::EspSpi spi{};
    friend bool operator==(const ChildSpi&, const ChildSpi&) = default;
};

enum class ChildState : std::uint8_t { installing, installed, deleting };

struct ChildSa {
    ike::ChildSaId id{};
    std::string name;
    ChildState state = ChildState::installing;
    policy::Mode mode = policy::Mode::tunnel;
    policy::Proposal proposal;  // as chosen
    bool udp_encapsulation = false;
    ike::EspSpi spi_in{};
    ike::EspSpi spi_out{};
    policy::TrafficSelectors local_ts;
    policy::TrafficSelectors remote_ts;
    base::Instant created;
    ike::OperationId operation{};  // who waits for its installation or deletion; none: nobody
    std::optional<ike::IpComp> ipcomp;

    ChildSpi inbound() const { return {proposal.protocol, spi_in}; }
    ChildSpi outbound() const { return {proposal.protocol, spi_out}; }
};

}  // namespace xfrmd::ikev2::sa
