// IKE SAs and their children as vici writes them, in the order of elements that clients rely on.
#pragma once

#include "daemon/api/model.h"
#include "daemon/vici/message.h"

namespace xfrmd::daemon::vici {

// Without `child-sas`.
Section ike_section(const api::IkeSaView& sa);
// `state`: another one than its own; empty: its own.
Section child_section(const api::ChildSaView& child, std::string_view state = {});
// "net-6": how a child's section is called.
std::string section_name(const api::ChildSaView& child);
// The whole: with `child-sas`, empty or not.
Section sa_section(const api::IkeSaView& sa);

}  // namespace xfrmd::daemon::vici
