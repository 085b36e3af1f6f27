#include <utility>

#include "cli/render.h"
#include "cli/selector.h"
#include "cli/session.h"
#include "cli/verbs.h"

namespace xfrmd::cli {

namespace {

void add_kind(const Options& options, Json& params) {
    if (options.ike) params["kind"] = "ike";
    if (options.child) params["kind"] = "child";
    if (options.manual) params["kind"] = "manual";
}

SaLines lines_of(const Options& options) {
    if (options.ike) return SaLines::ike;
    return options.child ? SaLines::child : SaLines::all;
}

std::string details_of(const Json& items, Style style) {
    std::string out;
    for (const Json& sa : items) out += render_sa(sa, style);
    return out;
}

// Each reading of the selector until one fits something; the first one's error where none does.
Answer call_first_match(Session& session, const std::string& method, const std::vector<Json>& readings,
                        const Json& rest, std::chrono::milliseconds patience) {
    Answer first = tl::unexpected<Json>(Json());
    for (std::size_t i = 0; i < readings.size(); ++i) {
        Json params = readings[i];
        params.update(rest);
        Answer answer = session.client.call(method, params, patience);
        const bool nothing_found = !answer && exit_code_of(answer.error()) == ExitCode::no_match;
        if (!nothing_found) return answer;
        if (i == 0) first = std::move(answer);
    }
    return first;
}

ExitCode exit_code_of_rows(const Json& result) {
    const auto failed = number_of(result, "failed");
    if (failed == 0) return ExitCode::ok;
    return failed == number_of(result, "matched") ? ExitCode::failed : ExitCode::partial;
}

std::chrono::seconds timeout_of(const Options& options) {
    constexpr std::chrono::seconds kForThePeer{10};
    return options.timeout ? std::chrono::ceil<std::chrono::seconds>(*options.timeout) : kForThePeer;
}

ExitCode clear(Session& session, const std::vector<Json>& readings) {
    const Options& options = session.options;
    const auto timeout = timeout_of(options);
    Json rest = {{"force", options.force}, {"dry_run", options.dry_run}, {"timeout", timeout.count()}};
    add_kind(options, rest);
    const Answer result = call_first_match(session, "sa.clear", readings, rest, timeout + kGrace);
    if (!result) return fail(session, result.error());
    print(session, *result, render_clear(*result, session.out_style));
    print_warnings(session, clear_warnings(*result));
    return exit_code_of_rows(*result);
}

}  // namespace

ExitCode sa_list(Session& session) {
    const Options& options = session.options;
    Json filter = Json::object();
    if (!options.conn.empty()) filter["conn"] = options.conn;
    if (!options.peer.empty()) filter["peer"] = options.peer;
    if (!options.state.empty()) filter["state"] = options.state;
    add_kind(options, filter);
    const Answer list = ask_list(session, "sa.list", filter);
    if (!list) return fail(session, list.error());
    const Json& items = list_of(*list, "items");
    const Json& manual = list_of(*list, "manual");
    const SaLines lines = lines_of(options);
    const Style style = session.out_style;
    std::string body = options.detail ? details_of(items, style) : render_sa_table(items, lines, style);
    body += options.detail ? render_manual_details(manual, style) : render_manual_table(manual, style);
    print(session, *list, body + render_sa_summary(items, manual, lines));
    print_warnings(session, sa_warnings(items));
    return ExitCode::ok;
}

ExitCode sa_show(Session& session) {
    const Answer sa = ask(session, "sa.get", {{"id", session.options.selector}});
    if (!sa) return fail(session, sa.error());
    print(session, *sa, render_sa(*sa, session.out_style));
    print_warnings(session, sa_warnings(Json::array({*sa})));
    return ExitCode::ok;
}

ExitCode sa_clear(Session& session) {
    const Options& options = session.options;
    if (options.selector.empty() && !options.all) {
        return fail_usage(session, "nothing says which SAs to clear", "give a SELECTOR as sa list shows it, or --all");
    }
    if (options.all && !options.yes && !options.dry_run && session.around.in_is_terminal) {
        return fail_usage(session, "this would clear every SA", "say so with -y, or look first with --dry-run");
    }
    return clear(session, options.all ? std::vector<Json>{{{"all", true}}} : readings_of(options.selector));
}

ExitCode sa_rekey(Session& session) {
    const auto timeout = timeout_of(session.options);
    Json rest = {{"timeout", timeout.count()}};
    add_kind(session.options, rest);
    const Answer result =
        call_first_match(session, "sa.rekey", readings_of(session.options.selector), rest, timeout + kGrace);
    if (!result) return fail(session, result.error());
    print(session, *result, render_rekey(*result, session.out_style));
    return exit_code_of_rows(*result);
}

ExitCode sa_redirect(Session& session) {
    const Options& options = session.options;
    const auto timeout = timeout_of(options);
    const Json params = {{"id", options.selector}, {"gateway", options.gateway}, {"timeout", timeout.count()}};
    const Answer result = session.client.call("sa.redirect", params, timeout + kGrace);
    if (!result) return fail(session, result.error());
    print(session, *result, render_redirected(*result));
    return ExitCode::ok;
}

ExitCode conn_down(Session& session) { return clear(session, readings_of(session.options.selector)); }

}  // namespace xfrmd::cli
