#include "ike/base/reason.h"

#include <catch2/catch_test_macros.hpp>

#include <set>

#include "ike/base/result.h"

using namespace xfrmd::base;

TEST_CASE("reasons have names of their own", "[base]") {
    std::set<std::string_view> names;
    const auto last = static_cast<unsigned>(Reason::InternalInconsistency);
    for (unsigned i = 0; i <= last; ++i) CHECK(names.insert(name(static_cast<Reason>(i))).second);
}

TEST_CASE("an error reads as a sentence", "[base]") {
    CHECK(Error{Reason::NoProposalChosen, "ours A, theirs B"}.sentence() == "no common proposal: ours A, theirs B");
    CHECK(Error{Reason::PeerSilent, {}}.sentence() == "peer does not answer");
}
