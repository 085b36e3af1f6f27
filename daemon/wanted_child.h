// A child that packets want, by the names it is configured under. In this IKE SA, or in whatever one its connection
// has; for this CPU alone (RFC 9611), or for all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ike/child_install.h"

namespace xfrmd::daemon {

struct WantedChild {
    std::string connection;
    std::string child;
    ike::IkeSaId ike_sa = ike::IkeSaId::none;
    std::optional<std::uint32_t> cpu = {};
    friend auto operator<=>(const WantedChild&, const WantedChild&) = default;
};

}  // namespace xfrmd::daemon
