// Children of which each is for one CPU, beside the one for all (RFC 9611), in the kernel: on which of them it may
// send, and when packets ask for another one.
#include <catch2/catch_test_macros.hpp>

#include "daemon/kernel_demands.h"
#include "daemon/tunnels.h"
#include "ike/policy/configuration.h"
#include "netlink/memory_kernel.h"
#include "tests/unit/daemon/child_samples.h"

using namespace xfrmd;
using daemon::test::child;
using daemon::test::install;

namespace {

struct Group {
    netlink::MemoryKernel kernel;
    netlink::Books books{kernel};
    daemon::Tunnels tunnels{books};

    // Child 1 is for all CPUs.
    Group() { REQUIRE(install(tunnels, sample(1))); }

    static ike::ChildInstall sample(std::uint64_t id, std::optional<std::uint32_t> cpu = {}) {
        ike::ChildInstall wanted = child(id, "10.1.0.0/24", "10.2.0.0/24");
        wanted.connection_name = "gw";
        wanted.child_name = "net";
        wanted.ike_sa = wanted.owner = ike::IkeSaId{1};
        wanted.in_group = wanted.asks_for_cpus = true;
        wanted.cpu = cpu;
        if (id > 1) wanted.joins = ike::ChildSaId{1};
        return wanted;
    }
    static ike::ChildInstall successor(std::uint64_t id, std::uint64_t old, std::optional<std::uint32_t> cpu,
                                       bool deferred = false) {
        ike::ChildInstall wanted = sample(id, cpu);
        wanted.joins = {};
        wanted.replaces = ike::ChildSaId{old};
        wanted.defer_outbound = deferred;
        return wanted;
    }
    std::vector<netlink::SaState> sas() { return *kernel.list_sas(); }
    netlink::PolicySpec out_policy() {
        const std::vector<netlink::PolicyState> all = *kernel.list_policies();
        for (const auto& state : all) {
            if (state.policy.id.direction == netlink::Direction::out) return state.policy;
        }
        FAIL("no policy for out");
        return {};
    }
    bool asks() { return out_policy().asks_for_cpus; }
    // Children whose outbound SA the policy leads to, by their numbers.
    std::vector<std::uint32_t> sends_on() {
        std::vector<std::uint32_t> ids;
        const auto hop = out_policy().templates.front();
        for (const auto& sa : sas()) {
            const auto spi = static_cast<std::uint32_t>(sa.id.spi);
            const bool leads = sa.reqid == hop.reqid && (hop.spi == netlink::Spi{0} || hop.spi == sa.id.spi);
            if (spi > 0xc1000000 && leads) ids.push_back(spi - 0xc1000000);
        }
        std::sort(ids.begin(), ids.end());
        return ids;
    }
    std::size_t inbound() {
        const auto all = sas();
        const auto reqid = out_policy().templates.front().reqid;
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& sa) {
            return static_cast<std::uint32_t>(sa.id.spi) < 0xc1000000 && sa.reqid == reqid;
        }));
    }
    void remove(std::uint64_t id) {
        const ike::ChildSaId gone{id};
        REQUIRE(tunnels.remove({&gone, 1}));
    }
};

using Ids = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("the kernel chooses among the SAs of a group", "[daemon][rfc9611-4]") {
    Group group;
    REQUIRE(install(group.tunnels, Group::sample(2, 0)));
    REQUIRE(install(group.tunnels, Group::sample(3, 1)));
    CHECK(group.sends_on() == Ids{1, 2, 3});
    CHECK(group.out_policy().templates.front().spi == netlink::Spi{0});
    for (const auto& sa : group.sas()) {
        const auto id = static_cast<std::uint32_t>(sa.id.spi) & 0xff;
        CHECK(sa.cpu == (id == 1 ? std::nullopt : std::optional(id - 2)));
    }
    CHECK(group.asks());
    const auto* owner = group.tunnels.in_group_at(group.out_policy().id);
    REQUIRE(owner != nullptr);
    CHECK(owner->child_name == "net");
    for (const std::uint64_t id : {1U, 2U, 3U}) group.remove(id);
    CHECK(group.sas().empty());
    CHECK(group.kernel.policy_count() == 0);
}

TEST_CASE("the SA for all CPUs is older than any for one", "[daemon][rfc9611-4]") {
    Group group;
    REQUIRE(install(group.tunnels, Group::sample(2, 0)));
    REQUIRE(install(group.tunnels, Group::successor(3, 1, {})));
    std::map<std::uint32_t, std::chrono::sys_seconds> added;
    for (const auto& sa : group.sas()) added[static_cast<std::uint32_t>(sa.id.spi)] = sa.added;
    // The model's clock is not the daemon's.
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    CHECK(added.at(0xc1000003) < now - std::chrono::years(9));
    CHECK(added.at(0xc0000003) == added.at(0xc1000002));
}

TEST_CASE("packets that ask for a CPU are asked for once, and go by the SA for all meanwhile", "[daemon][rfc9611-6]") {
    Group group;
    daemon::CpuGroups& groups = group.tunnels.groups();
    CHECK(groups.ask(ike::ChildSaId{1}, 0));
    CHECK_FALSE(groups.ask(ike::ChildSaId{1}, 0));
    CHECK_FALSE(group.asks());
    CHECK(groups.ask(ike::ChildSaId{1}, 1));
    SECTION("until both are there") {
        REQUIRE(install(group.tunnels, Group::sample(2, 0)));
        CHECK_FALSE(group.asks());
        REQUIRE(install(group.tunnels, Group::sample(3, 1)));
        CHECK(group.asks());
    }
    SECTION("or the kernel has forgotten") {
        const auto reqid = group.out_policy().templates.front().reqid;
        groups.may_ask_again(reqid, 0);
        groups.may_ask_again(netlink::Reqid{99}, 1);
        CHECK_FALSE(group.asks());
        groups.may_ask_again(reqid, 1);
        CHECK(group.asks());
        CHECK(groups.ask(ike::ChildSaId{1}, 1));
    }
    SECTION("but not where the peer makes no more") {
        groups.ask_no_more({"gw", "net", ike::IkeSaId{1}, 1});
        groups.may_ask_again(group.out_policy().templates.front().reqid, 0);
        groups.may_ask_again(group.out_policy().templates.front().reqid, 1);
        CHECK_FALSE(group.asks());
        REQUIRE(install(group.tunnels, Group::successor(2, 1, {})));
        CHECK(group.asks());
    }
    SECTION("nor before the new one is sent on") {
        groups.may_ask_again(group.out_policy().templates.front().reqid, 1);
        ike::ChildInstall waits = Group::sample(2, 0);
        waits.defer_outbound = true;
        REQUIRE(install(group.tunnels, std::move(waits)));
        CHECK_FALSE(group.asks());
        CHECK(group.sends_on() == Ids{1});
        REQUIRE(group.tunnels.use(ike::ChildSaId{2}));
        CHECK(group.sends_on() == Ids{1, 2});
        CHECK(group.asks());
    }
}

TEST_CASE("what replaces one of a group is sent on in its place alone", "[daemon][rfc9611-3][rfc7296-2.8]") {
    Group group;
    REQUIRE(install(group.tunnels, Group::sample(2, 0)));
    SECTION("at once by who began") {
        REQUIRE(install(group.tunnels, Group::successor(3, 2, 0)));
        CHECK(group.sends_on() == Ids{1, 3});
    }
    SECTION("once the peer deletes the old one") {
        REQUIRE(install(group.tunnels, Group::successor(3, 2, 0, true)));
        CHECK(group.sends_on() == Ids{1, 2});
        REQUIRE(group.tunnels.use(ike::ChildSaId{3}));
        CHECK(group.sends_on() == Ids{1, 3});
    }
    SECTION("and so is the one for all") {
        REQUIRE(install(group.tunnels, Group::successor(3, 1, {})));
        CHECK(group.sends_on() == Ids{2, 3});
    }
    SECTION("and what replaces the whole of it") {
        ike::ChildInstall all = Group::successor(3, 1, {}, true);
        all.replaces_group = true;
        all.owner = ike::IkeSaId{2};
        REQUIRE(install(group.tunnels, std::move(all)));
        CHECK(group.sends_on() == Ids{1, 2});
        REQUIRE(group.tunnels.use(ike::ChildSaId{3}));
        CHECK(group.sends_on() == Ids{3});
    }
    CHECK(group.inbound() == 3);
    for (const std::uint64_t id : {1U, 2U, 3U}) group.remove(id);
    CHECK(group.sas().empty());
    CHECK(group.kernel.policy_count() == 0);
}

TEST_CASE("what rests for another IKE SA's is sent on again where that has gone", "[daemon][rfc9611-3][rfc4106-3.1]") {
    Group group;
    REQUIRE(install(group.tunnels, Group::sample(2, 0)));
    const netlink::SaId old{*base::Address::parse("192.0.2.2"), netlink::Spi{0xc1000002}};
    group.kernel.advance(old, 7, 0);
    ike::ChildInstall all = Group::successor(3, 1, {});
    all.replaces_group = true;
    all.owner = ike::IkeSaId{2};
    SECTION("with sequence numbers that it had not") {
        REQUIRE(install(group.tunnels, std::move(all)));
        CHECK(group.sends_on() == Ids{3});
        group.remove(3);
        CHECK(group.sends_on() == Ids{1, 2});
        CHECK(group.kernel.read_sa(old)->progress->sent > 7);
    }
    SECTION("but not where that is replaced itself") {
        REQUIRE(install(group.tunnels, std::move(all)));
        ike::ChildInstall rekeyed = Group::successor(4, 3, {});
        rekeyed.owner = ike::IkeSaId{2};
        REQUIRE(install(group.tunnels, std::move(rekeyed)));
        group.remove(3);
        CHECK(group.sends_on() == Ids{4});
    }
    SECTION("and one that was not sent on yet, is not any more") {
        ike::ChildInstall waits = Group::sample(4, 1);
        waits.defer_outbound = true;
        REQUIRE(install(group.tunnels, std::move(waits)));
        CHECK(group.sends_on() == Ids{1, 2});
        REQUIRE(install(group.tunnels, std::move(all)));
        REQUIRE(group.tunnels.use(ike::ChildSaId{4}));
        CHECK(group.sends_on() == Ids{3});
    }
}

TEST_CASE("a group moves with its IKE SA", "[daemon][rfc9611-3][rfc4555-3.5]") {
    Group group;
    REQUIRE(install(group.tunnels, Group::sample(2, 0)));
    for (const std::uint64_t id : {1U, 2U}) {
        ike::MoveChild move{ike::ChildSaId{id}, {*base::Address::parse("192.0.2.1"), 4500}, {}, false};
        move.remote = {*base::Address::parse("192.0.2.9"), 4500};
        REQUIRE(group.tunnels.move(move));
    }
    CHECK(group.out_policy().templates.front().destination == *base::Address::parse("192.0.2.9"));
    CHECK(group.sends_on() == Ids{1, 2});
    CHECK(group.tunnels.groups().ask(ike::ChildSaId{1}, 1));
    CHECK_FALSE(group.asks());
    REQUIRE(install(group.tunnels, Group::successor(3, 2, 0)));
    CHECK(group.sends_on() == Ids{1, 3});
    for (const std::uint64_t id : {1U, 2U, 3U}) group.remove(id);
    CHECK(group.sas().empty());
}

TEST_CASE("what was rekeyed is not sent on again", "[daemon][rfc9611-3]") {
    Group group;
    REQUIRE(install(group.tunnels, Group::sample(2, 0)));
    REQUIRE(install(group.tunnels, Group::successor(3, 2, 0)));
    CHECK(group.sends_on() == Ids{1, 3});
    group.remove(3);
    CHECK(group.sends_on() == Ids{1});
    CHECK(group.asks());
    CHECK(group.tunnels.groups().ask(ike::ChildSaId{1}, 0));
}

TEST_CASE("a kernel without SAs for single CPUs is not asked for them", "[daemon][rfc9611]") {
    netlink::KernelFeatures features;
    bool wanted = false;
    const auto text = [&] {
        policy::Configuration loaded;
        loaded.connections.emplace_back().name = "gw";
        policy::Child& net = loaded.connections.front().children.emplace_back();
        net.name = "net";
        net.per_cpu_sas = wanted;
        return daemon::lacking(features, loaded.connections.front());
    };
    CHECK(text().empty());
    wanted = true;
    CHECK(text().starts_with("connections.gw.children.net.per_cpu_sas: the kernel has no SAs for single CPUs"));
    CHECK(daemon::cpus_for_sas(features) == 0);
    features.per_cpu = true;
    CHECK(text().empty());
    CHECK(daemon::cpus_for_sas(features) > 0);
}
