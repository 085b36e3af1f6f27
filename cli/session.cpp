#include "cli/session.h"

#include <ostream>
#include <utility>

#include "cli/render.h"

namespace xfrmd::cli {

namespace {

constexpr int kSchema = 1;

Json with_schema(const Json& value) {
    Json all = {{"schema", kSchema}};
    all.update(value);
    return all;
}

}  // namespace

Answer ask(Session& session, std::string_view method, const Json& params) {
    return session.client.call(method, params, session.options.timeout.value_or(kPatience));
}

Answer ask_list(Session& session, std::string_view method, const Json& filter) {
    Json whole = {{"items", Json::array()}};
    Json params = {{"filter", filter}};
    for (;;) {
        auto page = ask(session, method, params);
        if (!page) return page;
        for (const char* list : {"items", "manual"}) {
            for (const Json& item : list_of(*page, list)) whole[list].push_back(item);
        }
        const std::string cursor = text_of(*page, "next_cursor");
        if (cursor.empty()) {
            if (member(*page, "manual").is_array() && !whole.contains("manual")) whole["manual"] = Json::array();
            whole["revision"] = number_of(*page, "revision");
            return whole;
        }
        if (cursor == text_of(params, "cursor")) {
            return tl::unexpected<Json>(
                make_error("daemon.reply_invalid", "the daemon's list does not end", "try again"));
        }
        params["cursor"] = cursor;
    }
}

void print(Session& session, const Json& value, const std::string& text) {
    session.around.out << (session.options.json ? to_pretty(with_schema(value)) : text);
}

void print_line(Session& session, const Json& value, const std::string& text) {
    session.around.out << (session.options.json ? to_line(with_schema(value)) : text) << std::flush;
}

void print_warnings(Session& session, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings)
        session.around.err << toned(warning, Tone::busy, session.err_style) << "\n";
}

ExitCode fail(Session& session, const Json& error) {
    if (session.options.json) session.around.out << to_pretty(with_schema({{"error", error}}));
    session.around.err << render_error(error, session.err_style);
    return exit_code_of(error);
}

ExitCode fail_usage(Session& session, std::string message, std::string hint) {
    return fail(session, make_error("rpc.invalid_params", std::move(message), std::move(hint)));
}

}  // namespace xfrmd::cli
