#include "netlink/reconciler.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "netlink/passing_kernel.h"
#include "netlink/standing_policies.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

const Selector kNets = selector("10.1.0.0/24", "10.2.0.0/24");

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'000'000)};
constexpr std::chrono::seconds kLife{3600};
constexpr base::Instant kBoot{std::chrono::hours(1)};

PolicySpec trap_policy() {
    PolicySpec trap = policy(Direction::out, kNets);
    trap.templates[0].reqid = Reqid{9};
    ++trap.priority;
    return trap;
}

}  // namespace

TEST_CASE("nothing is reported and nothing changed where the kernel has what is wanted", "[netlink]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    REQUIRE(installer.install(tunnel(0xc0000001, 0xd0000001)));
    const auto drift = Reconciler(books).run(kBoot);
    REQUIRE(drift);
    CHECK(drift->none());
    CHECK(kernel.policy_count() == 3);
}

TEST_CASE("a policy that has gone or was changed is put back", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(installed);
    const PolicySpec before = *kernel.policy({Direction::out, kNets});
    SECTION("gone") { REQUIRE(make(kernel, DeletePolicy{before.id})); }
    SECTION("changed") {
        PolicySpec other = before;
        other.priority += 10;
        REQUIRE(make(kernel, UpdatePolicy{other}));
    }
    const auto drift = Reconciler(books).run(kBoot);
    REQUIRE(drift);
    CHECK(drift->repaired.size() == 1);
    CHECK(drift->failed.empty());
    CHECK(drift->broken.empty());
    CHECK(*kernel.policy(before.id) == before);
    REQUIRE(installer.remove(*installed));
    CHECK(kernel.empty());
}

TEST_CASE("what was put back is told when it was", "[netlink][hostile-g4][hostile-g5]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    Books books(kernel);
    REQUIRE(Installer(books).install(tunnel(0xc0000001, 0xd0000001)));
    REQUIRE(make(memory, DeletePolicy{{Direction::out, kNets}}));
    kernel.fail_change(1, ENOMEM, ChangeKind::add_policy);
    const auto drift = Reconciler(books).run(kBoot);
    REQUIRE(drift);
    CHECK(drift->repaired.empty());
    CHECK(drift->failed ==
          std::vector<std::string>{"the out policy 10.1.0.0/24 === 10.2.0.0/24 was gone; adding the out policy "
                                   "10.1.0.0/24 === 10.2.0.0/24: ENOMEM: Cannot allocate memory"});
    CHECK(Reconciler(books).run(kBoot)->repaired ==
          std::vector<std::string>{"the out policy 10.1.0.0/24 === 10.2.0.0/24 was gone"});
    CHECK(memory.policy_count() == 3);
}

TEST_CASE("a policy that could not be deleted goes at the next look", "[netlink][hostile-g4]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(installed);
    kernel.fail_change(1, ENOMEM, ChangeKind::delete_policy);
    kernel.fail_change(4, ENOMEM, ChangeKind::delete_policy);
    CHECK_FALSE(installer.remove(*installed));
    REQUIRE(memory.policy_count() == 1);
    Reconciler reconciler(books);
    SECTION("when one looks at all of them") {
        const auto drift = reconciler.run(kBoot);
        REQUIRE(drift);
        CHECK(drift->removed == std::vector<std::string>{"the out policy 10.1.0.0/24 === 10.2.0.0/24 was left"});
        CHECK(drift->repaired.empty());
    }
    SECTION("at the end") { CHECK(reconciler.retire()); }
    CHECK(memory.empty());
    CHECK(books.policies.size() == 0);
}

TEST_CASE("broken tunnels are told in the order of their SPIs", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    Books books(kernel, {1, 2});
    Installer installer(books);
    std::vector<InstalledTunnel> tunnels;
    for (std::uint32_t i = 1; i <= 20; ++i)
        tunnels.push_back(*installer.install(tunnel(0xc0000000 + i, 0xd0000000 + i)));
    for (const InstalledTunnel& one : tunnels) REQUIRE(make(kernel, DeleteSa{one.outbound}));
    CHECK(Reconciler(books).run(kBoot)->broken == tunnels);
}

TEST_CASE("a notice about a policy costs a question about that policy", "[netlink][hostile-g5][hostile-g12]") {
    class Unlisted final : public PassingKernel {
    public:
        using PassingKernel::PassingKernel;
        KernelResult<std::vector<SaState>> list_sas() override { return refused(EIO); }
        KernelResult<std::vector<PolicyState>> list_policies() override { return refused(EIO); }
    };
    MemoryKernel memory;
    Unlisted kernel(memory);
    Books books(kernel);
    REQUIRE(Installer(books).install(tunnel(0xc0000001, 0xd0000001)));
    Reconciler reconciler(books);
    const PolicyId out{Direction::out, kNets};
    CHECK(reconciler.check({out}).none());

    REQUIRE(make(memory, DeletePolicy{out}));
    const Drift gone = reconciler.check({out});
    CHECK(gone.repaired == std::vector<std::string>{"the out policy 10.1.0.0/24 === 10.2.0.0/24 was gone"});
    CHECK(memory.policy(out) != nullptr);

    PolicySpec foreign = policy(Direction::out, selector("10.9.0.0/24", "10.8.0.0/24"));
    foreign.index = policy_index(1, Direction::out);
    REQUIRE(make(memory, AddPolicy{foreign}));
    CHECK(reconciler.check({foreign.id}).none());
    CHECK(memory.policy(foreign.id) != nullptr);
}

TEST_CASE("an SA that has gone is told, never put back", "[netlink][hostile-g5][rfc4303-3.3.3]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(installed);
    REQUIRE(make(kernel, DeleteSa{installed->outbound}));
    const auto drift = Reconciler(books).run(kBoot);
    REQUIRE(drift);
    CHECK(drift->broken == std::vector<InstalledTunnel>{*installed});
    CHECK(kernel.sa(installed->outbound) == nullptr);
}

TEST_CASE("a larval SA in its place does not hide that an SA has gone", "[netlink][hostile-g5][rfc4301-4.4.1]") {
    MemoryKernel kernel;
    Books books(kernel);
    const auto installed = Installer(books).install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(installed);
    Reconciler reconciler(books);
    CHECK_FALSE(reconciler.is_gone(installed->outbound));
    kernel.put_larval(installed->outbound, address("192.0.2.1"), installed->reqid);
    CHECK(reconciler.is_gone(installed->outbound));
    CHECK(reconciler.run(kBoot)->broken == std::vector<InstalledTunnel>{*installed});
    REQUIRE(make(kernel, DeleteSa{installed->outbound}));
    CHECK(reconciler.is_gone(installed->outbound));
}

TEST_CASE("somebody else's policies and SAs are never touched", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    PolicySpec foreign = policy(Direction::out, selector("10.9.0.0/24", "10.8.0.0/24"));
    foreign.index = policy_index(1, Direction::out);
    REQUIRE(make(kernel, AddPolicy{foreign}));
    SaSpec sa_of_theirs = sa(0xc0000077);
    const SaId theirs = sa_of_theirs.id;
    REQUIRE(make(kernel, AddSa{std::move(sa_of_theirs)}));
    Books books(kernel);
    Reconciler reconciler(books);
    const auto inherited = reconciler.inherit(kNow, kLife);
    REQUIRE(inherited);
    CHECK(inherited->policies == 0);
    CHECK(inherited->sas == 0);
    CHECK(reconciler.run(kBoot)->none());
    REQUIRE(reconciler.retire());
    CHECK(kernel.policy(foreign.id) != nullptr);
    CHECK(kernel.sa(theirs) != nullptr);
}

TEST_CASE("a trap gives way to its tunnel and comes back behind it", "[netlink][rfc4301-5.1]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    StandingPolicies standing(books);
    const std::vector<PolicySpec> traps{trap_policy()};
    const auto standing_trap = standing.put(Rank::trap, traps);
    REQUIRE(standing_trap);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(installed);
    CHECK(kernel.policy(traps[0].id)->templates[0].spi == Spi{0xd0000001});

    SECTION("the tunnel goes first") {
        REQUIRE(installer.remove(*installed));
        CHECK(kernel.policy(traps[0].id)->templates[0].reqid == Reqid{9});
        CHECK(kernel.policy_count() == 1);
        REQUIRE(standing.take_away(*standing_trap, traps));
    }
    SECTION("the trap goes first") {
        REQUIRE(standing.take_away(*standing_trap, traps));
        CHECK(kernel.policy(traps[0].id)->templates[0].spi == Spi{0xd0000001});
        REQUIRE(installer.remove(*installed));
    }
    CHECK(kernel.empty());
}

TEST_CASE("standing policies are put there whole or not at all", "[netlink][hostile-g4]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    Books books(kernel);
    StandingPolicies standing(books);
    PolicySpec second = trap_policy();
    second.id.selector = selector("10.1.0.0/24", "10.3.0.0/24");
    kernel.fail_change(2, ENOMEM);
    const auto put = standing.put(Rank::trap, {trap_policy(), second});
    REQUIRE_FALSE(put);
    CHECK(put.error().text == "adding the out policy 10.1.0.0/24 === 10.3.0.0/24: ENOMEM: Cannot allocate memory");
    CHECK(memory.empty());
    CHECK(books.policies.size() == 0);
}

TEST_CASE("a kernel that cannot be listed is left alone", "[netlink][hostile-g3]") {
    MemoryKernel memory;
    Books books(memory);
    REQUIRE(Installer(books).install(tunnel(0xc0000001, 0xd0000001)));
    class Mute final : public Kernel {
    public:
        std::vector<KernelResult<void>> apply(std::span<const Change> changes) override {
            return std::vector<KernelResult<void>>(changes.size());
        }
        KernelResult<SaState> find_sa(const SaId&) override { return refused(EIO); }
        KernelResult<SaSpec> read_sa(const SaId&) override { return refused(EIO); }
        KernelResult<PolicyState> find_policy(const PolicyId&) override { return refused(EIO); }
        KernelResult<std::vector<SaState>> list_sas() override { return refused(EINTR); }
        KernelResult<std::vector<PolicyState>> list_policies() override { return refused(EINTR); }
        KernelResult<void> probe() override { return {}; }
    } mute;
    Books unlisted(mute);
    REQUIRE(Installer(unlisted).install(tunnel(0xc0000001, 0xd0000001)));
    CHECK_FALSE(Reconciler(unlisted).run(kBoot));
    CHECK_FALSE(Reconciler(unlisted).inherit(kNow, kLife));
    CHECK(unlisted.tunnels.size() == 1);
}

}  // namespace xfrmd::netlink::test
