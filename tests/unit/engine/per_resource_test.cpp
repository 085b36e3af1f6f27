// Several children with the same selectors, one for each CPU beside the one for all (RFC 9611).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/per_resource.h"

namespace xfrmd::tests {

using Cpus = std::vector<std::string>;

TEST_CASE("a child for one CPU joins the one for all", "[engine][rfc9611-3]") {
    Resourceful gateways;
    CHECK(cpus(gateways.left) == Cpus{"all"});
    CHECK(gateways.left.kernel.list().at(0)->asks_for_cpus);
    CHECK(gateways.right.kernel.list().at(0)->in_group);
    const auto operation = gateways.ask(gateways.left, 1);
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(cpus(gateways.left) == Cpus{"all", "1"});
    // 4: the responder binds it to the CPU with the fewest of its own.
    CHECK(cpus(gateways.right) == Cpus{"all", "0"});
    const ike::ChildInstall& joined = *gateways.left.kernel.list().at(1);
    CHECK(joined.joins == gateways.left.kernel.list().at(0)->child);
    CHECK(joined.local_ts == gateways.left.kernel.list().at(0)->local_ts);
    CHECK_FALSE(joined.defer_outbound);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a responder sends on a child for a CPU once the peer has it for sure", "[engine][rfc9611-3]") {
    Resourceful gateways;
    gateways.ask(gateways.left, 0);
    const ike::ChildSaId id = gateways.right.kernel.list().at(1)->child;
    CHECK(gateways.right.kernel.list().at(1)->defer_outbound);
    CHECK(gateways.right.kernel.outbound("net")->child != id);
    gateways.wire.run_for(seconds(6));
    CHECK(gateways.right.kernel.outbound("net")->child == id);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("there is one for each CPU, however often packets ask", "[engine][rfc9611-6]") {
    Resourceful gateways;
    for (const std::uint32_t cpu : {0U, 1U, 0U, 1U})
        CHECK(gateways.left.outcome(gateways.ask(gateways.left, cpu)) == "ok");
    CHECK(cpus(gateways.left) == Cpus{"all", "0", "1"});
    CHECK(cpus(gateways.right) == Cpus{"all", "0", "1"});
    SECTION("nor for a CPU that is not there") {
        CHECK(gateways.left.outcome(gateways.ask(gateways.left, 2)) == base::name(Reason::TsMaxQueue));
        CHECK(cpus(gateways.left).size() == 3);
    }
    SECTION("also where the peer's were first") {
        CHECK(gateways.right.outcome(gateways.ask(gateways.right, 1)) == "ok");
        CHECK(cpus(gateways.right).size() == 3);
    }
    SECTION("and again where it has gone") {
        const auto gone = gateways.left.kernel.list().at(2)->child;
        gateways.wire.clear(gateways.left, gateways.sa(gateways.left).sa().id, gone);
        gateways.wire.settle();
        CHECK(cpus(gateways.left) == Cpus{"all", "0"});
        gateways.ask(gateways.left, 1);
        CHECK(cpus(gateways.left) == Cpus{"all", "0", "1"});
    }
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("both ends may ask for the same CPU at once", "[engine][rfc9611-4][rfc9611-6]") {
    Resourceful gateways;
    const auto left = gateways.wish(gateways.left, 1);
    const auto right = gateways.wish(gateways.right, 1);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(cpus(gateways.left).size() == 3);
    CHECK(cpus(gateways.right).size() == 3);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a peer that does not want them has the one for all", "[engine][rfc9611-3]") {
    const bool left_wants = GENERATE(true, false);
    ConnectionWords wanting = per_cpu_words();
    ConnectionWords plain = wanting;
    plain.children.front().per_cpu_sas = false;
    Resourceful gateways(left_wants ? wanting : plain, left_wants ? plain : wanting);
    CHECK_FALSE(gateways.left.kernel.list().at(0)->in_group);
    CHECK_FALSE(gateways.right.kernel.list().at(0)->in_group);
    CHECK(gateways.left.outcome(gateways.ask(gateways.left, 1)) == base::name(Reason::NotFound));
    CHECK(cpus(gateways.left) == Cpus{"all"});
}

TEST_CASE("nor has one whose kernel has no such SAs", "[engine][rfc9611-3]") {
    const ConnectionWords words = per_cpu_words();
    Gateways gateways(words, with_cpus(2), with_cpus(0));
    gateways.connect();
    CHECK_FALSE(gateways.left.kernel.list().at(0)->in_group);
    CHECK_FALSE(gateways.right.kernel.list().at(0)->in_group);
}

TEST_CASE("a rekeyed child stays with its CPU", "[engine][rfc9611-3]") {
    Resourceful gateways;
    gateways.ask(gateways.left, 0);
    gateways.ask(gateways.left, 1);
    gateways.wire.run_for(seconds(6));
    Host& who = GENERATE(false, true) ? gateways.right : gateways.left;
    for (const std::string& cpu : Cpus{"1", "all"}) {
        const auto& sa = gateways.sa(who);
        const auto operation = gateways.wire.rekey(who, sa.sa().id, child_for(who, cpu).id);
        gateways.wire.run_for(seconds(6));
        CHECK(who.outcome(operation) == "ok");
    }
    CHECK(cpus(gateways.left) == Cpus{"0", "1", "all"});
    CHECK(cpus(gateways.right) == Cpus{"0", "1", "all"});
    for (const auto* install : who.kernel.list()) CHECK_FALSE(install->replaces_group);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("the group goes along when the IKE SA is rekeyed", "[engine][rfc9611-3]") {
    Resourceful gateways;
    gateways.ask(gateways.left, 0);
    gateways.wire.rekey(gateways.left, gateways.sa(gateways.left).sa().id);
    gateways.wire.run_for(seconds(1));
    CHECK(gateways.left.outcome(gateways.ask(gateways.left, 0)) == "ok");
    CHECK(cpus(gateways.left) == Cpus{"all", "0"});
    CHECK(gateways.left.outcome(gateways.ask(gateways.left, 1)) == "ok");
    CHECK(cpus(gateways.left) == Cpus{"all", "0", "1"});
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("authenticating again begins with the one for all", "[engine][rfc9611-3][rfc7296-2.8.3]") {
    ConnectionWords words = per_cpu_words();
    words.reauth_time = seconds(100);
    words.over_time = seconds(20);
    ConnectionWords other = per_cpu_words();
    Resourceful gateways(words, other);
    gateways.ask(gateways.left, 0);
    gateways.ask(gateways.left, 1);
    // It is the youngest by then.
    gateways.wire.run_for(seconds(10));
    gateways.wire.rekey(gateways.left, gateways.sa(gateways.left).sa().id, child_for(gateways.left, "all").id);
    gateways.wire.run_for(seconds(10));
    const ike::ChildSaId first = child_for(gateways.right, "all").id;
    gateways.wire.run_for(seconds(90));
    CHECK(cpus(gateways.left) == Cpus{"all"});
    CHECK(cpus(gateways.right) == Cpus{"all"});
    CHECK(gateways.left.kernel.list().back()->replaces_group);
    CHECK(gateways.right.kernel.list().back()->replaces_group);
    CHECK(gateways.right.kernel.list().back()->replaces == first);
    gateways.ask(gateways.left, 1);
    CHECK(cpus(gateways.left) == Cpus{"all", "1"});
    gateways.wire.run_for(seconds(20));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("what a child for a CPU carries keeps the one for all", "[engine][rfc9611-4]") {
    ConnectionWords words = per_cpu_words();
    words.children.front().inactivity = seconds(40);
    Resourceful gateways(words, per_cpu_words());
    gateways.ask(gateways.left, 0);
    const ike::ChildSaId busy = gateways.left.kernel.list().at(1)->child;
    for (int i = 0; i < 12; ++i) {
        gateways.left.kernel.carry(busy, 1, 1);
        gateways.wire.run_for(seconds(10));
    }
    CHECK(cpus(gateways.left) == Cpus{"all", "0"});
    gateways.wire.run_for(seconds(60));
    CHECK(cpus(gateways.left).empty());
}

TEST_CASE("the one for all is made again where it has gone alone", "[engine][rfc9611-3]") {
    Resourceful gateways;
    gateways.ask(gateways.left, 0);
    gateways.wire.clear(gateways.right, gateways.sa(gateways.right).sa().id, child_for(gateways.right, "all").id);
    gateways.wire.settle();
    CHECK(cpus(gateways.left) == Cpus{"0"});
    const auto operation = gateways.ask(gateways.left, std::nullopt);
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(cpus(gateways.left) == Cpus{"0", "all"});
    CHECK(cpus(gateways.right) == Cpus{"0", "all"});
    CHECK(gateways.disagreement() == "");
}

}  // namespace xfrmd::tests
