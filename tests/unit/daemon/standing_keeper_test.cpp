#include "daemon/standing_keeper.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "netlink/passing_kernel.h"
#include "netlink/reconciler.h"
#include "tests/unit/config/loading.h"
#include "tests/unit/netlink/specs.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using netlink::Direction;
using netlink::PolicyAction;
using netlink::test::selector;

namespace {

// Notes the fewest policies that there were after any change.
class WatchedKernel final : public netlink::PassingKernel {
public:
    using PassingKernel::PassingKernel;
    std::vector<netlink::KernelResult<void>> apply(std::span<const netlink::Change> changes) override {
        std::vector<netlink::KernelResult<void>> results;
        for (std::size_t i = 0; i < changes.size(); ++i) {
            results.push_back(inner_.apply(changes.subspan(i, 1)).front());
            fewest = std::min(fewest, inner_.list_policies()->size());
        }
        return results;
    }

    std::size_t fewest = 0;
};

struct Bench {
    // Every child's options, by name.
    bool update(const std::vector<std::pair<std::string, std::string>>& children) {
        std::string text;
        for (const auto& [name, options] : children) text += name + " {\n" + options + "\n}\n";
        auto loaded = load_text("connections { gw {\nlocal_addrs = 192.0.2.1\nremote_addrs = " + remote_addrs +
                                "\nlocal { auth = psk }\nremote { auth = psk }\nchildren {\n" + text +
                                "} } }\nsecrets { ike { secret = x } }\n");
        if (!loaded) FAIL(print(loaded.error()));
        configuration = policy::IndexedConfiguration::of(std::move(loaded->configuration));
        keeper.reserve_reqids(*configuration);
        return keeper.update(*configuration);
    }
    const netlink::PolicySpec* out(const char* destination) {
        return kernel.policy({Direction::out, selector("10.1.0.0/24", destination)});
    }

    std::string remote_addrs = "192.0.2.2";
    Log log{LogTarget::standard_error, false};
    netlink::MemoryKernel kernel;
    netlink::FailingKernel failing{kernel};
    WatchedKernel watched{failing};
    netlink::Books books{watched};
    StandingKeeper keeper{log, books};
    policy::Snapshot configuration;
};

std::string trap(const std::string& remote_ts, const std::string& more = {}) {
    return "local_ts = 10.1.0.0/24\nremote_ts = " + remote_ts + "\nstart_action = trap\n" + more;
}

std::string shunt(const std::string& mode, const std::string& remote_ts) {
    return "mode = " + mode + "\n" + trap(remote_ts);
}

}  // namespace

TEST_CASE("what stands is replaced without a moment in between", "[daemon][standing][rfc4301-4.4.1]") {
    Bench bench;
    REQUIRE(bench.update({{"net", trap("10.2.0.0/24")}}));
    const std::size_t before = bench.kernel.policy_count();
    bench.watched.fewest = before;
    SECTION("by other selectors") { REQUIRE(bench.update({{"net", trap("10.2.0.0/16")}})); }
    SECTION("by another priority") { REQUIRE(bench.update({{"net", trap("10.2.0.0/24", "priority = 7")}})); }
    SECTION("by another child") { REQUIRE(bench.update({{"other", trap("10.2.0.0/24")}})); }
    SECTION("by another kind") { REQUIRE(bench.update({{"net", shunt("drop", "10.2.0.0/24")}})); }
    CHECK(bench.watched.fewest == before);
    CHECK(bench.kernel.policy_count() == before);
    CHECK((bench.out("10.2.0.0/24") != nullptr || bench.out("10.2.0.0/16") != nullptr));
    bench.keeper.remove_all();
    CHECK(bench.kernel.empty());
}

TEST_CASE("a child whose end asks for a trap has one as long as that is configured", "[daemon][standing]") {
    Bench bench;
    const std::string selectors = "local_ts = 10.1.0.0/24\nremote_ts = 10.2.0.0/24\n";
    const std::string words = selectors + GENERATE("dpd_action = trap", "close_action = trap|start");
    REQUIRE(bench.update({{"net", words}}));
    CHECK(bench.out("10.2.0.0/24") == nullptr);
    const policy::Connection& gw = *bench.configuration->connection("gw");
    CHECK(bench.keeper.trap(gw, "unknown"));
    CHECK(bench.keeper.trap(gw, "net"));
    CHECK(bench.out("10.2.0.0/24") != nullptr);
    REQUIRE(bench.update({{"net", words}}));
    CHECK(bench.out("10.2.0.0/24") != nullptr);
    SECTION("not with another action") { REQUIRE(bench.update({{"net", selectors + "dpd_action = start"}})); }
    SECTION("not without the child") { REQUIRE(bench.update({{"other", trap("10.3.0.0/24")}})); }
    CHECK(bench.out("10.2.0.0/24") == nullptr);
    REQUIRE(bench.update({{"net", words}}));
    CHECK(bench.out("10.2.0.0/24") == nullptr);
}

TEST_CASE("a trap after an end that cannot be had is put by the next update", "[daemon][standing]") {
    Bench bench;
    const std::vector<std::pair<std::string, std::string>> children{
        {"net", "local_ts = 10.1.0.0/24\nremote_ts = 10.2.0.0/24\ndpd_action = trap"}};
    REQUIRE(bench.update(children));
    bench.failing.fail_change(1, ENOMEM, netlink::ChangeKind::add_policy);
    CHECK_FALSE(bench.keeper.trap(*bench.configuration->connection("gw"), "net"));
    CHECK(bench.out("10.2.0.0/24") == nullptr);
    CHECK(bench.update(children));
    CHECK(bench.out("10.2.0.0/24") != nullptr);
}

TEST_CASE("what cannot be replaced stands", "[daemon][standing]") {
    Bench bench;
    REQUIRE(bench.update({{"net", trap("10.2.0.0/24")}}));
    bench.failing.fail_change(1, ENOMEM, netlink::ChangeKind::add_policy);
    CHECK_FALSE(bench.update({{"net", trap("10.2.0.0/16")}}));
    CHECK(bench.out("10.2.0.0/24") != nullptr);
    CHECK(bench.out("10.2.0.0/16") == nullptr);
    CHECK(bench.update({{"net", trap("10.2.0.0/16")}}));
    CHECK(bench.out("10.2.0.0/24") == nullptr);
    CHECK(bench.out("10.2.0.0/16") != nullptr);
}

TEST_CASE("a pass that is not wanted any more goes, whatever becomes of its successor", "[daemon][standing]") {
    Bench bench;
    REQUIRE(bench.update({{"net", shunt("pass", "10.2.0.0/16")}}));
    bench.failing.fail_change(1, ENOMEM, netlink::ChangeKind::add_policy);
    CHECK_FALSE(bench.update({{"net", shunt("pass", "10.2.0.0/24")}}));
    CHECK(bench.kernel.empty());
}

TEST_CASE("an acquire is for the trap whose policy asks, whatever reqids they have", "[daemon][standing]") {
    Bench bench;
    REQUIRE(bench.update({{"a", trap("10.2.0.0/24", "reqid = 7")}, {"b", trap("10.3.0.0/24", "reqid = 7")}}));
    const auto child_of = [&](const netlink::PolicyId& id) {
        const StandingChild* trap = bench.keeper.trap_of(id);
        return trap == nullptr ? std::string() : trap->child;
    };
    CHECK(child_of({Direction::out, selector("10.1.0.0/24", "10.2.0.0/24")}) == "a");
    CHECK(child_of({Direction::out, selector("10.1.0.0/24", "10.3.0.0/24")}) == "b");
    CHECK(child_of({Direction::out, selector("10.1.0.0/24", "10.4.0.0/24")}).empty());
    CHECK(child_of({Direction::out, selector("10.1.0.0/24", "10.2.0.0/24"), {1, 1}}).empty());
}

TEST_CASE("of two traps with the same policy the one that stands asks", "[daemon][standing]") {
    Bench bench;
    REQUIRE(bench.update({{"b", trap("10.2.0.0/24")}}));
    REQUIRE(bench.update({{"a", trap("10.2.0.0/24")}, {"b", trap("10.2.0.0/24")}}));
    const netlink::PolicyId id{Direction::out, selector("10.1.0.0/24", "10.2.0.0/24")};
    REQUIRE(bench.keeper.trap_of(id));
    CHECK(bench.keeper.trap_of(id)->child == "a");
    REQUIRE(bench.update({{"b", trap("10.2.0.0/24")}}));
    CHECK(bench.keeper.trap_of(id)->child == "b");
}

TEST_CASE("reqids that are configured are not given to others", "[daemon][standing]") {
    Bench bench;
    REQUIRE(bench.update({{"a", trap("10.2.0.0/24")}, {"b", trap("10.3.0.0/24", "reqid = 1")}}));
    REQUIRE(bench.out("10.2.0.0/24"));
    CHECK(bench.out("10.2.0.0/24")->templates.front().reqid == netlink::Reqid{2});
    CHECK(bench.out("10.3.0.0/24")->templates.front().reqid == netlink::Reqid{1});
}

TEST_CASE("a trap does not wait in vain for what was left in a part of its place", "[daemon][standing][hostile-g9]") {
    Bench earlier;
    netlink::Books old(earlier.kernel);
    const auto left = netlink::Installer(old).install(netlink::test::tunnel(0xc0000001, 0xd0000001));
    REQUIRE(left);
    netlink::Reconciler reconciler(earlier.books);
    REQUIRE(reconciler.inherit({}, std::chrono::hours(1)));
    CHECK_FALSE(earlier.update({{"net", trap("10.2.0.0/24")}}));
    const auto lose = [&](const netlink::SaId& id) {
        reconciler.lose_orphan(id);
        REQUIRE(reconciler.lower_unserved());
        const bool all_stand = earlier.update({{"net", trap("10.2.0.0/24")}});
        earlier.watched.fewest = 3;
        REQUIRE(
            reconciler.drop_unserved([&](const netlink::PolicyId& policy) { return earlier.keeper.awaits(policy); }));
        CHECK(earlier.watched.fewest == 3);
        REQUIRE(earlier.out("10.2.0.0/24"));
        return all_stand;
    };
    CHECK_FALSE(lose(left->outbound));  // packets still come in
    CHECK(earlier.out("10.2.0.0/24")->templates.front().spi == netlink::Spi{0xd0000001});
    CHECK(lose(left->inbound));
    CHECK(earlier.out("10.2.0.0/24")->templates.front().spi == netlink::Spi{});
    CHECK_FALSE(reconciler.lower_unserved());
    earlier.keeper.remove_all();
    CHECK(reconciler.retire());
}

TEST_CASE("an operator's order goes over start_action, as long as the child is configured", "[daemon][standing]") {
    Bench bench;
    const std::string quiet = "local_ts = 10.1.0.0/24\nremote_ts = 10.2.0.0/24\n";
    REQUIRE(bench.update({{"net", quiet}, {"trapped", trap("10.3.0.0/24")}}));
    const policy::Connection& gw = *bench.configuration->connection("gw");
    CHECK(bench.keeper.standing().size() == 1);
    CHECK(bench.keeper.install(gw, "net"));
    CHECK(bench.keeper.install(gw, "net"));
    CHECK(bench.out("10.2.0.0/24") != nullptr);
    CHECK(bench.keeper.uninstall(gw, "trapped"));
    CHECK_FALSE(bench.keeper.uninstall(gw, "trapped"));
    CHECK(bench.out("10.3.0.0/24") == nullptr);
    REQUIRE(bench.update({{"net", quiet}, {"trapped", trap("10.3.0.0/24")}}));
    CHECK(bench.out("10.2.0.0/24") != nullptr);
    CHECK(bench.out("10.3.0.0/24") == nullptr);
    REQUIRE(bench.update({{"other", trap("10.4.0.0/24")}}));
    REQUIRE(bench.update({{"net", quiet}, {"trapped", trap("10.3.0.0/24")}}));
    CHECK(bench.out("10.2.0.0/24") == nullptr);
    CHECK(bench.out("10.3.0.0/24") != nullptr);
}

TEST_CASE("what stands is listed in the order in which it was put there", "[daemon][standing]") {
    Bench bench;
    const auto names = [&bench] {
        std::string all;
        for (const StandingChild* child : bench.keeper.standing()) all += child->child + " ";
        return all;
    };
    const auto quiet = [](const char* remote_ts) {
        return std::string("local_ts = 10.1.0.0/24\nremote_ts = ") + remote_ts + "\n";
    };
    REQUIRE(bench.update({{"b", trap("10.2.0.0/24")},
                          {"a", trap("10.3.0.0/24")},
                          {"d", quiet("10.4.0.0/24")},
                          {"c", quiet("10.5.0.0/24")}}));
    CHECK(names() == "b a ");
    const policy::Connection& gw = *bench.configuration->connection("gw");
    CHECK(bench.keeper.install(gw, "d"));
    CHECK(bench.keeper.install(gw, "c"));
    CHECK(bench.keeper.install(gw, "d"));
    CHECK(names() == "b a d c ");
    CHECK(bench.keeper.uninstall(gw, "b"));
    CHECK(bench.keeper.install(gw, "b"));
    CHECK(names() == "a d c b ");
}

TEST_CASE("an order that cannot be carried out is none", "[daemon][standing]") {
    Bench bench;
    const std::string quiet = "local_ts = 10.1.0.0/24\nremote_ts = 10.2.0.0/24\n";
    REQUIRE(bench.update({{"net", quiet}}));
    bench.failing.fail_change(1, ENOMEM, netlink::ChangeKind::add_policy);
    CHECK_FALSE(bench.keeper.install(*bench.configuration->connection("gw"), "net"));
    bench.failing.heal();
    REQUIRE(bench.update({{"net", quiet}}));
    CHECK(bench.out("10.2.0.0/24") == nullptr);
}

TEST_CASE("a trap that waits for the way to its peer is taken away by an order, too", "[daemon][standing]") {
    Bench bench;
    bench.remote_addrs = "peer.example";
    const std::vector<std::pair<std::string, std::string>> children{
        {"net", trap("10.2.0.0/24")}, {"quiet", "local_ts = 10.1.0.0/24\nremote_ts = 10.3.0.0/24"}};
    CHECK_FALSE(bench.update(children));
    const policy::Connection& gw = *bench.configuration->connection("gw");
    CHECK_FALSE(bench.keeper.uninstall(gw, "quiet"));
    CHECK(bench.keeper.uninstall(gw, "net"));
    CHECK_FALSE(bench.keeper.uninstall(gw, "net"));
    bench.remote_addrs = "192.0.2.2";
    CHECK(bench.update(children));
    CHECK(bench.kernel.empty());
}

TEST_CASE("an order that fails is told of for its own reason", "[daemon][standing]") {
    Bench bench;
    const auto quiet = [](const char* remote_ts, const char* more) {
        return std::string("local_ts = 10.1.0.0/24\nremote_ts = ") + remote_ts + "\n" + more;
    };
    CHECK_FALSE(bench.update({{"all", trap("10.4.0.0/24", "mark_in = %unique")},
                              {"net", quiet("10.2.0.0/24", "mark_in = %unique")},
                              {"other", quiet("10.3.0.0/24", "")}}));
    const policy::Connection& gw = *bench.configuration->connection("gw");
    const auto refused = bench.keeper.install(gw, "net");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == base::Reason::ConfigurationInvalid);
    CHECK(refused.error().detail.starts_with("no trap for gw: child net: "));
    bench.failing.fail_change(1, ENOMEM, netlink::ChangeKind::add_policy);
    const auto failed = bench.keeper.install(gw, "other");
    REQUIRE_FALSE(failed);
    CHECK(failed.error().reason == base::Reason::KernelRefused);
    CHECK(failed.error().detail.starts_with("gw: child other: "));
}

TEST_CASE("orders for a trap in whose place an earlier process has a tunnel leave nothing to wait for",
          "[daemon][standing]") {
    Bench earlier;
    netlink::Books old(earlier.kernel);
    REQUIRE(netlink::Installer(old).install(netlink::test::tunnel(0xc0000001, 0xd0000001)));
    netlink::Reconciler reconciler(earlier.books);
    REQUIRE(reconciler.inherit({}, std::chrono::hours(1)));
    SECTION("that fails") {
        REQUIRE(earlier.update({{"net", "local_ts = 10.1.0.0/24\nremote_ts = 10.2.0.0/24"}}));
        CHECK_FALSE(earlier.keeper.install(*earlier.configuration->connection("gw"), "net"));
    }
    SECTION("that takes it away") {
        CHECK_FALSE(earlier.update({{"net", trap("10.2.0.0/24")}}));
        REQUIRE(earlier.keeper.inherited().size() == 1);
        CHECK(earlier.keeper.uninstall(*earlier.configuration->connection("gw"), "net"));
    }
    CHECK(earlier.keeper.inherited().empty());
}
