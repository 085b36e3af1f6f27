#include "daemon/tunnels.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <iterator>

#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"
#include "tests/unit/daemon/child_samples.h"

using namespace xfrmd;
using daemon::test::child;
using daemon::test::install;

namespace {

constexpr int kErrnos[] = {EEXIST, ESRCH, ENOMEM, EINVAL, ENOSYS, EPERM, EOPNOTSUPP};

base::Result<void> remove(daemon::Tunnels& tunnels, std::uint64_t child) {
    const ike::ChildSaId id{child};
    return tunnels.remove({&id, 1});
}

}  // namespace

TEST_CASE("a child becomes two SAs and three policies, and goes without a trace", "[daemon][rfc4301-4.4]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    REQUIRE(install(tunnels, child(1, "10.1.0.0/24", "10.2.0.0/24")));
    CHECK(kernel.sa_count() == 2);
    CHECK(kernel.policy_count() == 3);
    CHECK(tunnels.counters(ike::ChildSaId{1}).reqid == 1);
    REQUIRE(remove(tunnels, 1));
    CHECK(kernel.empty());
    CHECK(remove(tunnels, 1));
}

TEST_CASE("a child moves, and is known by its new SAs", "[daemon][rfc4555-3.5]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    REQUIRE(install(tunnels, child(1, "10.1.0.0/24", "10.2.0.0/24")));
    const auto& before = books.tunnels.all().front()->tunnel.ids;
    const netlink::SaId old_in = before.inbound;
    const base::Endpoint local{*base::Address::parse("192.0.2.1"), 4500};
    const base::Endpoint remote{*base::Address::parse("198.51.100.9"), 50001};
    REQUIRE(tunnels.move({ike::ChildSaId{1}, local, remote, true}));
    const netlink::InstalledTunnel* moved = tunnels.tunnel_of(old_in);
    REQUIRE(moved != nullptr);
    CHECK(moved->outbound.destination == remote.address);
    CHECK(kernel.sa(moved->outbound)->encapsulation == netlink::UdpEncapsulation{4500, 50001});
    CHECK(kernel.sa(moved->inbound)->source == remote.address);
    CHECK(tunnels.owner_of(moved->outbound)->child == ike::ChildSaId{1});
    CHECK(tunnels.move({ike::ChildSaId{2}, local, remote, true}));
    REQUIRE(remove(tunnels, 1));
    CHECK(kernel.empty());
    CHECK(tunnels.sa_count() == 0);
}

TEST_CASE("a child that cannot move says so", "[daemon][rfc4555-3.5]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    REQUIRE(install(tunnels, child(1, "10.1.0.0/24", "10.2.0.0/24")));
    const netlink::Change gone = netlink::DeleteSa{books.tunnels.all().front()->tunnel.ids.outbound};
    REQUIRE(kernel.apply({&gone, 1}).front());
    const base::Endpoint local{*base::Address::parse("192.0.2.1"), 4500};
    CHECK_FALSE(tunnels.move({ike::ChildSaId{1}, local, {*base::Address::parse("192.0.2.9"), 4500}, false}));
    REQUIRE(remove(tunnels, 1));
    CHECK(kernel.empty());
}

TEST_CASE("behind a NAT both SAs are encapsulated, each with its own direction's ports", "[daemon][rfc3948-2]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    ike::ChildInstall wanted = child(1, "10.1.0.0/24", "10.2.0.0/24");
    wanted.udp_encapsulation = true;
    wanted.remote.port = 61000;
    REQUIRE(install(tunnels, std::move(wanted)));
    const auto* in = kernel.sa({*base::Address::parse("192.0.2.1"), netlink::Spi{0xc0000001}});
    const auto* out = kernel.sa({*base::Address::parse("192.0.2.2"), netlink::Spi{0xc1000001}});
    REQUIRE(in != nullptr);
    REQUIRE(out != nullptr);
    CHECK(in->encapsulation == netlink::UdpEncapsulation{61000, 4500});
    CHECK(out->encapsulation == netlink::UdpEncapsulation{4500, 61000});
}

TEST_CASE("a kernel that understands directions is told them", "[daemon]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    REQUIRE(install(tunnels, child(1, "10.1.0.0/24", "10.2.0.0/24")));
    tunnels.tell_direction(true);
    REQUIRE(install(tunnels, child(2, "10.1.0.0/24", "10.2.0.0/24")));
    const base::Address local = *base::Address::parse("192.0.2.1");
    CHECK_FALSE(kernel.find_sa({local, netlink::Spi{0xc0000001}})->inbound);
    CHECK(kernel.find_sa({local, netlink::Spi{0xc0000002}})->inbound == true);
    CHECK(kernel.find_sa({*base::Address::parse("192.0.2.2"), netlink::Spi{0xc1000002}})->inbound == false);
}

TEST_CASE("address ranges become exactly the prefixes that make them up", "[daemon][rfc7296-3.13]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    REQUIRE(install(tunnels, child(1, "10.1.0.1-10.1.0.2", "10.2.0.0/24")));
    CHECK(kernel.policy_count() == 6);
}

TEST_CASE("selectors without common traffic are refused before the kernel is asked", "[daemon][rfc7296-2.9]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    const auto families = install(tunnels, child(1, "10.1.0.0/24", "fd02::/64"));
    REQUIRE_FALSE(families);
    CHECK(families.error().reason == base::Reason::TrafficSelectorsUnacceptable);
    const auto protocols = install(tunnels, child(2, "10.1.0.0/24[tcp]", "10.2.0.0/24[udp]"));
    REQUIRE_FALSE(protocols);
    CHECK(kernel.empty());
}

TEST_CASE("whatever the kernel refuses, nothing stays behind and the error has its words", "[daemon][hostile-g4]") {
    for (std::size_t i = 0; i < 5 * std::size(kErrnos); ++i) {
        const std::size_t nth = i / std::size(kErrnos) + 1;
        const int errno_value = kErrnos[i % std::size(kErrnos)];
        netlink::MemoryKernel kernel;
        netlink::FailingKernel failing(kernel);
        failing.fail_change(nth, errno_value);
        netlink::Books books(failing);
        daemon::Tunnels tunnels(books);
        const auto refused = install(tunnels, child(1, "10.1.0.0/24", "10.2.0.0/24"));
        INFO(nth << ", errno " << errno_value);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().reason == base::Reason::KernelRefused);
        CHECK(refused.error().detail.find(netlink::kernel_error(errno_value).text) != std::string::npos);
        CHECK(kernel.empty());
        CHECK(tunnels.size() == 0);
    }
}

TEST_CASE("whether a child stands is known, in an IKE SA or in any", "[daemon]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    const auto up = [&](std::uint64_t id, std::uint64_t ike_sa, const char* remote_ts) {
        ike::ChildInstall one = child(id, "10.1.0.0/24", remote_ts);
        one.owner = ike::IkeSaId{ike_sa};
        one.connection_name = "gw";
        one.child_name = "net";
        REQUIRE(install(tunnels, std::move(one)));
    };
    const auto stands = [&](std::uint64_t ike_sa) { return tunnels.stands("gw", "net", ike::IkeSaId{ike_sa}); };
    CHECK_FALSE(stands(0));
    up(1, 7, "10.2.0.0/24");
    up(2, 7, "10.3.0.0/24");
    up(3, 8, "10.4.0.0/24");
    CHECK(stands(0));
    CHECK(stands(7));
    CHECK_FALSE(stands(9));
    CHECK_FALSE(tunnels.stands("gw", "ne", ike::IkeSaId::none));
    CHECK_FALSE(tunnels.stands("g", "net", ike::IkeSaId::none));
    std::vector<ike::ChildSaId> gone{ike::ChildSaId{1}};
    REQUIRE(tunnels.remove(gone));
    CHECK(stands(7));
    gone = {ike::ChildSaId{2}};
    REQUIRE(tunnels.remove(gone));
    CHECK_FALSE(stands(7));
    CHECK(stands(0));
    gone = {ike::ChildSaId{3}};
    REQUIRE(tunnels.remove(gone));
    CHECK_FALSE(stands(0));
}
