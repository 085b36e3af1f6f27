// Child SAs with an updown command, for tests.
#pragma once

#include <string>
#include <vector>

#include "daemon/updown/updown.h"

namespace xfrmd::daemon::updown::test {

inline base::Address address(const std::string& text) { return *base::Address::parse(text); }
inline policy::TrafficSelector selector(const std::string& text) { return policy::parse_selector(text)->selector; }

inline Occasion occasion(const std::string& command = "true") {
    Occasion occasion;
    occasion.command = command;
    occasion.connection = "gw";
    occasion.child = "net";
    occasion.interface = "eth0";
    occasion.reqid = 3;
    occasion.ike_sa = 7;
    occasion.local = address("192.0.2.1");
    occasion.remote = address("192.0.2.2");
    occasion.local_id = "moon";
    occasion.remote_id = "sun";
    occasion.local_ts = {selector("10.1.0.0/24")};
    occasion.remote_ts = {selector("10.2.0.0/24")};
    return occasion;
}

inline Arrival arrival(std::uint64_t child, Occasion occasion) {
    return {ike::ChildSaId{child}, {}, false, false, std::move(occasion)};
}
inline Arrival rekeyed(std::uint64_t child, std::uint64_t before, Occasion occasion) {
    return {ike::ChildSaId{child}, ike::ChildSaId{before}, true, false, std::move(occasion)};
}

}  // namespace xfrmd::daemon::updown::test
