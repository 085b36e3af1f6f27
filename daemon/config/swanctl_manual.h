// The sections of swanctl.conf's `manual` as policy::ManualSa: each by its rules, and all of them together by theirs.
#pragma once

#include <map>
#include <string>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "ike/policy/manual_sa.h"

namespace xfrmd::daemon {

class ManualReader {
public:
    // Keeps `errors` for as long as it lives.
    explicit ManualReader(ErrorList& errors) : errors_(errors) {}

    // Worth something only where nothing was added to the errors.
    policy::ManualSa read(const settings::View& section);

private:
    void check(const policy::ManualSa& sa, const settings::View& section, const std::string& path);
    void check_ids(const policy::ManualSa& sa, const settings::View& section, const std::string& path);

    ErrorList& errors_;
    std::map<policy::ManualSaId, std::string> taken_;  // and the name of the SA that has it
};

// Where the keys of a manual SA stand: positions, in whichever files; for a look at who may read these.
std::vector<settings::Position> places_of_keys(const settings::View& section);

}  // namespace xfrmd::daemon
