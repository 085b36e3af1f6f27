// What a manual SA (ike/policy/manual_sa.h) is in the kernel: one SA for each direction and protocol it has, and the
// policies that lead into them. Pure. The SA is sound, as faults_of() has it.
#pragma once

#include <cstdint>
#include <vector>

#include "ike/base/result.h"
#include "ike/policy/manual_sa.h"
#include "netlink/kernel.h"

namespace xfrmd::daemon {

netlink::Mode kernel_mode(const policy::ManualSa& sa);

// Its traffic in the outbound view, tidied, bound to the interface of that index (0: to none). Error:
// TrafficSelectorsUnacceptable for what Linux cannot express.
base::Result<std::vector<netlink::Selector>> manual_selectors(const policy::ManualSa& sa, std::uint32_t interface);

struct ManualSpecs {
    std::vector<netlink::SaSpec> sas;           // in the order of adding: what receives goes before what sends
    std::vector<netlink::PolicySpec> policies;  // likewise
};

// `selectors` are manual_selectors()'. Error: AlgorithmUnavailable.
base::Result<ManualSpecs> manual_specs(const policy::ManualSa& sa, const std::vector<netlink::Selector>& selectors,
                                       netlink::Reqid reqid);

// The SA whose counters tell what was protected: the innermost one.
netlink::SaId counted_sa(const policy::ManualSa& sa, bool inbound);

}  // namespace xfrmd::daemon
