// Every errno at every change of everything that is asked of the kernel: what it had before is what it has afterwards.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "netlink/reconciler.h"
#include "netlink/standing_policies.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

const Selector kNets = selector("10.1.0.0/24", "10.2.0.0/24");
const Selector kSubnet = selector("10.1.0.0/28", "10.2.0.0/24");

std::vector<PolicySpec> blocks() {
    std::vector<PolicySpec> made;
    for (const Direction direction : {Direction::out, Direction::in, Direction::forward}) {
        made.push_back(policy(direction, direction == Direction::out ? kNets : reversed(kNets)));
        made.back().action = PolicyAction::block;
        made.back().templates.clear();
        made.back().priority += 1;
    }
    return made;
}

std::vector<PolicySpec> traps() { return {policy(Direction::out, kNets), policy(Direction::out, kSubnet)}; }

// A kernel with what is usual, and somebody else's policy.
struct Bench {
    MemoryKernel memory;
    FailingKernel kernel{memory};
    Books books{kernel};
    Installer installer{books};
    StandingPolicies standing{books};
    Reconciler reconciler{books};
    std::vector<InstalledTunnel> tunnels;
    std::optional<Claimant> trap;

    Bench() { REQUIRE(make(memory, add(policy(Direction::out, selector("10.7.0.0/24", "10.8.0.0/24"))))); }

    // The tunnel that is number `n`; `selectors` as those of any other.
    KernelResult<void> install(std::uint32_t n, std::vector<Selector> selectors = {kNets, kSubnet}) {
        const auto installed = installer.install(tunnel(0xc0000000 + n, 0xd0000000 + n, std::move(selectors)));
        if (!installed) return tl::unexpected<KernelError>(installed.error().kernel);
        tunnels.push_back(*installed);
        return {};
    }
    KernelResult<void> put(Rank rank, const std::vector<PolicySpec>& policies) {
        const auto claimant = standing.put(rank, policies);
        if (!claimant) return tl::unexpected<KernelError>(claimant.error());
        trap = *claimant;
        return {};
    }
    // All that a packet would meet. An index may be another one.
    std::vector<std::string> content() {
        std::vector<std::string> all;
        const auto sas = memory.list_sas();
        const auto policies = memory.list_policies();
        for (const SaState& sa : *sas) {
            all.push_back(describe(DeleteSa{sa.id}) + " reqid " + std::to_string(static_cast<int>(sa.reqid)));
        }
        for (const PolicyState& state : *policies) {
            all.push_back(describe(DeletePolicy{state.policy.id}) + " priority " +
                          std::to_string(state.policy.priority) + " action " +
                          std::to_string(static_cast<int>(state.policy.action)));
            for (const Template& hop : state.policy.templates) {
                all.back() += " reqid " + std::to_string(static_cast<int>(hop.reqid)) + " spi " +
                              std::to_string(static_cast<unsigned>(hop.spi));
            }
        }
        std::sort(all.begin(), all.end());
        return all;
    }
};

struct Row {
    const char* name;
    std::function<void(Bench&)> before;
    std::function<KernelResult<void>(Bench&)> work;
    bool takes_away = false;
};

void nothing(Bench&) {}
void trap_over_block(Bench& bench) {
    REQUIRE(bench.put(Rank::block, blocks()));
    REQUIRE(bench.put(Rank::trap, traps()));
}
void tunnel_over_trap(Bench& bench) {
    trap_over_block(bench);
    REQUIRE(bench.install(1));
}
void two_tunnels(Bench& bench) {
    tunnel_over_trap(bench);
    REQUIRE(bench.install(2));
}

std::vector<Row> rows() {
    return {
        {"a first tunnel", nothing, [](Bench& bench) { return bench.install(1); }},
        {"a tunnel over its trap and block", trap_over_block, [](Bench& bench) { return bench.install(1); }},
        {"a tunnel in another's place", tunnel_over_trap, [](Bench& bench) { return bench.install(2); }},
        {"a tunnel that shares half of its policies", tunnel_over_trap,
         [](Bench& bench) { return bench.install(2, {kSubnet, selector("10.1.9.0/24", "10.2.0.0/24")}); }},
        {"a trap", nothing, [](Bench& bench) { return bench.put(Rank::trap, traps()); }},
        {"a block", nothing, [](Bench& bench) { return bench.put(Rank::block, blocks()); }},
        {"a trap over a block", [](Bench& bench) { REQUIRE(bench.put(Rank::block, blocks())); },
         [](Bench& bench) { return bench.put(Rank::trap, traps()); }},
        {"removing a tunnel", nothing,
         [](Bench& bench) {
             REQUIRE(bench.install(1));
             return bench.installer.remove(bench.tunnels.front());
         },
         true},
        {"removing a tunnel over its trap", tunnel_over_trap,
         [](Bench& bench) { return bench.installer.remove(bench.tunnels.back()); }, true},
        {"removing the newer tunnel", two_tunnels,
         [](Bench& bench) { return bench.installer.remove(bench.tunnels.back()); }, true},
        {"removing the older tunnel", two_tunnels,
         [](Bench& bench) { return bench.installer.remove(bench.tunnels.front()); }, true},
        {"removing a trap", trap_over_block,
         [](Bench& bench) { return bench.standing.take_away(*bench.trap, traps()); }, true},
    };
}

constexpr int kErrnos[] = {EEXIST, ESRCH, ENOMEM, EINVAL, ENOSYS, EPERM, EOPNOTSUPP};

// The n-th change of the row's work is refused; false where there is no n-th.
bool refuse(const Row& row, std::size_t n, int errno_value) {
    Bench bench;
    row.before(bench);
    const auto before = bench.content();
    bench.kernel.fail_change(n, errno_value);
    const KernelResult<void> result = row.work(bench);
    if (!bench.kernel.has_failed()) return false;
    bench.kernel.heal();
    REQUIRE_FALSE(result);
    CHECK(result.error().errno_value == errno_value);
    CHECK(result.error().text.find(kernel_error(errno_value).text) != std::string::npos);
    CHECK(result.error().text.starts_with("adding ") != result.error().text.starts_with("updating "));
    CHECK(bench.content() == before);
    // Nothing in the books either that wants to come back.
    CHECK(bench.reconciler.run(base::Instant{})->none());
    CHECK(bench.content() == before);
    // It may be tried again.
    CHECK(row.work(bench));
    return true;
}

}  // namespace

TEST_CASE("whatever is refused, the kernel has what it had", "[netlink][hostile-g4][rfc4301-4.4]") {
    for (const Row& row : rows()) {
        if (row.takes_away) continue;
        for (const int errno_value : kErrnos) {
            std::size_t n = 1;
            INFO(row.name << ", errno " << errno_value);
            while (refuse(row, n, errno_value)) ++n;
            CHECK(n > 1);
        }
    }
}

TEST_CASE("what is to go goes, though the kernel refuses each change once", "[netlink][hostile-g4]") {
    for (const Row& row : rows()) {
        if (!row.takes_away) continue;
        Bench smooth;
        row.before(smooth);
        REQUIRE(row.work(smooth));
        for (const int errno_value : kErrnos) {
            if (errno_value == ESRCH) continue;  // it has gone
            for (const auto kind : {ChangeKind::delete_sa, ChangeKind::update_policy, ChangeKind::delete_policy}) {
                for (std::size_t n = 1; n <= 6; ++n) {
                    INFO(row.name << ", change " << n << " of kind " << static_cast<int>(kind) << ", errno "
                                  << errno_value);
                    Bench bench;
                    row.before(bench);
                    bench.kernel.fail_change(n, errno_value, kind);
                    CHECK(row.work(bench));
                    CHECK(bench.content() == smooth.content());
                    bench.kernel.heal();
                    CHECK(bench.reconciler.run(base::Instant{})->none());
                }
            }
        }
    }
}

}  // namespace xfrmd::netlink::test
