// An xfrm interface that the daemon makes, owns and removes, for route-based tunnels (Junos: st0.x): what is routed
// into it goes into the tunnels whose children have its if_id, and what comes out of these comes in through it. Plain
// values; the rules are kept by whoever reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ike/base/address.h"

namespace xfrmd::policy {

struct XfrmInterface {
    std::string name;                  // the device's, as Linux takes it; unique
    std::uint32_t if_id = 0;           // never 0; unique
    std::vector<base::Prefix> addrs;   // with host bits: 10.0.0.1/24
    std::uint32_t mtu = 0;             // bytes; 0: the kernel's choice
    std::string parent;                // the device below; empty: none
    std::vector<base::Prefix> routes;  // into the main table; no two interfaces have one in common

    friend bool operator==(const XfrmInterface&, const XfrmInterface&) = default;
};

}  // namespace xfrmd::policy
