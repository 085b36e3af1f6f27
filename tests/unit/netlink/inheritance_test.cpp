#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "netlink/reconciler.h"
#include "netlink/standing_policies.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

const Selector kNets = selector("10.1.0.0/24", "10.2.0.0/24");
const PolicyId kOut{Direction::out, kNets};

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'000'000)};
constexpr std::chrono::seconds kLife{3600};
constexpr base::Instant kBoot{std::chrono::hours(1)};

// What a process that was killed left behind.
InstalledTunnel leave_behind(Kernel& kernel, const TunnelSpec& spec = tunnel(0xc0000001, 0xd0000001)) {
    Books books(kernel);
    const auto installed = Installer(books).install(spec);
    REQUIRE(installed);
    return *installed;
}

}  // namespace

TEST_CASE("what a killed process left behind works on until a new tunnel takes its policies over",
          "[netlink][hostile-g9]") {
    MemoryKernel kernel;
    leave_behind(kernel);
    Books books(kernel);
    Reconciler reconciler(books);
    const auto inherited = reconciler.inherit(kNow, kLife);
    REQUIRE(inherited);
    CHECK(inherited->policies == 3);
    CHECK(inherited->sas == 2);
    CHECK(reconciler.run(kBoot)->none());
    CHECK(kernel.sa_count() == 2);

    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000002, 0xd0000002));
    REQUIRE(installed);
    CHECK(installed->reqid != Reqid{1});  // the old SAs still have it
    CHECK(kernel.policy_count() == 3);
    CHECK(kernel.policy({Direction::out, kNets})->templates[0].spi == Spi{0xd0000002});
    CHECK(kernel.sa_count() == 4);
    // The old SAs go when what was on its way has had time to arrive.
    // However often one looks.
    REQUIRE(reconciler.run(kBoot));
    REQUIRE(reconciler.run(kBoot + Reconciler::kGrace - std::chrono::nanoseconds(1)));
    CHECK(kernel.sa_count() == 4);
    REQUIRE(reconciler.run(kBoot + Reconciler::kGrace));
    CHECK(kernel.sa_count() == 2);
    CHECK(kernel.policy_count() == 3);
    REQUIRE(installer.remove(*installed));
    CHECK(kernel.empty());
}

TEST_CASE("what a killed process left behind ends by itself", "[netlink][hostile-g9]") {
    MemoryKernel kernel;
    kernel.set_time(kNow - std::chrono::seconds(100));
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    spec.sa.tell_direction = GENERATE(false, true);
    leave_behind(kernel, spec);
    Books books(kernel);
    REQUIRE(Reconciler(books).inherit(kNow, kLife));
    const auto sas = kernel.list_sas();
    REQUIRE(sas);
    REQUIRE(sas->size() == 2);
    for (const SaState& sa : *sas) {
        CHECK(sa.lifetime.hard.since_added == kLife + std::chrono::seconds(100));
        CHECK(sa.algorithms.cipher == "rfc4106(gcm(aes))");
    }
}

TEST_CASE("so do SAs of AH, and those of IPComp in front", "[netlink][hostile-g9][rfc4302][rfc3173]") {
    MemoryKernel kernel;
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    spec.protocol = kAh;
    spec.algorithms_in = Mac{"hmac(sha256)", key(32), 128};
    spec.algorithms_out = Mac{"hmac(sha256)", key(32), 128};
    spec.ipcomp = IpCompSpis{Spi{0x1001}, Spi{0x2001}};
    kernel.set_time(kNow);
    leave_behind(kernel, spec);
    Books books(kernel);
    REQUIRE(Reconciler(books).inherit(kNow, kLife)->sas == 4);
    const auto sas = kernel.list_sas();
    REQUIRE(sas);
    for (const SaState& sa : *sas) CHECK(sa.lifetime.hard.since_added == kLife);
}

TEST_CASE("what nobody claims goes when it is retired", "[netlink][hostile-g9]") {
    MemoryKernel kernel;
    leave_behind(kernel);
    Books books(kernel);
    Reconciler reconciler(books);
    REQUIRE(reconciler.inherit(kNow, kLife));
    REQUIRE(reconciler.retire());
    CHECK(kernel.empty());
    CHECK(books.policies.size() == 0);
}

TEST_CASE("an inherited policy goes with the SA that served it", "[netlink][hostile-g9][rfc4301-4.4.2.1]") {
    MemoryKernel kernel;
    const InstalledTunnel old = leave_behind(kernel);
    Books books(kernel);
    Reconciler reconciler(books);
    REQUIRE(reconciler.inherit(kNow, kLife));
    CHECK(books.is_inherited(kOut));

    SECTION("at the next look") {
        REQUIRE(make(kernel, DeleteSa{old.outbound}));
        CHECK(reconciler.run(kBoot)->none());
        CHECK(kernel.policy(kOut) == nullptr);
        CHECK(kernel.policy_count() == 2);
    }
    SECTION("or at a notice") {
        reconciler.lose_orphan(old.inbound);
        CHECK(kernel.policy(kOut) != nullptr);
        CHECK(kernel.policy_count() == 1);
    }
    SECTION("unless somebody has claimed it") {
        REQUIRE(Installer(books).install(tunnel(0xc0000002, 0xd0000002)));
        REQUIRE(make(kernel, DeleteSa{old.outbound}));
        CHECK(reconciler.run(kBoot)->none());
        CHECK(kernel.policy_count() == 3);
    }
    SECTION("unless another one serves it") {
        REQUIRE(make(kernel, DeleteSa{old.inbound}));
        SaSpec rekeyed = sa(0xc0000009);
        std::swap(rekeyed.source, rekeyed.id.destination);
        rekeyed.reqid = old.reqid;
        REQUIRE(make(kernel, AddSa{std::move(rekeyed)}));
        Books others(kernel);
        REQUIRE(Reconciler(others).inherit(kNow, kLife)->sas == 2);
        CHECK(Reconciler(others).run(kBoot)->none());
        CHECK(kernel.policy_count() == 3);
    }
}

// Linux makes a larval SA whole when it is updated: with algorithms that only stand in, it would protect nothing.
TEST_CASE("a larval SA is not inherited", "[netlink][hostile-g9][rfc4301-4.4.1]") {
    class Ending final : public Kernel {
    public:
        explicit Ending(MemoryKernel& inner) : inner_(inner) {}
        std::vector<KernelResult<void>> apply(std::span<const Change> changes) override {
            if (const SaId id = std::exchange(ends, {}); id.spi != Spi{}) {
                inner_.put_larval(id, address("192.0.2.1"), Reqid{1});
            }
            return inner_.apply(changes);
        }
        KernelResult<SaState> find_sa(const SaId& id) override { return inner_.find_sa(id); }
        KernelResult<PolicyState> find_policy(const PolicyId& id) override { return inner_.find_policy(id); }
        KernelResult<std::vector<SaState>> list_sas() override { return inner_.list_sas(); }
        KernelResult<std::vector<PolicyState>> list_policies() override { return inner_.list_policies(); }
        KernelResult<void> probe() override { return {}; }

        SaId ends;

    private:
        MemoryKernel& inner_;
    };
    MemoryKernel memory;
    const InstalledTunnel old = leave_behind(memory);
    Ending kernel(memory);
    SECTION("larval when we look") { memory.put_larval(old.outbound, address("192.0.2.1"), old.reqid); }
    SECTION("larval just after") { kernel.ends = old.outbound; }
    Books books(kernel);
    REQUIRE(Reconciler(books).inherit(kNow, kLife));
    const auto left = memory.find_sa(old.outbound);
    CHECK((!left || is_larval(*left)));
    CHECK(memory.find_sa(old.inbound)->lifetime.hard.since_added.count() != 0);
}

TEST_CASE("an inherited policy that is flushed comes back", "[netlink][hostile-g5][hostile-g9]") {
    MemoryKernel kernel;
    leave_behind(kernel);
    const PolicySpec before = *kernel.policy(kOut);
    Books books(kernel);
    Reconciler reconciler(books);
    REQUIRE(reconciler.inherit(kNow, kLife));
    REQUIRE(make(kernel, DeletePolicy{kOut}));
    CHECK(reconciler.run(kBoot)->repaired.size() == 1);
    REQUIRE(kernel.policy(kOut) != nullptr);
    CHECK(*kernel.policy(kOut) == before);
}

TEST_CASE("a tunnel that fails gives back what it inherited", "[netlink][hostile-g4][hostile-g9]") {
    for (std::size_t n = 1; n <= 5; ++n) {
        INFO("change " << n);
        MemoryKernel memory;
        FailingKernel kernel(memory);
        leave_behind(kernel);
        const auto before = *memory.list_policies();
        Books books(kernel);
        Reconciler reconciler(books);
        REQUIRE(reconciler.inherit(kNow, kLife));
        kernel.fail_change(n, ENOMEM);
        REQUIRE_FALSE(Installer(books).install(tunnel(0xc0000002, 0xd0000002)));
        const auto after = *memory.list_policies();
        REQUIRE(after.size() == before.size());
        for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i].policy == before[i].policy);
        CHECK(books.is_inherited(kOut));
        REQUIRE(reconciler.run(kBoot));
        REQUIRE(reconciler.run(kBoot + Reconciler::kGrace));
        CHECK(memory.sa_count() == 2);
        REQUIRE(reconciler.retire());
        CHECK(memory.empty());
    }
}

TEST_CASE("a trap takes the place of one that was left, for good", "[netlink][hostile-g9]") {
    MemoryKernel kernel;
    const std::vector<PolicySpec> traps{policy(Direction::out, kNets)};
    Books earlier(kernel);
    REQUIRE(StandingPolicies(earlier).put(Rank::trap, traps));
    Books books(kernel);
    REQUIRE(Reconciler(books).inherit(kNow, kLife));
    CHECK_FALSE(books.is_inherited(kOut));  // no SA serves it
    StandingPolicies standing(books);
    const auto trap = standing.put(Rank::trap, traps);
    REQUIRE(trap);
    CHECK(kernel.policy_count() == 1);
    REQUIRE(standing.take_away(*trap, traps));
    CHECK(kernel.empty());
}

}  // namespace xfrmd::netlink::test
