// A child to bring up, by the names it is configured under.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ike/inputs.h"

namespace xfrmd::daemon {

struct ChildWish {
    std::string connection;
    std::string child;
    ike::IkeSaId ike_sa = ike::IkeSaId::none;  // none: in whatever IKE SA the connection has, or in a new one
    std::optional<policy::TriggeringPacket> packet = {};
    std::optional<std::uint32_t> cpu = {};  // as of ike::Initiate
    base::Address local = {};               // of its IKE SA; any: as configured
    base::Address remote = {};
};

}  // namespace xfrmd::daemon
