#include "cli/arguments.h"

#include <map>

#include <CLI/CLI.hpp>

#include "cli/text.h"

namespace xfrmd::cli {

namespace {

std::string check_duration(const std::string& text) {
    return parse_duration(text) ? std::string() : "not a duration: " + text + " (10s, 500ms, 2m, 1h)";
}

void declare_for_all(CLI::App& app, Options& options, std::string& timeout) {
    app.set_version_flag("--version", "xfrmctl " XFRMD_VERSION);
    app.add_option("--socket", options.socket, "the daemon's socket; default " + options.socket)->type_name("PATH");
    app.add_flag("--json", options.json, "print JSON with a schema version");
    app.add_option("--timeout", timeout, "how long to wait: 10s, 500ms, 2m, 1h")
        ->type_name("TIME")
        ->check(check_duration);
}

// What was parsed is asked for by sub-command, so the table's rows and CLI11's objects are kept side by side.
using Declared = std::vector<std::pair<const CLI::App*, const Command*>>;

const CLI::App* declare(CLI::App& above, std::string_view word, const Command& command, Options& options) {
    CLI::App* app = above.add_subcommand(std::string(word), std::string(command.summary));
    app->fallthrough();
    if (command.declare != nullptr) command.declare(*app, options);
    return app;
}

Declared declare_commands(CLI::App& app, Options& options) {
    std::map<std::string_view, CLI::App*> nouns;
    Declared declared;
    for (const Command& command : all_commands()) {
        if (command.verb.empty()) {
            declared.emplace_back(declare(app, command.noun, command, options), &command);
            continue;
        }
        CLI::App*& noun = nouns[command.noun];
        if (noun == nullptr) {
            noun = app.add_subcommand(std::string(command.noun), std::string(summary_of_noun(command.noun)));
            noun->require_subcommand(1)->fallthrough();
        }
        declared.emplace_back(declare(*noun, command.verb, command, options), &command);
    }
    return declared;
}

const Command* chosen(const Declared& declared) {
    for (const auto& [app, command] : declared) {
        if (app->parsed()) return command;
    }
    return nullptr;
}

}  // namespace

tl::expected<const Command*, ExitCode> parse_arguments(const std::vector<std::string>& arguments, Options& options,
                                                       Surroundings& around) {
    if (const auto path = around.environment("XFRMD_SOCKET"); path && !path->empty()) options.socket = *path;
    CLI::App app("Looks at and changes what xfrmd, the IKE daemon, does. See xfrmctl(1).", "xfrmctl");
    std::string timeout;
    declare_for_all(app, options, timeout);
    const Declared declared = declare_commands(app, options);
    app.require_subcommand(1);
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
    } catch (const CLI::ParseError& error) {
        const bool asked_for_it = app.exit(error, around.out, around.err) == 0;
        return tl::unexpected<ExitCode>(asked_for_it ? ExitCode::ok : ExitCode::usage);
    }
    if (!timeout.empty()) options.timeout = parse_duration(timeout);
    const Command* command = chosen(declared);
    if (command == nullptr) return tl::unexpected<ExitCode>(ExitCode::usage);
    return command;
}

}  // namespace xfrmd::cli
