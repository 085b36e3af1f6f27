// A child SA that both sides have agreed on; keys come later (RFC 7296 1.3.1, 2.17).
#pragma once

#include <optional>
#include <string>

#include "ike/ikev2/sa/child_sa.h"

namespace xfrmd::ikev2::sa {

struct NegotiatedChild {
    std::string name;
    policy::Mode mode = policy::Mode::tunnel;
    policy::Proposal proposal;
    crypto::ChildSuite suite;
    ike::EspSpi spi_in{};
    ike::EspSpi spi_out{};
    policy::TrafficSelectors local_ts;
    policy::TrafficSelectors remote_ts;
    ike::OperationId operation{};
    std::optional<ike::IpComp> ipcomp;
    bool tfc_padding_allowed = true;
    // As of ChildSa.
    ike::ChildSaId replaces{};
    ike::ChildSaId number{};  // none: its own
    bool defer_outbound = false;
    bool is_redundant = false;
    std::optional<AddressPair> only = {};
    std::optional<Resource> resource = {};
    ike::ChildSaId joins = {};  // one of its group that is there already
    std::optional<std::uint32_t> cpu() const { return resource ? resource->cpu : std::nullopt; }
};

}  // namespace xfrmd::ikev2::sa
