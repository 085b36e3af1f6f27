#include "cli/exit_code.h"

#include <string>
#include <string_view>

namespace xfrmd::cli {

namespace {

struct Row {
    std::string_view kind;
    ExitCode code;
};

constexpr Row kTable[] = {
    {"rpc.invalid_params", ExitCode::usage},
    {"conn.ambiguous", ExitCode::usage},
    {"sa.not_found", ExitCode::no_match},
    {"conn.not_found", ExitCode::no_match},
    {"object.not_found", ExitCode::no_match},
    {"pki.no_authority", ExitCode::no_match},
    {"daemon.unreachable", ExitCode::unreachable},
    {"server.busy", ExitCode::unreachable},
    {"server.shutting_down", ExitCode::unreachable},
    {"permission.denied", ExitCode::permission_denied},
    {"operation.timeout", ExitCode::timeout},
    {"peer.silent", ExitCode::timeout},
    {"pki.busy", ExitCode::timeout},
    {"config.invalid", ExitCode::configuration_invalid},
};

}  // namespace

ExitCode exit_code_of(const Json& error) {
    const std::string kind = text_of(member(error, "data"), "kind");
    for (const Row& row : kTable) {
        if (row.kind == kind) return row.code;
    }
    return ExitCode::failed;
}

}  // namespace xfrmd::cli
