#include <chrono>
#include <optional>
#include <ostream>
#include <utility>

#include "cli/render.h"
#include "cli/session.h"
#include "cli/verbs.h"

namespace xfrmd::cli {

namespace {

struct Target {
    std::string conn;
    std::string child;
};

std::vector<Target> children_in(const Json& connections, const std::string& wanted) {
    std::vector<Target> targets;
    for (const Json& connection : connections) {
        for (const Json& child : list_of(connection, "children")) {
            const std::string name = text_of(child, "name");
            if (wanted.empty() || name == wanted) targets.push_back({text_of(connection, "name"), name});
        }
    }
    return targets;
}

Json no_such_connection(const std::string& name) {
    return make_error("conn.not_found", "no connection and no child is called " + name,
                      "conn list shows what is configured");
}

Json ambiguous(const std::string& name, const std::vector<Target>& targets) {
    Json error =
        make_error("conn.ambiguous", "several connections have a child called " + name, "name both: CONN/CHILD");
    Json& choices = error["data"]["choices"];
    for (const Target& target : targets) choices.push_back(target.conn + "/" + target.child);
    return error;
}

using Targets = tl::expected<std::vector<Target>, Json>;

// A connection's children, or else the one child of that name.
Targets targets_of(Session& session, const std::string& name) {
    if (const std::size_t slash = name.find('/'); slash != std::string::npos) {
        return std::vector<Target>{{name.substr(0, slash), name.substr(slash + 1)}};
    }
    const Answer connection = ask_list(session, "conn.list", {{"conn", name}});
    if (!connection) return tl::unexpected<Json>(connection.error());
    auto targets = children_in(list_of(*connection, "items"), "");
    if (!targets.empty()) return targets;
    const Answer with_child = ask_list(session, "conn.list", {{"child", name}});
    if (!with_child) return tl::unexpected<Json>(with_child.error());
    targets = children_in(list_of(*with_child, "items"), name);
    if (targets.empty()) return tl::unexpected<Json>(no_such_connection(name));
    if (targets.size() > 1) return tl::unexpected<Json>(ambiguous(name, targets));
    return targets;
}

Answer bring_up(Session& session, const Target& target) {
    constexpr std::chrono::seconds kForTheAttempt{60};
    const auto& given = session.options.timeout;
    const auto timeout =
        given ? std::max(std::chrono::ceil<std::chrono::seconds>(*given), std::chrono::seconds(1)) : kForTheAttempt;
    const Json params = {{"conn", target.conn}, {"child", target.child}, {"timeout", timeout.count()}};
    return session.client.call("sa.initiate", params, timeout + kGrace);
}

}  // namespace

ExitCode conn_list(Session& session) {
    const Answer list = ask_list(session, "conn.list", Json::object());
    if (!list) return fail(session, list.error());
    print(session, *list, render_connections(list_of(*list, "items"), session.out_style));
    return ExitCode::ok;
}

ExitCode conn_up(Session& session) {
    const Targets targets = targets_of(session, session.options.selector);
    if (!targets) return fail(session, targets.error());
    Json items = Json::array();
    std::optional<ExitCode> first_failure;
    std::size_t failures = 0;
    for (const Target& target : *targets) {
        const Answer answer = bring_up(session, target);
        if (answer) {
            items.push_back(*answer);
            if (!session.options.json) session.around.out << render_initiated(*answer) << std::flush;
            continue;
        }
        ++failures;
        first_failure = first_failure.value_or(exit_code_of(answer.error()));
        items.push_back({{"conn", target.conn}, {"child", target.child}, {"error", answer.error()}});
        session.around.err << render_error(answer.error(), session.err_style);
    }
    if (session.options.json) print(session, {{"items", items}}, "");
    if (failures == 0) return ExitCode::ok;
    return failures == targets->size() ? *first_failure : ExitCode::partial;
}

}  // namespace xfrmd::cli
