// The sections of swanctl.conf's `interfaces` as policy::XfrmInterface: each by its rules, and all of them together.
#pragma once

#include <map>
#include <string>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "daemon/config/swanctl_draft.h"
#include "ike/policy/xfrm_interface.h"

namespace xfrmd::daemon {

class InterfaceReader {
public:
    // Keeps `errors` for as long as it lives.
    explicit InterfaceReader(ErrorList& errors) : errors_(errors) {}

    // Worth something only where nothing was added to the errors.
    policy::XfrmInterface read(const settings::View& section);

private:
    void check(const policy::XfrmInterface& interface, const settings::View& section, const std::string& path);
    void check_others(const policy::XfrmInterface& interface, const settings::View& section, const std::string& path);

    ErrorList& errors_;
    // What is taken, and by which section.
    std::map<std::string, std::string> names_;
    std::map<std::uint32_t, std::string> if_ids_;
    std::map<std::string, std::string> routes_;
};

Verdict set_interface_addrs(const Draft& draft, const Value& value);
Verdict set_interface_mtu(const Draft& draft, const Value& value);
Verdict set_interface_routes(const Draft& draft, const Value& value);

}  // namespace xfrmd::daemon
