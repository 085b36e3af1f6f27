// One run of xfrmctl within a test: its arguments, what it printed and how it ended.
#pragma once

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"

namespace xfrmd::cli {

struct Run {
    std::ostringstream out;
    std::ostringstream err;
    std::map<std::string, std::string> environment;
    bool on_terminal = false;
    ExitCode code = ExitCode::ok;

    Run& with(const std::vector<std::string>& arguments) {
        Surroundings around{out, err, on_terminal, on_terminal, on_terminal, [this](const char* name) {
                                const auto found = environment.find(name);
                                return found == environment.end() ? std::nullopt : std::optional(found->second);
                            }};
        code = run(arguments, around);
        return *this;
    }
};

}  // namespace xfrmd::cli
