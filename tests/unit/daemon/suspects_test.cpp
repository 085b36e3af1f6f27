#include "daemon/suspects.h"

#include <catch2/catch_test_macros.hpp>

#include "netlink/memory_kernel.h"
#include "netlink/reconciler.h"
#include "tests/unit/daemon/child_samples.h"
#include "tests/unit/daemon/manual_samples.h"
#include "tests/unit/netlink/specs.h"

using namespace xfrmd;
using daemon::test::child;
using daemon::test::install;
using netlink::ChangeOfEntry;
using netlink::Direction;
using netlink::SaId;
using netlink::Spi;

namespace {

const netlink::Selector kNets = netlink::test::selector("10.1.0.0/24", "10.2.0.0/24");
const netlink::PolicyId kOurs{Direction::out, kNets};
const netlink::PolicyId kTheirs{Direction::out, netlink::test::selector("10.8.0.0/24", "10.9.0.0/24")};

SaId sa(const char* destination, std::uint32_t spi) { return {*base::Address::parse(destination), Spi{spi}}; }

struct Bench {
    netlink::MemoryKernel kernel;
    netlink::Books books{kernel};
    daemon::Tunnels tunnels{books};
    daemon::ManualSas manual{books, [](const std::string&) { return 0U; }};
    daemon::Suspects suspects{books, tunnels, manual};

    Bench() { REQUIRE(install(tunnels, child(1, "10.1.0.0/24", "10.2.0.0/24"))); }
};

}  // namespace

TEST_CASE("what others do to what is theirs is no reason to look", "[daemon][hostile-g5]") {
    Bench bench;
    const std::uint32_t theirs = netlink::policy_index(7, Direction::out);
    for (const auto change : {ChangeOfEntry::added, ChangeOfEntry::updated, ChangeOfEntry::deleted}) {
        bench.suspects.note(netlink::SaChangeEvent{sa("192.0.2.1", 0xc0000077), change});
        bench.suspects.note(netlink::PolicyChangeEvent{kTheirs, theirs, change});
    }
    bench.suspects.note(netlink::ExpireEvent{sa("192.0.2.1", 0xc0000077), {}, true});
    CHECK(bench.suspects.none());
}

TEST_CASE("a notice about ours is a reason to look at that", "[daemon][hostile-g5][hostile-g12]") {
    Bench bench;
    SECTION("an SA, inbound or outbound") {
        const SaId in = sa("192.0.2.1", 0xc0000001);
        const SaId out = sa("192.0.2.2", 0xc1000001);
        bench.suspects.note(netlink::SaChangeEvent{in, ChangeOfEntry::deleted});
        bench.suspects.note(netlink::SaChangeEvent{out, ChangeOfEntry::deleted});
        CHECK(bench.suspects.take().sas == std::set<SaId>{in, out});
    }
    SECTION("a policy that we know, whatever index it has now") {
        bench.suspects.note(
            netlink::PolicyChangeEvent{kOurs, netlink::policy_index(7, Direction::out), ChangeOfEntry::updated});
        CHECK(bench.suspects.take().policies.contains(kOurs));
    }
    SECTION("a policy with our index, whether we know it or not") {
        bench.suspects.note(
            netlink::PolicyChangeEvent{kTheirs, bench.books.policies.find(kOurs)->index, ChangeOfEntry::added});
        CHECK(bench.suspects.take().policies.contains(kTheirs));
    }
    SECTION("not at everything, and once") {
        bench.suspects.note(
            netlink::PolicyChangeEvent{kOurs, bench.books.policies.find(kOurs)->index, ChangeOfEntry::deleted});
        CHECK_FALSE(bench.suspects.take().at_everything);
        CHECK(bench.suspects.none());
    }
}

TEST_CASE("an inherited SA that ends is looked at", "[daemon][hostile-g9]") {
    Bench earlier;
    netlink::Books books(earlier.kernel);
    REQUIRE(netlink::Reconciler(books).inherit({}, std::chrono::hours(1)));
    daemon::Tunnels tunnels(books);
    daemon::Suspects suspects(books, tunnels, earlier.manual);
    suspects.note(netlink::ExpireEvent{sa("192.0.2.2", 0xc1000001), {}, false});
    CHECK(suspects.none());
    suspects.note(netlink::ExpireEvent{sa("192.0.2.2", 0xc1000001), {}, true});
    CHECK(suspects.take().sas.size() == 1);
}

TEST_CASE("a manual SA, and too much at once, want everything looked at", "[daemon][hostile-g12]") {
    Bench bench;
    SECTION("a manual SA") {
        std::vector<policy::ManualSa> wanted;
        wanted.push_back(daemon::test::manual_esp());
        REQUIRE(bench.manual.update(wanted).empty());
        bench.suspects.note(netlink::SaChangeEvent{sa("192.0.2.2", 256), ChangeOfEntry::deleted});
    }
    SECTION("too much") {
        const std::uint32_t ours = bench.books.policies.find(kOurs)->index;
        netlink::PolicyId id = kOurs;
        for (id.if_id = 1; id.if_id <= daemon::Suspects::kMost; ++id.if_id) {
            bench.suspects.note(netlink::PolicyChangeEvent{id, ours, ChangeOfEntry::deleted});
        }
        bench.suspects.note(netlink::PolicyChangeEvent{kOurs, ours, ChangeOfEntry::deleted});
    }
    CHECK(bench.suspects.at_everything());
    // Then there is nothing to be gained by telling the rest apart.
    bench.suspects.note(netlink::SaChangeEvent{sa("192.0.2.1", 0xc0000001), ChangeOfEntry::deleted});
    bench.suspects.note(netlink::PolicyChangeEvent{kOurs, bench.books.wanted(kOurs)->index, ChangeOfEntry::deleted});
    const daemon::Suspects::Look look = bench.suspects.take();
    CHECK(look.at_everything);
    CHECK(look.sas.empty());
    CHECK(look.policies.empty());
}

TEST_CASE("a comparison of everything leaves nothing to look at", "[daemon][hostile-g5]") {
    Bench bench;
    bench.suspects.note(netlink::SaChangeEvent{sa("192.0.2.1", 0xc0000001), ChangeOfEntry::deleted});
    bench.suspects.forget();
    CHECK(bench.suspects.none());
}
