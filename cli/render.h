// What the daemon answered, as text for people. Pure functions from JSON to text; whatever comes from the daemon is
// made safe for a terminal on the way. Golden texts in tests/unit/cli pin what they print.
#pragma once

#include <string>
#include <vector>

#include "cli/json.h"
#include "cli/table.h"

namespace xfrmd::cli {

enum class SaLines : unsigned char { all, ike, child };

// sa.list's items: one line for each child SA (and for each IKE SA without one, unless `child`), or one for each IKE
// SA.
std::string render_sa_table(const Json& items, SaLines lines, Style style);
// One IKE SA with everything that is known of it and of its children.
std::string render_sa(const Json& sa, Style style);
// sa.list's manual SAs: a line for each, or everything that is known of each. Empty where there are none.
std::string render_manual_table(const Json& manual, Style style);
std::string render_manual_details(const Json& manual, Style style);
// "2 IKE SAs, 3 child SAs, 1 manual SA"
std::string render_sa_summary(const Json& items, const Json& manual, SaLines lines);
// For SAs that have sent and not received.
std::vector<std::string> sa_warnings(const Json& items);

// sa.clear's result: what matched, what became of it, and where its traffic goes now.
std::string render_clear(const Json& result, Style style);
std::vector<std::string> clear_warnings(const Json& result);

// sa.rekey's result: what became of each.
std::string render_rekey(const Json& result, Style style);

// sa.redirect's result.
std::string render_redirected(const Json& result);

std::string render_connections(const Json& items, Style style);
// "conn gw is loaded"
std::string render_loaded(const std::string& noun, const Json& result);
std::string render_unloaded(const std::string& noun, const std::string& name);
std::string render_key(const Json& result);
std::string render_objects(const Json& items, Style style);
std::string render_initiated(const Json& result);
std::string render_system(const Json& info);
std::string render_kernel_status(const Json& status);
// kernel.reconcile's result: a line for each finding, and a summary.
std::string render_drift(const Json& drift, Style style);
// One line.
std::string render_event(const Json& event, Style style);

// An error object: what, why, both sides where they did not agree, and the next step.
std::string render_error(const Json& error, Style style);

}  // namespace xfrmd::cli
