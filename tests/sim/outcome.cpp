#include "tests/sim/outcome.h"

#include <algorithm>

namespace xfrmd::sim {

Outcome run(Kind kind, std::uint64_t seed, std::ostream* trace) {
    if (kind == Kind::mesh) return run_mesh(seed, trace);
    return run_gateways(seed, kind, trace);
}

Outcome outcome_of(const Network& network, const Streams& streams) {
    Outcome outcome;
    outcome.steps = network.wire.steps();
    outcome.datagrams = network.wire.datagrams();
    outcome.packets = streams.passed();
    outcome.hash = network.wire.fingerprint();
    outcome.violation = network.violation();
    for (const Host* host : network.hosts()) {
        outcome.rekeyings += static_cast<std::uint64_t>(
            std::count_if(host->reports.begin(), host->reports.end(), [](const ike::Report& report) {
                return report.milestone.turn == ike::Turn::ike_rekeyed ||
                       report.milestone.turn == ike::Turn::child_rekeyed;
            }));
    }
    return outcome;
}

}  // namespace xfrmd::sim
