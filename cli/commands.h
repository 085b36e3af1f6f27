// The table of commands: what `xfrmctl NOUN VERB` takes and does. Help, parsing and dispatch come from these rows.
#pragma once

#include <span>
#include <string_view>

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/options.h"
#include "cli/table.h"

namespace CLI {
class App;
}

namespace xfrmd::cli {

// One run of one command.
struct Session {
    const Options& options;
    Surroundings& around;
    Client& client;
    Style out_style;
    Style err_style;
};

struct Command {
    std::string_view noun;
    std::string_view verb;  // empty: the noun alone is the command
    std::string_view summary;
    void (*declare)(CLI::App& app, Options& options);  // nullptr: nothing but what every command takes
    ExitCode (*run)(Session& session);
};

std::span<const Command> all_commands();
// "security associations"
std::string_view summary_of_noun(std::string_view noun);

}  // namespace xfrmd::cli
