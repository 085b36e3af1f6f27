#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "netlink/passing_kernel.h"
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

bool by_nobody(const PolicyId&) { return false; }

// What a process that was killed left behind.
InstalledTunnel leave_behind(Kernel& kernel, TunnelSpec&& spec = tunnel(0xc0000001, 0xd0000001)) {
    Books books(kernel);
    const auto installed = Installer(books).install(spec);
    REQUIRE(installed);
    return *installed;
}

}  // namespace

TEST_CASE("what a killed process left behind works on until a new tunnel takes its policies over",
          "[netlink][hostile-g9]") {
    MemoryKernel kernel;
    const InstalledTunnel old = leave_behind(kernel);
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
    CHECK(installed->reqid == Reqid{1});  // or the policies would let nothing pass that comes through the old SAs
    CHECK(kernel.policy_count() == 3);
    CHECK(kernel.policy({Direction::out, kNets})->templates[0].spi == Spi{0xd0000002});
    CHECK(kernel.find_sa(old.inbound));
    CHECK_FALSE(kernel.find_sa(old.outbound));
    CHECK(kernel.sa_count() == 3);
    // The old SAs go when what was on its way has had time to arrive.
    // However often one looks.
    REQUIRE(reconciler.run(kBoot));
    REQUIRE(reconciler.run(kBoot + Reconciler::kGrace - std::chrono::nanoseconds(1)));
    CHECK(kernel.sa_count() == 3);
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
    leave_behind(kernel, std::move(spec));
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
    leave_behind(kernel, std::move(spec));
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
        CHECK(reconciler.lower_unserved());
        CHECK(kernel.policy_count() == 3);
        CHECK(reconciler.drop_unserved(by_nobody));
        CHECK(kernel.policy(kOut) == nullptr);
        CHECK(kernel.policy_count() == 2);
        CHECK_FALSE(reconciler.lower_unserved());
    }
    SECTION("or at a notice") {
        reconciler.lose_orphan(old.inbound);
        CHECK(reconciler.lower_unserved());
        CHECK(reconciler.drop_unserved(by_nobody));
        CHECK(kernel.policy(kOut) != nullptr);
        CHECK(kernel.policy_count() == 1);
    }
    SECTION("unless somebody has claimed it") {
        REQUIRE(Installer(books).install(tunnel(0xc0000002, 0xd0000002)));
        REQUIRE(make(kernel, DeleteSa{old.inbound}));
        CHECK(reconciler.run(kBoot)->none());
        CHECK_FALSE(reconciler.lower_unserved());
        CHECK(kernel.policy_count() == 3);
    }
    SECTION("not before a trap stands in its place") {
        const std::vector<PolicySpec> traps{policy(Direction::out, kNets)};
        StandingPolicies standing(books);
        const bool at_once = GENERATE(true, false);
        if (at_once) {
            reconciler.lose_orphan(old.outbound);
            REQUIRE(reconciler.lower_unserved());
        } else {
            reconciler.disown();
        }
        CHECK_FALSE(books.is_inherited(kOut));
        REQUIRE(kernel.policy(kOut) != nullptr);
        REQUIRE(standing.put(Rank::trap, traps));
        if (at_once) {
            CHECK(reconciler.drop_unserved(by_nobody));
            CHECK(kernel.policy_count() == 3);
        } else {
            CHECK(reconciler.retire());
            CHECK(kernel.policy_count() == 1);
        }
        REQUIRE(kernel.policy(kOut) != nullptr);
        CHECK(kernel.policy(kOut)->templates == traps[0].templates);
    }
    SECTION("unless another one serves it") {
        REQUIRE(make(kernel, DeleteSa{old.inbound}));
        SaSpec rekeyed = sa(0xc0000009);
        std::swap(rekeyed.source, rekeyed.id.destination);
        rekeyed.reqid = old.reqid;
        REQUIRE(make(kernel, AddSa{std::move(rekeyed)}));
        Books others(kernel);
        Reconciler next(others);
        REQUIRE(next.inherit(kNow, kLife)->sas == 2);
        CHECK(next.run(kBoot)->none());
        CHECK_FALSE(next.lower_unserved());
        CHECK(kernel.policy_count() == 3);
    }
}

// Linux makes a larval SA whole when it is updated: with algorithms that only stand in, it would protect nothing.
TEST_CASE("a larval SA is not inherited", "[netlink][hostile-g9][rfc4301-4.4.1]") {
    class Ending final : public PassingKernel {
    public:
        explicit Ending(MemoryKernel& memory) : PassingKernel(memory), memory_(memory) {}
        std::vector<KernelResult<void>> apply(std::span<const Change> changes) override {
            if (const SaId id = std::exchange(ends, {}); id.spi != Spi{}) {
                memory_.put_larval(id, address("192.0.2.1"), Reqid{1});
            }
            return inner_.apply(changes);
        }
        KernelResult<std::vector<SaState>> list_sas() override {
            if (lists_left == 0) return refused(ENOBUFS);
            --lists_left;
            return inner_.list_sas();
        }

        SaId ends;
        unsigned lists_left = 2;

    private:
        MemoryKernel& memory_;
    };
    MemoryKernel memory;
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    if (GENERATE(false, true)) {  // RFC 4302
        spec.protocol = kAh;
        spec.algorithms_in = Mac{"hmac(sha256)", key(32), 128};
        spec.algorithms_out = Mac{"hmac(sha256)", key(32), 128};
    }
    const InstalledTunnel old = leave_behind(memory, std::move(spec));
    Ending kernel(memory);
    SECTION("larval when we look") { memory.put_larval(old.outbound, address("192.0.2.1"), old.reqid); }
    SECTION("larval just after") { kernel.ends = old.outbound; }
    SECTION("and nobody can say whether it was") {
        kernel.ends = old.outbound;
        kernel.lists_left = 1;
    }
    Books books(kernel);
    REQUIRE(Reconciler(books).inherit(kNow, kLife));
    const auto left = memory.find_sa(old.outbound);
    CHECK((!left || is_larval(*left)));
    CHECK_FALSE(books.is_inherited(kOut));
    const auto other = memory.find_sa(old.inbound);
    CHECK((!other || other->lifetime.hard.since_added == kNow.time_since_epoch() + kLife));
    CHECK(other.has_value() == (kernel.lists_left == 0 && books.orphaned_sas.contains(old.inbound)));
}

namespace {

// Where a process is killed: nothing that comes after the first `rounds` reaches the kernel.
class Dying final : public PassingKernel {
public:
    Dying(Kernel& inner, unsigned rounds) : PassingKernel(inner), left_(rounds) {}
    std::vector<KernelResult<void>> apply(std::span<const Change> changes) override {
        if (left_ == 0) return std::vector<KernelResult<void>>(changes.size(), refused(ENOMEM));
        --left_;
        return inner_.apply(changes);
    }

private:
    unsigned left_;
};

}  // namespace

TEST_CASE("SAs whose installation a kill cut short are known and end", "[netlink][hostile-g9]") {
    MemoryKernel kernel;
    leave_behind(kernel);
    {
        Books books(kernel);
        REQUIRE(Reconciler(books).inherit(kNow, kLife));
        Dying dying(kernel, 1);
        Books last_words(dying);
        TunnelSpec spec = tunnel(0xc0000002, 0xd0000002);
        spec.reqid = Reqid{77};
        std::vector<PolicySpec>& left = last_words.standing[Claimant::earlier_process];
        left = policies_of(make_tunnel(spec, tidied(spec.selectors), Reqid{1}));
        for (std::uint32_t number = 0; number < left.size(); ++number) {
            last_words.policies.claim(last_words.policies.enter(left[number].id),
                                      {Claimant::earlier_process, number, Rank::inherited});
        }
        CHECK_FALSE(Installer(last_words).install(spec));
    }
    SaSpec theirs = sa(0xd0000003);
    const SaId id_of_theirs = theirs.id;
    REQUIRE(make(kernel, AddSa{std::move(theirs)}));
    REQUIRE(kernel.sa_count() == 5);
    REQUIRE(kernel.policy_count() == 3);
    Books books(kernel);
    Reconciler reconciler(books);
    CHECK(reconciler.inherit(kNow, kLife)->sas == 4);
    REQUIRE(reconciler.run(kBoot));
    CHECK(kernel.sa_count() == 5);
    REQUIRE(reconciler.run(kBoot + Reconciler::kGrace));
    CHECK(kernel.sa_count() == 3);
    CHECK(kernel.sa(id_of_theirs) != nullptr);
    CHECK(books.is_inherited(kOut));
}

TEST_CASE("an SA with an SPI like ours, that somebody else's policy leads to, is not ours", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    leave_behind(kernel);
    SaSpec theirs = sa(0xc0000077);
    theirs.reqid = Reqid{4711};
    PolicySpec policy_of_theirs = policy(Direction::in, selector("10.9.0.0/24", "10.8.0.0/24"));
    policy_of_theirs.index = policy_index(1, Direction::in);
    policy_of_theirs.templates = {
        *kernel.policy({Direction::in, selector("10.2.0.0/24", "10.1.0.0/24")})->templates.begin()};
    policy_of_theirs.templates[0].reqid = theirs.reqid;
    theirs.source = policy_of_theirs.templates[0].source;
    theirs.id.destination = policy_of_theirs.templates[0].destination;
    REQUIRE(make(kernel, AddSa{std::move(theirs)}));
    const bool has_policy = GENERATE(true, false);
    if (has_policy) REQUIRE(make(kernel, AddPolicy{policy_of_theirs}));
    Books books(kernel);
    CHECK(Reconciler(books).inherit(kNow, kLife)->sas == (has_policy ? 2 : 3));
}

TEST_CASE("no reqid is given out that an SA of nobody known has: a trap would lead packets into it",
          "[netlink][hostile-g9][rfc4301-4.4.1]") {
    MemoryKernel kernel;
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    spec.policy.install = false;
    const Reqid theirs = leave_behind(kernel, std::move(spec)).reqid;
    Books books(kernel);
    REQUIRE(Reconciler(books).inherit(kNow, kLife)->sas == 0);
    const auto installed = Installer(books).install(tunnel(0xc0000002, 0xd0000002));
    REQUIRE(installed);
    CHECK(installed->reqid != theirs);
}

TEST_CASE("whether SAs towards a peer were inherited is known by its address", "[netlink][hostile-g12]") {
    MemoryKernel kernel;
    leave_behind(kernel);
    Books books(kernel);
    CHECK_FALSE(books.has_orphans_towards(address("192.0.2.2")));
    REQUIRE(Reconciler(books).inherit(kNow, kLife));
    CHECK(books.has_orphans_towards(address("192.0.2.2")));
    CHECK_FALSE(books.has_orphans_towards(address("192.0.2.0")));
    CHECK_FALSE(books.has_orphans_towards(address("192.0.2.3")));
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

TEST_CASE("an old SA is sent on until the kernel has the policy for the new one", "[netlink][hostile-g1]") {
    MemoryKernel memory;
    const InstalledTunnel old = leave_behind(memory);
    FailingKernel kernel(memory);
    Books books(kernel);
    REQUIRE(Reconciler(books).inherit(kNow, kLife));
    Installer installer(books);
    TunnelSpec spec = tunnel(0xc0000002, 0xd0000002);
    spec.defers_outbound = true;
    const auto installed = installer.install(std::move(spec));
    REQUIRE(installed);
    CHECK(memory.find_sa(old.outbound));
    const bool fails = GENERATE(true, false);
    for (std::size_t n = 1; fails && n <= 2; ++n) kernel.fail_change(n, ENOMEM, ChangeKind::update_policy);
    CHECK(installer.use(*installed).has_value() == !fails);
    CHECK(memory.find_sa(old.outbound).has_value() == fails);
    CHECK(memory.policy(kOut)->templates[0].spi == (fails ? old : *installed).outbound.spi);
}

}  // namespace xfrmd::netlink::test
