// What an updown command is told of a child SA, as values: who, where, and what passes. The same when it comes up and
// when it goes, so that whatever the command did can be undone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ike/base/address.h"
#include "ike/policy/traffic_selector.h"
#include "netlink/mark.h"

namespace xfrmd::daemon::updown {

struct Occasion {
    std::string command;  // as configured, for /bin/sh
    std::string connection;
    std::string child;
    std::string interface;  // that has the local address; empty: not known
    std::uint32_t reqid = 0;
    bool is_ah = false;
    std::uint64_t ike_sa = 0;
    base::Address local;  // outer addresses
    base::Address remote;
    std::string local_id;  // printable
    std::string remote_id;
    policy::TrafficSelectors local_ts;
    policy::TrafficSelectors remote_ts;
    netlink::Mark mark_in;
    netlink::Mark mark_out;
    std::uint32_t if_id_in = 0;  // 0: none
    std::uint32_t if_id_out = 0;
    std::optional<std::uint16_t> encapsulation_port;  // the peer's, of ESP in UDP
    bool ipcomp = false;
    bool host_access = false;
    std::vector<base::Address> local_addresses;  // virtual ones (RFC 7296 2.19)
    std::vector<base::Address> remote_addresses;
    std::vector<base::Address> dns_servers;
};

}  // namespace xfrmd::daemon::updown
