// What sa.rekey is asked and tells of each SA, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/model.h"

namespace xfrmd::daemon::api {

enum class RekeyOutcome : std::uint8_t {
    rekeyed,  // it has new keys, and its number still
    failed,   // it goes on with the old ones
};
inline constexpr std::string_view kRekeyOutcomes[] = {"rekeyed", "failed"};
constexpr std::string_view name(RekeyOutcome outcome) { return kRekeyOutcomes[static_cast<std::size_t>(outcome)]; }

struct RekeyedSa {
    SaId id;
    std::string conn;
    std::string child;  // empty for an IKE SA
    RekeyOutcome outcome = RekeyOutcome::failed;
    std::string error;  // why it failed
};

// All counts, and at most kMaxPage rows, those that failed first.
struct RekeyResult {
    std::vector<RekeyedSa> rows;
};

}  // namespace xfrmd::daemon::api
