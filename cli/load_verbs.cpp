// What loads and unloads connections, secrets, keys, authorities and pools. A file has what the section of that name
// has in swanctl.conf: an object whose members are the names, and theirs the settings.
#include <optional>
#include <ostream>
#include <utility>

#include "cli/pki/files.h"
#include "cli/render.h"
#include "cli/session.h"
#include "cli/verbs.h"
#include "ike/base/bytes.h"

namespace xfrmd::cli {

namespace {

constexpr std::size_t kMostBytes = std::size_t{16} << 20;

using Text = tl::expected<base::SecretBytes, Json>;

Text read_file(const std::string& path) {
    auto file = path == "-" ? pki::read_input(kMostBytes) : pki::read_file(path, kMostBytes);
    if (file) return *std::move(file);
    return tl::unexpected<Json>(make_error(file.error().kind, file.error().message, file.error().hint));
}

Answer read_sections(const std::string& path) {
    const Text text = read_file(path);
    if (!text) return tl::unexpected<Json>(text.error());
    auto sections = parse_json(base::as_text(text->view()));
    if (!sections) return tl::unexpected<Json>(make_error("rpc.invalid_params", path + ": " + sections.error(), ""));
    if (sections->is_object()) return *std::move(sections);
    return tl::unexpected<Json>(make_error("rpc.invalid_params", path + " holds no object",
                                           "it has to be {NAME: {...}}, as the sections of swanctl.conf"));
}

// One after the other, those behind a failure included.
ExitCode load_all(Session& session, const std::string& noun) {
    const Answer sections = read_sections(session.options.selector);
    if (!sections) return fail(session, sections.error());
    Json items = Json::array();
    std::optional<ExitCode> first_failure;
    std::size_t failures = 0;
    for (const auto& [name, section] : sections->items()) {
        const Answer answer = ask(session, noun + ".load", {{"name", name}, {"section", section}});
        if (answer) {
            items.push_back(*answer);
            if (!session.options.json) session.around.out << render_loaded(noun, *answer);
            print_warnings(session, texts_of(*answer, "warnings"));
            continue;
        }
        ++failures;
        first_failure = first_failure.value_or(exit_code_of(answer.error()));
        items.push_back({{"name", name}, {"error", answer.error()}});
        session.around.err << render_error(answer.error(), session.err_style);
    }
    const std::size_t count = items.size();
    if (session.options.json) print(session, {{"items", std::move(items)}}, "");
    if (failures == 0) return ExitCode::ok;
    return failures == count ? *first_failure : ExitCode::partial;
}

ExitCode unload(Session& session, const std::string& noun, const char* parameter) {
    const Answer answer = ask(session, noun + ".unload", {{parameter, session.options.selector}});
    if (!answer) return fail(session, answer.error());
    print(session, *answer, render_unloaded(noun, text_of(*answer, parameter)));
    return ExitCode::ok;
}

}  // namespace

ExitCode conn_load(Session& session) { return load_all(session, "conn"); }
ExitCode conn_unload(Session& session) { return unload(session, "conn", "name"); }
ExitCode secret_load(Session& session) { return load_all(session, "secret"); }
ExitCode secret_unload(Session& session) { return unload(session, "secret", "name"); }
ExitCode key_unload(Session& session) { return unload(session, "key", "id"); }
ExitCode authority_load(Session& session) { return load_all(session, "authority"); }
ExitCode authority_unload(Session& session) { return unload(session, "authority", "name"); }
ExitCode pool_load(Session& session) { return load_all(session, "pool"); }
ExitCode pool_unload(Session& session) { return unload(session, "pool", "name"); }

ExitCode key_load(Session& session) {
    const Text text = read_file(session.options.selector);
    if (!text) return fail(session, text.error());
    const Answer answer = ask(session, "key.load", {{"key", base::as_text(text->view())}});
    if (!answer) return fail(session, answer.error());
    print(session, *answer, render_key(*answer));
    return ExitCode::ok;
}

ExitCode object_list(Session& session) {
    Json filter = Json::object();
    if (!session.options.kind.empty()) filter["kind"] = session.options.kind;
    if (!session.options.from.empty()) filter["from"] = session.options.from;
    const Answer list = ask_list(session, "object.list", filter);
    if (!list) return fail(session, list.error());
    print(session, *list, render_objects(list_of(*list, "items"), session.out_style));
    return ExitCode::ok;
}

}  // namespace xfrmd::cli
