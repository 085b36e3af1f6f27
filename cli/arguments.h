// The command line as the table of commands has it. The only user of CLI11 beside
// commands.cpp and pki_options.cpp.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options.h"

namespace xfrmd::cli {

// The command, with `options` filled in. Else the exit code: help and version have been printed, or what is wrong has.
tl::expected<const Command*, ExitCode> parse_arguments(const std::vector<std::string>& arguments, Options& options,
                                                       Surroundings& around);

}  // namespace xfrmd::cli
