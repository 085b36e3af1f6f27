// What xfrmctl's exit status says; scripts rely on these numbers. See xfrmctl(1).
#pragma once

#include "cli/json.h"

namespace xfrmd::cli {

enum class ExitCode : int {
    ok = 0,
    failed = 1,
    usage = 2,
    no_match = 3,
    unreachable = 4,
    permission_denied = 5,
    timeout = 6,
    partial = 7,
    configuration_invalid = 8,
};

// For the error object of a JSON-RPC reply, or one that the client made itself.
ExitCode exit_code_of(const Json& error);

}  // namespace xfrmd::cli
