#include "netlink/installer.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"
#include "netlink/passing_kernel.h"
#include "netlink/reconciler.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

const Selector kNets = selector("10.1.0.0/24", "10.2.0.0/24");
const Selector kReversedNets = selector("10.2.0.0/24", "10.1.0.0/24");

// Keeps what it is asked for, in order.
class RecordingKernel final : public PassingKernel {
public:
    using PassingKernel::PassingKernel;
    std::vector<KernelResult<void>> apply(std::span<const Change> changes) override {
        for (const Change& change : changes) said.push_back(describe(change));
        return inner_.apply(changes);
    }

    std::vector<std::string> said;
};

}  // namespace

TEST_CASE("both SAs and three policies hold what the tunnel says", "[netlink][rfc4301-4.4]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    TunnelSpec spec = tunnel(0xc0000001, 0xc0000002);
    spec.algorithms_out = cbc_sha256();
    spec.encapsulation = UdpEncapsulation{4500, 61234};
    spec.esn = true;
    const auto installed = installer.install(spec);
    REQUIRE(installed);
    CHECK(*installed == InstalledTunnel{Reqid{1},
                                        {address("192.0.2.1"), Spi{0xc0000001}, kEsp},
                                        {address("192.0.2.2"), Spi{0xc0000002}, kEsp}});

    const SaSpec* inbound = kernel.sa(installed->inbound);
    REQUIRE(inbound != nullptr);
    CHECK(inbound->inbound);
    CHECK(inbound->source == spec.remote);
    CHECK(std::holds_alternative<Aead>(inbound->algorithms));
    CHECK(inbound->encapsulation == UdpEncapsulation{61234, 4500});
    CHECK(inbound->esn);
    CHECK_FALSE(inbound->selector);
    const SaSpec* outbound = kernel.sa(installed->outbound);
    REQUIRE(outbound != nullptr);
    CHECK_FALSE(outbound->inbound);
    CHECK(outbound->source == spec.local);
    CHECK(std::holds_alternative<CipherAndMac>(outbound->algorithms));
    CHECK(outbound->encapsulation == UdpEncapsulation{4500, 61234});

    PolicySpec out = policy(Direction::out, kNets);
    out.templates[0].reqid = Reqid{1};
    out.templates[0].spi = Spi{0xc0000002};
    out.index = kernel.policy(out.id)->index;
    CHECK(is_our_index(out.index));
    CHECK(*kernel.policy(out.id) == out);
    PolicySpec in = policy(Direction::in, kReversedNets);
    in.templates[0].reqid = Reqid{1};
    in.templates[0].source = spec.remote;
    in.templates[0].destination = spec.local;
    in.index = kernel.policy(in.id)->index;
    CHECK(*kernel.policy(in.id) == in);
    in.id.direction = Direction::forward;
    in.index = kernel.policy(in.id)->index;
    CHECK(*kernel.policy(in.id) == in);
}

TEST_CASE("in transport mode one selector goes into the SAs, several do not", "[netlink][rfc4301-4.4.2]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    Selector ssh = selector("192.0.2.1/32", "192.0.2.2/32");
    ssh.protocol = 6;
    ssh.destination_port = {22, 0xffff};
    TunnelSpec spec = tunnel(0xc0000001, 0xc0000002, {ssh});
    spec.mode = Mode::transport;
    const auto one = installer.install(spec);
    REQUIRE(one);
    CHECK(kernel.sa(one->outbound)->selector == ssh);
    CHECK(kernel.sa(one->inbound)->selector == reversed(ssh));
    CHECK(kernel.policy({Direction::forward, reversed(ssh)}) == nullptr);
    REQUIRE(installer.remove(*one));

    Selector dns = ssh;
    dns.destination_port = {53, 0xffff};
    spec = tunnel(0xc0000001, 0xc0000002, {ssh, dns, ssh});
    spec.mode = Mode::transport;
    const auto two = installer.install(spec);
    REQUIRE(two);
    CHECK_FALSE(kernel.sa(two->outbound)->selector);
    CHECK_FALSE(kernel.sa(two->inbound)->selector);
    CHECK(kernel.policy_count() == 4);
}

TEST_CASE("with packet offload the NIC has the policies as well, but those for forwarding", "[netlink][hostile-g11]") {
    MemoryKernel kernel;
    kernel.add_device(4, OffloadKind::packet);
    Books books(kernel);
    Installer installer(books);
    TunnelSpec spec = tunnel(0xc0000001, 0xc0000002);
    spec.policy.forward_out = true;
    const auto device_of = [&](Direction direction, const Selector& which) {
        const PolicySpec* found = kernel.policy({direction, which});
        REQUIRE(found != nullptr);
        return found->offload_interface;
    };
    const Selector out = spec.selectors.front();
    spec.sa.offload = Offload{4, OffloadKind::packet};
    const auto whole = installer.install(spec);
    REQUIRE(whole);
    CHECK(device_of(Direction::out, out) == 4);
    CHECK(device_of(Direction::in, reversed(out)) == 4);
    CHECK(device_of(Direction::forward, reversed(out)) == 0);
    CHECK(device_of(Direction::forward, out) == 0);
    REQUIRE(installer.remove(*whole));

    spec = tunnel(0xc0000001, 0xc0000002);
    spec.sa.offload = Offload{4, OffloadKind::crypto};
    REQUIRE(installer.install(spec));
    CHECK(device_of(Direction::out, out) == 0);
    CHECK(device_of(Direction::in, reversed(out)) == 0);
}

TEST_CASE("a policy follows its newest tunnel into the NIC, and out of it", "[netlink][hostile-g11]") {
    MemoryKernel kernel;
    kernel.add_device(4, OffloadKind::packet);
    Books books(kernel);
    Installer installer(books);
    TunnelSpec old = tunnel(0xc0000001, 0xc0000002);
    TunnelSpec young = tunnel(0xc0000003, 0xc0000004);
    young.sa.offload = Offload{4, OffloadKind::packet};
    const PolicyId id{Direction::out, old.selectors.front()};
    REQUIRE(installer.install(old));
    CHECK(kernel.policy(id)->offload_interface == 0);
    const auto second = installer.install(young);
    REQUIRE(second);
    CHECK(kernel.policy(id)->offload_interface == 4);
    REQUIRE(installer.remove(*second));
    CHECK(kernel.policy(id)->offload_interface == 0);
}

TEST_CASE("one can receive before one sends", "[netlink][rfc7296-2.8]") {
    MemoryKernel memory;
    RecordingKernel kernel(memory);
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xc0000002));
    REQUIRE(installed);
    CHECK(kernel.said == std::vector<std::string>{
                             "adding the inbound SA 192.0.2.2 -> 192.0.2.1 spi 0xc0000001",
                             "adding the outbound SA 192.0.2.1 -> 192.0.2.2 spi 0xc0000002",
                             "adding the in policy 10.2.0.0/24 === 10.1.0.0/24",
                             "adding the fwd policy 10.2.0.0/24 === 10.1.0.0/24",
                             "adding the out policy 10.1.0.0/24 === 10.2.0.0/24",
                         });
    kernel.said.clear();
    REQUIRE(installer.remove(*installed));
    CHECK(kernel.said == std::vector<std::string>{
                             "deleting the out policy 10.1.0.0/24 === 10.2.0.0/24",
                             "deleting the fwd policy 10.2.0.0/24 === 10.1.0.0/24",
                             "deleting the in policy 10.2.0.0/24 === 10.1.0.0/24",
                             "deleting the SA 192.0.2.2 spi 0xc0000002",
                             "deleting the SA 192.0.2.1 spi 0xc0000001",
                         });
}

TEST_CASE("a policy that others use is not touched where an SA fails", "[netlink][hostile-g4]") {
    MemoryKernel memory;
    RecordingKernel recording(memory);
    FailingKernel kernel(recording);
    Books books(kernel);
    Installer installer(books);
    REQUIRE(installer.install(tunnel(0xc0000001, 0xd0000001)));
    recording.said.clear();
    kernel.fail_change(2, ENOMEM);
    REQUIRE_FALSE(installer.install(tunnel(0xc0000002, 0xd0000002)));
    CHECK(recording.said == std::vector<std::string>{"adding the inbound SA 192.0.2.2 -> 192.0.2.1 spi 0xc0000002",
                                                     "deleting the SA 192.0.2.1 spi 0xc0000002"});
}

TEST_CASE("what is waiting is installed together, each tunnel all or nothing", "[netlink][hostile-g4]") {
    for (std::size_t failing = 1; failing <= 16; ++failing) {
        INFO("change " << failing);
        MemoryKernel memory;
        FailingKernel kernel(memory);
        kernel.fail_change(failing, ENOMEM);
        Books books(kernel);
        Installer installer(books);
        std::vector<TunnelSpec> specs;
        specs.push_back(tunnel(0xc0000001, 0xd0000001));
        specs.push_back(tunnel(0xc0000002, 0xd0000002, {selector("10.1.0.0/24", "10.3.0.0/24")}));
        specs.push_back(tunnel(0xc0000003, 0xd0000003));  // shares the first one's policies
        const auto results = installer.install(specs);
        REQUIRE(results.size() == 3);
        std::vector<InstalledTunnel> installed;
        for (const auto& result : results) {
            if (result) installed.push_back(*result);
        }
        CHECK(installed.size() >= 2);
        CHECK(memory.sa_count() == installed.size() * 2);
        for (const InstalledTunnel& tunnel : installed) CHECK(memory.sa(tunnel.outbound) != nullptr);
        CHECK(memory.policy_count() == (results[1] ? 6U : 3U));
        // Whoever is the newest of those that stand has the shared policy.
        const Spi newest = results[2] ? Spi{0xd0000003} : Spi{0xd0000001};
        CHECK(memory.policy({Direction::out, kNets})->templates[0].spi == newest);
        REQUIRE(installer.remove(installed));
        CHECK(memory.empty());
        CHECK(books.policies.size() == 0);
    }
}

TEST_CASE("an error names the step that failed", "[netlink][hostile-g4]") {
    MemoryKernel memory;
    const auto failure = [&](std::size_t n) {
        FailingKernel kernel(memory);
        kernel.fail_change(n, ENOMEM);
        Books books(kernel);
        return Installer(books).install(tunnel(0xc0000001, 0xc0000002)).error();
    };
    CHECK(failure(1).step == InstallStep::inbound_sa);
    CHECK(failure(2).step == InstallStep::outbound_sa);
    CHECK(failure(3).step == InstallStep::policy);
    CHECK(failure(5).step == InstallStep::policy);
    CHECK(failure(1).kernel.text ==
          "adding the inbound SA 192.0.2.2 -> 192.0.2.1 spi 0xc0000001: ENOMEM: Cannot allocate memory");
    CHECK(failure(5).kernel.text ==
          "adding the out policy 10.1.0.0/24 === 10.2.0.0/24: ENOMEM: Cannot allocate memory");
}

TEST_CASE("a tunnel without selectors is refused", "[netlink]") {
    MemoryKernel kernel;
    Books books(kernel);
    const auto installed = Installer(books).install(tunnel(0xc0000001, 0xc0000002, {}));
    REQUIRE_FALSE(installed);
    CHECK(installed.error().kernel.errno_value == EINVAL);
    CHECK(kernel.empty());
}

TEST_CASE("removing what is gone is no error, removing what was replaced does nothing", "[netlink]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto first = installer.install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(first);
    REQUIRE(make(kernel, DeleteSa{first->inbound}));
    REQUIRE(make(kernel, DeletePolicy{{Direction::out, kNets}}));
    CHECK(installer.remove(*first));
    CHECK(kernel.empty());
    REQUIRE(installer.install(tunnel(0xc0000001, 0xd0000002)));
    CHECK(installer.remove(*first));
    CHECK(kernel.sa_count() == 2);
}

TEST_CASE("a policy that somebody else has by now is no concern of a removal", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto first = installer.install(tunnel(0xc0000001, 0xd0000001));
    const auto second = installer.install(tunnel(0xc0000002, 0xd0000002));
    REQUIRE((first && second));
    PolicySpec foreign = *kernel.policy({Direction::out, kNets});
    foreign.index = policy_index(1, Direction::out);
    REQUIRE(make(kernel, DeletePolicy{foreign.id}));
    REQUIRE(make(kernel, AddPolicy{foreign}));
    REQUIRE(Reconciler(books).run({})->failed.size() == 1);
    CHECK(installer.remove(*second));
    CHECK(installer.remove(*first));
    CHECK(*kernel.policy(foreign.id) == foreign);
    CHECK(kernel.policy_count() == 1);
}

TEST_CASE("an SPI in our books is taken even where the kernel lost it", "[netlink][hostile-g5]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto first = installer.install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(first);
    REQUIRE(make(kernel, DeleteSa{first->inbound}));
    const auto second = installer.install(tunnel(0xc0000001, 0xd0000002));
    REQUIRE_FALSE(second);
    CHECK(second.error().step == InstallStep::inbound_sa);
    CHECK(installer.remove(*first));
    CHECK(kernel.empty());
}

TEST_CASE("what cannot be removed is tried again, then told", "[netlink][hostile-g4]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    Books books(kernel);
    Installer installer(books);
    const auto first = installer.install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE(first);
    SECTION("it passes") {
        kernel.fail_change(2, ENOMEM);
        CHECK(installer.remove(*first));
        CHECK(memory.empty());
    }
    SECTION("it stays") {
        kernel.fail_change(1, ENOMEM, ChangeKind::delete_sa);
        kernel.fail_change(3, EPERM, ChangeKind::delete_sa);
        const auto removed = installer.remove(*first);
        REQUIRE_FALSE(removed);
        CHECK(removed.error().text == "deleting the SA 192.0.2.2 spi 0xd0000001: EPERM: Operation not permitted");
        CHECK(memory.policy_count() == 0);
        CHECK(memory.sa_count() == 1);
    }
}

TEST_CASE("an undo that fails twice is told, too", "[netlink][hostile-g4]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    kernel.fail_change(2, ENOMEM);
    kernel.fail_change(9, EPERM);  // behind three policies and their deletion
    kernel.fail_change(10, EPERM);
    Books books(kernel);
    const auto installed = Installer(books).install(tunnel(0xc0000001, 0xd0000001));
    REQUIRE_FALSE(installed);
    CHECK(installed.error().kernel.text ==
          "adding the outbound SA 192.0.2.1 -> 192.0.2.2 spi 0xd0000001: ENOMEM: Cannot allocate memory; then deleting "
          "the SA 192.0.2.1 spi 0xc0000001: EPERM: Operation not permitted");
}

}  // namespace xfrmd::netlink::test
