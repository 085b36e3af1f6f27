#include "daemon/api/api_error.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;
using xfrmd::base::Error;
using xfrmd::base::Reason;

TEST_CASE("every kind of error has its own name, a code that JSON-RPC allows and a next step", "[api]") {
    std::set<std::string_view> names;
    for (const ErrorTraits& row : all_error_kinds()) {
        CAPTURE(row.name);
        CHECK(names.insert(row.name).second);
        CHECK(row.name.find('.') != std::string_view::npos);
        CHECK_FALSE(row.hint.empty());
        const bool is_rpc = row.name.starts_with("rpc.") && row.kind != ErrorKind::ReplyTooLarge;
        CHECK((is_rpc ? row.code <= -32600 && row.code >= -32700 : row.code == -32000));
    }
}

TEST_CASE("an engine's error keeps its reason and its sentence", "[api]") {
    const ApiError error = error_of(Error{Reason::NoProposalChosen, "ours A, theirs B", {}});
    CHECK(traits(error.kind).name == "peer.no_proposal_chosen");
    CHECK(error.message == "no common proposal: ours A, theirs B");
    CHECK(error.reason == "no_proposal_chosen");
    CHECK(traits(error_of({Reason::TrafficSelectorsUnacceptable, "", {}}).kind).name == "peer.ts_unacceptable");
    CHECK(traits(error_of({Reason::KernelRefused, "", {}}).kind).name == "kernel.refused");
    CHECK(traits(error_of({Reason::CookieInvalid, "", {}}).kind).name == "ike.failed");
    CHECK(error_of({Reason::CookieInvalid, "", {}}).reason == "cookie_invalid");
}
