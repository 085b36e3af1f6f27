// Tunnels that have selectors in common: whose policies stand, and what they have the same reqid for.
#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

const Selector kNets = selector("10.1.0.0/24", "10.2.0.0/24");
const Selector kReversedNets = selector("10.2.0.0/24", "10.1.0.0/24");

}  // namespace

TEST_CASE("tunnels of one set of selectors share a reqid, others do not", "[netlink]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const Selector other = selector("10.1.0.0/24", "10.3.0.0/24");
    const auto first = installer.install(tunnel(0xc0000001, 0xd0000001, {kNets, other}));
    const auto same = installer.install(tunnel(0xc0000002, 0xd0000002, {other, kNets}));
    const auto part = installer.install(tunnel(0xc0000003, 0xd0000003, {other}));
    REQUIRE((first && same && part));
    CHECK(first->reqid == Reqid{1});
    CHECK(same->reqid == Reqid{1});
    CHECK(part->reqid == Reqid{2});
    CHECK(kernel.policy_count() == 6);
    CHECK(kernel.sa_count() == 6);
    // A failed tunnel takes none away for good.
    FailingKernel failing(kernel);
    REQUIRE(installer.remove(*first));
    CHECK(installer.install(tunnel(0xc0000004, 0xd0000004, {kNets, other}))->reqid == Reqid{1});
}

TEST_CASE("a shared policy leads into the newest tunnel that stands", "[netlink]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto out_spi = [&] {
        const PolicySpec* out = kernel.policy({Direction::out, kNets});
        return out != nullptr ? out->templates[0].spi : Spi{0};
    };
    const auto first = installer.install(tunnel(0xc0000001, 0xd0000001));
    TunnelSpec moved = tunnel(0xc0000002, 0xd0000002);
    moved.remote = address("198.51.100.2");
    const auto second = installer.install(moved);
    const auto third = installer.install(tunnel(0xc0000003, 0xd0000003));
    REQUIRE((first && second && third));
    CHECK(out_spi() == Spi{0xd0000003});

    SECTION("newest first") {
        REQUIRE(installer.remove(*third));
        CHECK(out_spi() == Spi{0xd0000002});
        CHECK(kernel.policy({Direction::out, kNets})->templates[0].destination == address("198.51.100.2"));
        CHECK(kernel.policy({Direction::in, kReversedNets})->templates[0].source == address("198.51.100.2"));
        CHECK(kernel.policy({Direction::forward, kReversedNets})->templates[0].source == address("198.51.100.2"));
        REQUIRE(installer.remove(*second));
        CHECK(out_spi() == Spi{0xd0000001});
        REQUIRE(installer.remove(*first));
    }
    SECTION("oldest first") {
        REQUIRE(installer.remove(*first));
        REQUIRE(installer.remove(*second));
        CHECK(out_spi() == Spi{0xd0000003});
        REQUIRE(installer.remove(*third));
    }
    CHECK(kernel.empty());
}

TEST_CASE("a tunnel that fails gives shared policies back", "[netlink][hostile-g4]") {
    for (std::size_t n = 1; n <= 5; ++n) {
        INFO("change " << n);
        MemoryKernel memory;
        FailingKernel kernel(memory);
        Books books(kernel);
        Installer installer(books);
        REQUIRE(installer.install(tunnel(0xc0000001, 0xd0000001)));
        const auto before = *memory.list_policies();
        kernel.fail_change(n, ENOMEM);
        REQUIRE_FALSE(installer.install(tunnel(0xc0000002, 0xd0000002)));
        CHECK(memory.sa_count() == 2);
        const auto after = *memory.list_policies();
        REQUIRE(after.size() == before.size());
        for (std::size_t i = 0; i < after.size(); ++i) {
            CHECK(after[i].policy == before[i].policy);
        }
    }
}

TEST_CASE("tunnel and transport mode may share what both have", "[netlink]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const Selector hosts = selector("192.0.2.1/32", "192.0.2.2/32");
    const auto tunnelled = installer.install(tunnel(0xc0000001, 0xd0000001, {hosts}));
    TunnelSpec spec = tunnel(0xc0000002, 0xd0000002, {hosts});
    spec.mode = Mode::transport;
    const auto transported = installer.install(spec);
    REQUIRE((tunnelled && transported));
    CHECK(tunnelled->reqid != transported->reqid);
    CHECK(kernel.policy({Direction::out, hosts})->templates[0].mode == Mode::transport);
    CHECK(kernel.policy({Direction::forward, reversed(hosts)})->templates[0].mode == Mode::tunnel);
    REQUIRE(installer.remove(*tunnelled));
    CHECK(kernel.policy({Direction::out, hosts})->templates[0].mode == Mode::transport);
    CHECK(kernel.policy({Direction::forward, reversed(hosts)}) == nullptr);
    REQUIRE(installer.remove(*transported));
    CHECK(kernel.empty());
}

}  // namespace xfrmd::netlink::test
