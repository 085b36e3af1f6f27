// What the commands share: patience, whole lists from pages, and the one way in which results and errors are printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"

namespace xfrmd::cli {

// How long to wait for the daemon itself, where --timeout does not say.
inline constexpr std::chrono::seconds kPatience{10};
// What the daemon gets on top of the time it gives a peer.
inline constexpr std::chrono::seconds kGrace{5};

Answer ask(Session& session, std::string_view method, const Json& params);

// All pages of a list as one {items, revision}, with sa.list's `manual` between them.
Answer ask_list(Session& session, std::string_view method, const Json& filter);

// With --json the value as {"schema": 1, ...}, else the text.
void print(Session& session, const Json& value, const std::string& text);
void print_warnings(Session& session, const std::vector<std::string>& warnings);
// The same as one line, for what does not end.
void print_line(Session& session, const Json& value, const std::string& text);
// To err, and with --json as {"schema": 1, "error": ...} to out, too. Gives the exit code it means.
ExitCode fail(Session& session, const Json& error);
// A mistake in how we were called.
ExitCode fail_usage(Session& session, std::string message, std::string hint);

}  // namespace xfrmd::cli
