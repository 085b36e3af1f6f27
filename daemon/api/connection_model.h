// Configured connections, as the management API shows them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/api/limits.h"
#include "daemon/api/model.h"

namespace xfrmd::daemon::api {

struct ConfiguredChildView {
    std::string name;
    Mode mode = Mode::tunnel;
    std::vector<std::string> local_ts;
    std::vector<std::string> remote_ts;
    std::vector<std::string> esp_proposals;
    std::string start_action;
};

struct ConnectionView {
    std::string name;
    std::vector<std::string> local_addrs;   // empty: any
    std::vector<std::string> remote_addrs;  // empty: any
    std::string local_id;
    std::string remote_id;
    std::string auth;
    std::vector<std::string> proposals;
    std::vector<ConfiguredChildView> children;
    std::uint64_t ike_sas = 0;    // established now
    std::uint64_t child_sas = 0;  // installed now
};

struct ConnectionQuery {
    std::string conn;   // empty: all
    std::string child;  // only connections that have it
    std::string after;  // only names behind this one
    std::size_t limit = kDefaultPage;
};

// In ascending order of name.
struct ConnectionPage {
    std::vector<ConnectionView> items;
    bool more = false;
    std::uint64_t revision = 0;
    std::size_t approximate_bytes = 0;  // kept by offer()
};

}  // namespace xfrmd::daemon::api
