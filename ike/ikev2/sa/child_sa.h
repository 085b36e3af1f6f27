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

// One address of either side, for a peer that takes no child for more (RFC 7296 2.9).
struct AddressPair {
    base::Address local;
    base::Address remote;
};

// RFC 9611: one of a group of children with the same selectors, and the CPU that sends on it. Nothing: all of them do.
struct Resource {
    std::optional<std::uint32_t> cpu = {};
    friend bool operator==(const Resource&, const Resource&) = default;
};

// A retired one has gone for the peer and for us; its SAs stay a little for packets that are late.
enum class ChildState : std::uint8_t { installing, installed, deleting, retired };

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
    // The number operators know it by: that of the first in the line of those that replaced each other.
    ike::ChildSaId number{};
    // By rekeying (RFC 7296 1.3.3); or in another IKE SA, because of authenticating again (2.8.3). none: nobody.
    ike::ChildSaId replaces{};
    bool is_outbound_deferred = false;  // we still send on the one that it replaces (RFC 7296 2.8)
    bool is_redundant = false;  // the loser of two rekeyings that crossed (RFC 7296 2.8.1): deleted once installed
    base::Instant rekey_at = base::kNever;
    base::Instant retired_until = base::kNever;
    base::Instant use_at = base::kNever;  // packets go out on it then, where it replaces one of another IKE SA
    base::Instant used_since = {};        // that they have; meaningless while is_outbound_deferred
    std::uint64_t packets_in = 0;         // as the kernel told last
    std::uint64_t packets_out = 0;
    base::Instant active_at = {};           // when they were found to have grown, or when it came up
    base::Instant look_at = base::kNever;   // for its `inactivity`, or whether the peer has it
    std::optional<AddressPair> only = {};   // as of CreateChildTask
    std::optional<Resource> resource = {};  // both have said SA_RESOURCE_INFO
    bool is_quantum_resistant = false;      // by its own key exchanges, or those of the IKE SA it was made in

    ChildSpi inbound() const { return {proposal.protocol, spi_in}; }
    ChildSpi outbound() const { return {proposal.protocol, spi_out}; }
    std::optional<std::uint32_t> cpu() const { return resource ? resource->cpu : std::nullopt; }
};

}  // namespace xfrmd::ikev2::sa
