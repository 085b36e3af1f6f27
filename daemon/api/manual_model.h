// A manual SA (RFC 4301 4.5.1) as the management API shows it: a plain value, filled in by the daemon.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/model.h"

namespace xfrmd::daemon::api {

// Each enumeration with the words the API uses for it, in the same order. A manual SA has no life: it is there, which
// is `manual`, or could not be installed.
enum class ManualSaState : std::uint8_t { manual, failed };
inline constexpr std::string_view kManualSaStates[] = {"manual", "failed"};
enum class ManualDirection : std::uint8_t { inbound, outbound, bidirectional };
inline constexpr std::string_view kManualDirections[] = {"inbound", "outbound", "bidirectional"};
enum class ManualProtocol : std::uint8_t { ah, esp, bundle };
inline constexpr std::string_view kManualProtocols[] = {"ah", "esp", "bundle"};

constexpr std::string_view name(ManualSaState state) { return kManualSaStates[static_cast<std::size_t>(state)]; }
constexpr std::string_view name(ManualDirection direction) {
    return kManualDirections[static_cast<std::size_t>(direction)];
}
constexpr std::string_view name(ManualProtocol protocol) {
    return kManualProtocols[static_cast<std::size_t>(protocol)];
}

struct ManualSaView {
    std::string name;  // as configured
    ManualSaState state = ManualSaState::manual;
    ManualDirection direction = ManualDirection::bidirectional;
    ManualProtocol protocol = ManualProtocol::esp;
    Mode mode = Mode::tunnel;
    base::Address local;
    base::Address remote;             // any: whoever sends
    std::uint32_t spi = 0;            // of a bundle AH's
    std::uint32_t auxiliary_spi = 0;  // of a bundle ESP's; 0: none
    std::uint32_t reqid = 0;
    std::string algorithms;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::vector<std::string> local_ts;
    std::vector<std::string> remote_ts;
    std::string last_error;  // empty: none
};

}  // namespace xfrmd::daemon::api
