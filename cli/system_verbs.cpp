#include "cli/render.h"
#include "cli/session.h"
#include "cli/verbs.h"

namespace xfrmd::cli {

ExitCode system_info(Session& session) {
    const Answer info = ask(session, "system.info", Json::object());
    if (!info) return fail(session, info.error());
    print(session, *info, render_system(*info));
    return ExitCode::ok;
}

ExitCode rpc_discover(Session& session) {
    const Answer document = ask(session, "rpc.discover", Json::object());
    if (!document) return fail(session, document.error());
    print(session, *document, to_pretty(*document));
    return ExitCode::ok;
}

}  // namespace xfrmd::cli
