// xfrmctl without its process: arguments in, output and exit code out. main() and the tests call it.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/options.h"

namespace xfrmd::cli {

// `arguments` without the program's name.
ExitCode run(const std::vector<std::string>& arguments, Surroundings& around);

}  // namespace xfrmd::cli
