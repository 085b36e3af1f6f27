// Child SAs that take another one's place in the kernel (RFC 7296 2.8): at each step packets have somewhere to go, and
// what comes in on either is let in.
#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include <asio/io_context.hpp>

#include "daemon/tunnel_queue.h"
#include "daemon/tunnels.h"
#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"
#include "tests/unit/daemon/child_samples.h"

using namespace xfrmd;
using daemon::test::child;
using daemon::test::install;

namespace {

struct Kernel {
    netlink::MemoryKernel kernel;
    netlink::Books books{kernel};
    daemon::Tunnels tunnels{books};

    // Child 1 stands.
    Kernel() { REQUIRE(install(tunnels, sample(1))); }
    virtual ~Kernel() = default;

    static ike::ChildInstall sample(std::uint64_t id, const std::string& remote_ts = "10.2.0.0/24") {
        return child(id, "10.1.0.0/24", remote_ts);
    }
    static ike::ChildInstall successor(std::uint64_t id, bool deferred, const std::string& remote_ts = "10.2.0.0/24") {
        ike::ChildInstall wanted = sample(id, remote_ts);
        wanted.replaces = ike::ChildSaId{id - 1};
        wanted.defer_outbound = deferred;
        return wanted;
    }
    base::Result<void> remove(std::uint64_t id) {
        const ike::ChildSaId child{id};
        return tunnels.remove({&child, 1});
    }
    base::Result<void> use(std::uint64_t id) { return tunnels.use(ike::ChildSaId{id}); }
    // Where packets to 10.2.0.0/24 go: the number of the child, 0 for none.
    std::uint32_t sends_on() {
        const auto policies = *kernel.list_policies();
        for (const auto& state : policies) {
            if (state.policy.id.direction != netlink::Direction::out) continue;
            return static_cast<std::uint32_t>(state.policy.templates.front().spi) - 0xc1000000;
        }
        return 0;
    }
    std::size_t in_policies(netlink::Reqid reqid) {
        std::size_t count = 0;
        const auto policies = *kernel.list_policies();
        for (const auto& state : policies) {
            const auto& hop = state.policy.templates.front();
            const bool in = state.policy.id.direction == netlink::Direction::in;
            count += in && hop.reqid == reqid && hop.spi == netlink::Spi{0};
        }
        return count;
    }
};

std::shared_ptr<const policy::Connection> connection_with(policy::Child options) {
    options.name = "net";
    policy::Connection connection;
    connection.name = "gw";
    connection.children.push_back(std::move(options));
    return std::make_shared<const policy::Connection>(std::move(connection));
}

}  // namespace

TEST_CASE("packets go out on the old child until the new one is used, and come in on both", "[daemon][rfc7296-2.8]") {
    Kernel at;
    REQUIRE(install(at.tunnels, Kernel::successor(2, true)));
    CHECK(at.kernel.sa_count() == 4);
    CHECK(at.kernel.policy_count() == 3);
    CHECK(at.sends_on() == 1);
    CHECK(at.in_policies(netlink::Reqid{1}) == 1);
    CHECK(at.tunnels.counters(ike::ChildSaId{2}).reqid == 1);
    REQUIRE(at.use(2));
    CHECK(at.sends_on() == 2);
    REQUIRE(at.use(2));
    CHECK(at.kernel.policy_count() == 3);
    REQUIRE(at.remove(1));
    CHECK(at.sends_on() == 2);
    CHECK(at.in_policies(netlink::Reqid{1}) == 1);
    REQUIRE(at.remove(2));
    CHECK(at.kernel.empty());
}

TEST_CASE("a child that is not deferred is sent on at once", "[daemon][rfc7296-2.8]") {
    Kernel at;
    REQUIRE(install(at.tunnels, Kernel::successor(2, false)));
    CHECK(at.sends_on() == 2);
    REQUIRE(at.remove(1));
    CHECK(at.sends_on() == 2);
}

TEST_CASE("a deferred child that goes again leaves the old one as it was", "[daemon][rfc7296-2.8.1]") {
    Kernel at;
    REQUIRE(install(at.tunnels, Kernel::successor(2, true)));
    REQUIRE(at.remove(2));
    CHECK(at.sends_on() == 1);
    CHECK(at.kernel.sa_count() == 2);
    CHECK(at.use(2));
    CHECK(at.sends_on() == 1);
    REQUIRE(at.remove(1));
    CHECK(at.kernel.empty());
}

TEST_CASE("with other selectors the reqid stays, so either's policies let in what comes on both",
          "[daemon][rfc7296-2.9.2]") {
    Kernel at;
    REQUIRE(install(at.tunnels, Kernel::successor(2, true, "10.2.0.0/25")));
    CHECK(at.in_policies(netlink::Reqid{1}) == 2);
    CHECK(at.sends_on() == 1);
    REQUIRE(at.use(2));
    REQUIRE(at.remove(1));
    CHECK(at.sends_on() == 2);
    CHECK(at.in_policies(netlink::Reqid{1}) == 1);
    // The number is in use still.
    REQUIRE(install(at.tunnels, child(9, "10.8.0.0/24", "10.9.0.0/24")));
    CHECK(at.tunnels.counters(ike::ChildSaId{9}).reqid == 2);
    REQUIRE(at.remove(2));
    REQUIRE(at.remove(9));
    CHECK(at.kernel.empty());
}

TEST_CASE("a policy that cannot be led to the new child is tried again, then told", "[daemon][hostile-g4]") {
    netlink::MemoryKernel kernel;
    netlink::FailingKernel failing(kernel);
    netlink::Books books(failing);
    daemon::Tunnels tunnels(books);
    REQUIRE(install(tunnels, Kernel::sample(1)));
    REQUIRE(install(tunnels, Kernel::successor(2, true)));
    failing.fail_change(1, ENOMEM);
    CHECK(tunnels.use(ike::ChildSaId{2}));
    REQUIRE(install(tunnels, Kernel::successor(3, true)));
    failing.fail_change(1, ENOMEM);
    failing.fail_change(2, ENOMEM);
    const auto failed = tunnels.use(ike::ChildSaId{3});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().detail.find("ENOMEM") != std::string::npos);
}

TEST_CASE("unique marks and interface ids are the same for each that replaces another", "[daemon][rfc7296-2.8]") {
    using policy::NumberKind;
    policy::Child options;
    options.mark_in = options.mark_out = {NumberKind::unique_dir, 0, 0xffffffff};
    options.if_id_in.kind = options.if_id_out.kind = NumberKind::unique;
    const auto connection = connection_with(options);
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    for (std::uint64_t id = 1; id <= 3; ++id) {
        ike::ChildInstall wanted = Kernel::successor(id, true);
        wanted.connection = connection;
        wanted.connection_name = "gw";
        wanted.child_name = "net";
        REQUIRE(install(tunnels, std::move(wanted)));
    }
    const auto outbound = [&](std::uint64_t id) {
        const auto sas = *kernel.list_sas();
        for (const auto& sa : sas) {
            if (sa.id.spi == netlink::Spi{static_cast<std::uint32_t>(0xc1000000 + id)}) return sa;
        }
        FAIL("child " << id << " has no outbound SA");
        return netlink::SaState{};
    };
    CHECK(outbound(1).id.mark.value != 0);
    CHECK(outbound(2).id.mark == outbound(1).id.mark);
    CHECK(outbound(3).id.mark == outbound(1).id.mark);
    CHECK(outbound(1).if_id != 0);
    CHECK(outbound(3).if_id == outbound(1).if_id);
    // Another one, which replaces none, has its own.
    ike::ChildInstall other = Kernel::sample(7);
    other.connection = connection;
    other.connection_name = "gw";
    other.child_name = "net";
    REQUIRE(install(tunnels, std::move(other)));
    CHECK(outbound(7).id.mark != outbound(1).id.mark);
    CHECK(outbound(7).if_id != outbound(1).if_id);
}

TEST_CASE("soft limits go to the kernel with the hard ones", "[daemon][rfc4301-4.4.2.1]") {
    policy::Child options;
    options.life_bytes = 1100;
    options.life_packets = 110;
    options.life_time = std::chrono::seconds(66);
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    daemon::Tunnels tunnels(books);
    ike::ChildInstall wanted = Kernel::sample(1);
    wanted.connection = connection_with(options);
    wanted.child_name = "net";
    wanted.rekey_bytes = 990;
    wanted.rekey_packets = 99;
    REQUIRE(install(tunnels, std::move(wanted)));
    const auto sas = *kernel.list_sas();
    REQUIRE(sas.size() == 2);
    for (const netlink::SaState& sa : sas) {
        CHECK(sa.lifetime.soft == netlink::Limits{990, 99, {}, {}});
        CHECK(sa.lifetime.hard == netlink::Limits{1100, 110, std::chrono::seconds(66), {}});
    }
}

// RFC 7296 1.4.1: the peer may drop what it deletes once it has our answer, which the engine asks for right after this.
TEST_CASE("packets have left the old SA before the peer's Delete is answered", "[daemon][rfc7296-1.4.1]") {
    Kernel at;
    asio::io_context io;
    daemon::TunnelQueue queue(io, at.tunnels);
    std::string order;
    queue.install(Kernel::successor(2, true),
                  [&](const base::Result<void>& result) { order += result ? "installed " : "-"; });
    CHECK(order.empty());
    queue.use(ike::ChildSaId{2}, [&](const base::Result<void>& result) { order += result ? "used " : "-"; });
    CHECK(order == "installed used ");
    CHECK(at.sends_on() == 2);
    io.run();
    CHECK(order == "installed used ");
}
