#include "cli/exit_code.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "cli/client.h"

using namespace xfrmd::cli;

namespace {

int code_for(const char* kind) { return static_cast<int>(exit_code_of(make_error(kind, "", ""))); }

}  // namespace

TEST_CASE("kinds of error have the exit codes that scripts rely on", "[cli]") {
    CHECK(code_for("peer.no_proposal_chosen") == 1);
    CHECK(code_for("kernel.refused") == 1);
    CHECK(code_for("rpc.internal_error") == 1);
    CHECK(code_for("something.new") == 1);
    CHECK(code_for("rpc.invalid_params") == 2);
    CHECK(code_for("conn.ambiguous") == 2);
    CHECK(code_for("sa.not_found") == 3);
    CHECK(code_for("conn.not_found") == 3);
    CHECK(code_for("pki.no_authority") == 3);
    CHECK(code_for("pki.certificate_untrusted") == 1);
    CHECK(code_for("daemon.unreachable") == 4);
    CHECK(code_for("server.busy") == 4);
    CHECK(code_for("permission.denied") == 5);
    CHECK(code_for("operation.timeout") == 6);
    CHECK(code_for("peer.silent") == 6);
    CHECK(code_for("config.invalid") == 8);
    CHECK(static_cast<int>(ExitCode::partial) == 7);
}

TEST_CASE("an error without a kind is a failure", "[cli]") {
    CHECK(exit_code_of(Json::object()) == ExitCode::failed);
    CHECK(exit_code_of(nullptr) == ExitCode::failed);
    CHECK(exit_code_of({{"data", {{"kind", 7}}}}) == ExitCode::failed);
}
