// Every option of strongswan.conf's `charon` that xfrmd knows, in one table: what its values look like and what becomes
// of it. One with a setter is honoured. The others have no effect, for the reason in `note`; where traffic or security
// may depend on it that is a warning, else a line of --debug. docs/strongswan-options.md is made from it.
#pragma once

#include <span>
#include <string_view>

#include "daemon/config/complaint.h"
#include "daemon/config/strongswan_options.h"
#include "daemon/config/swanctl_value.h"

namespace xfrmd::daemon {

using StrongswanSetter = Read<void> (*)(StrongswanOptions&, const Value&);

enum class Weight : std::uint8_t { detail, warning };

struct StrongswanOption {
    std::string_view name;  // from `charon` on, joined with dots; "<name>" is any one name
    Kind kind;
    StrongswanSetter set = nullptr;
    std::string_view usual = {};  // the value, as read_value gives it, that says what xfrmd does anyway
    std::string_view note = {};   // of those without effect, why; else what there is to know
    Weight weight = Weight::detail;
};

std::span<const StrongswanOption> strongswan_options();

// nullptr: xfrmd knows none of this name.
const StrongswanOption* find_strongswan_option(std::string_view name);

}  // namespace xfrmd::daemon
