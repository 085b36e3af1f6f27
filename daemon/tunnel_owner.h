// Whose child SA it is, by number and by the names it is configured under.
#pragma once

#include <string>

#include "ike/child_install.h"

namespace xfrmd::daemon {

struct TunnelOwner {
    ike::IkeSaId ike_sa{};
    ike::ChildSaId child{};
    std::string connection_name;
    std::string child_name;
    ike::ChildSaId number{};  // that operators know it by: of the first of those that replaced each other
};

}  // namespace xfrmd::daemon
