// The commands that look at the kernel's state and at what happens.
#include <ostream>
#include <string>

#include "cli/render.h"
#include "cli/session.h"
#include "cli/verbs.h"

namespace xfrmd::cli {

namespace {

// To what is kept, or with -f to what comes from now on.
Answer subscribe(Session& session) {
    Json topics = Json::array();
    for (const std::string& topic : session.options.topics) topics.push_back(topic);
    if (topics.empty()) topics = {"kernel", "sa"};
    Json params = {{"topics", topics}};
    if (!session.options.follow) params["since_revision"] = 0;
    return ask(session, "events.subscribe", params);
}

// The revision that it came up to.
std::uint64_t tell(Session& session, const Json& said) {
    const Json& params = member(said, "params");
    if (text_of(said, "method") == "events.lagged") {
        session.around.err << "xfrmctl: events were lost, it took too long to print them\n";
        if (session.options.json) print_line(session, {{"lagged", params}}, "");
        return number_of(params, "to");
    }
    print_line(session, params, render_event(params, session.out_style));
    return number_of(params, "revision");
}

// As fail(), in one line.
ExitCode fail_line(Session& session, const Json& error) {
    if (session.options.json) print_line(session, {{"error", error}}, "");
    session.around.err << render_error(error, session.err_style);
    return exit_code_of(error);
}

}  // namespace

ExitCode kernel_status(Session& session) {
    const Answer status = ask(session, "kernel.status", Json::object());
    if (!status) return fail(session, status.error());
    print(session, *status, render_kernel_status(*status));
    return ExitCode::ok;
}

ExitCode kernel_reconcile(Session& session) {
    const Answer drift = ask(session, "kernel.reconcile", Json::object());
    if (!drift) return fail(session, drift.error());
    print(session, *drift, render_drift(*drift, session.out_style));
    if (list_of(*drift, "failed").empty()) return ExitCode::ok;
    const bool some = !list_of(*drift, "repaired").empty() || !list_of(*drift, "renegotiated").empty();
    return some ? ExitCode::partial : ExitCode::failed;
}

ExitCode events(Session& session) {
    const Answer subscribed = subscribe(session);
    if (!subscribed) return fail(session, subscribed.error());
    const bool follow = session.options.follow;
    const std::uint64_t last = number_of(*subscribed, "newest_event");
    for (std::uint64_t told = 0; follow || told < last;) {
        const Answer said = follow ? session.client.notification({})
                                   : session.client.notification(session.options.timeout.value_or(kPatience));
        if (!said) return fail_line(session, said.error());
        told = tell(session, *said);
        if (!session.around.out) return ExitCode::failed;  // nobody reads it any more
    }
    return ExitCode::ok;
}

}  // namespace xfrmd::cli
