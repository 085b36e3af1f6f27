#include "cli/run.h"

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/commands.h"

namespace xfrmd::cli {

namespace {

// https://no-color.org, and terminals that say they cannot.
bool colours_are_welcome(const Surroundings& around) {
    return around.environment("NO_COLOR").value_or("").empty() && around.environment("TERM").value_or("") != "dumb";
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, Surroundings& around) {
    Options options;
    const auto command = parse_arguments(arguments, options, around);
    if (!command) return command.error();
    Client client(options.socket);
    const bool welcome = colours_are_welcome(around);
    Session session{options, around, client, {welcome && around.out_is_terminal}, {welcome && around.err_is_terminal}};
    return (*command)->run(session);
}

}  // namespace xfrmd::cli
