// What sa.initiate is asked, and what it answers, as plain values.
#pragma once

#include <chrono>
#include <string>

#include "daemon/api/model.h"
#include "ike/base/address.h"

namespace xfrmd::daemon::api {

// Bring up one child of a connection, and the IKE SA for it where there is none. Both names exist when this is called.
struct InitiateRequest {
    std::string conn;
    std::string child;
    std::chrono::seconds timeout{60};  // then OperationTimeout; the attempt may go on
    base::Address local = {};          // of its IKE SA; any: as configured
    base::Address remote = {};
};
struct Initiated {
    SaId id;
    bool existed = false;  // it was up already
};

}  // namespace xfrmd::daemon::api
