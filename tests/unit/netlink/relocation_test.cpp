#include "netlink/relocation.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "netlink/passing_kernel.h"
#include "netlink/reconciler.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

const OuterEnds kElsewhere{address("192.0.2.11"), address("192.0.2.12"), std::nullopt};
const OuterEnds kOtherSource{address("192.0.2.11"), address("192.0.2.2"), std::nullopt};

}  // namespace

TEST_CASE("a tunnel whose policies are its addresses does not move, but its ports may", "[netlink][rfc4555-3.5]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001, {selector("192.0.2.1/32", "192.0.2.2/32")});
    spec.mode = Mode::transport;
    spec.encapsulation = UdpEncapsulation{4500, 40001};
    const auto installed = installer.install(spec).value();
    OuterEnds ends{address("192.0.2.1"), address("192.0.2.2"), UdpEncapsulation{4500, 50001}};
    CHECK(installer.move(installed, ends).moved);
    ends.remote = address("192.0.2.12");
    const auto outcome = installer.move(installed, ends);
    CHECK(errno_of(outcome.moved) == EOPNOTSUPP);
    CHECK(outcome.tunnel == installed);
    CHECK(kernel.sa(installed.outbound) != nullptr);
}

TEST_CASE("a tunnel that is not there, or whose SAs are gone, does not move", "[netlink]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001)).value();
    REQUIRE(make(kernel, DeleteSa{installed.outbound}));
    CHECK(errno_of(installer.move(installed, kElsewhere).moved) == ESRCH);
    REQUIRE(installer.remove(installed));
    CHECK(errno_of(installer.move(installed, kElsewhere).moved) == ESRCH);
    CHECK(kernel.empty());
}

TEST_CASE("no sequence number is used twice: without enough left nothing moves", "[netlink][rfc4303-3.3.3]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001)).value();
    kernel.advance(installed.outbound, UINT32_MAX - Relocation::kLeftOut + 1, 0);
    CHECK(errno_of(installer.move(installed, kElsewhere).moved) == ERANGE);
    CHECK(kernel.sa(installed.outbound) != nullptr);
    kernel.advance(installed.outbound, UINT32_MAX - Relocation::kLeftOut, 0);
    CHECK(installer.move(installed, kElsewhere).moved);
}

TEST_CASE("where only ports change, the SA goes on with its own numbers, however few are left",
          "[netlink][rfc4303-3.3.3]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    spec.encapsulation = UdpEncapsulation{4500, 40001};
    const auto installed = installer.install(spec).value();
    constexpr std::uint64_t kFew = UINT32_MAX - Relocation::kLeftOut + 1;
    kernel.advance(installed.outbound, kFew, 0);
    const OuterEnds ends{address("192.0.2.1"), address("192.0.2.2"), UdpEncapsulation{4500, 50001}};
    REQUIRE(installer.move(installed, ends).moved);
    CHECK(kernel.sa(installed.outbound)->encapsulation == ends.encapsulation);
    CHECK(kernel.sa(installed.outbound)->progress->sent == kFew);
}

TEST_CASE("each SA of a tunnel that moves is asked for once", "[netlink][rfc4555-3.5]") {
    MemoryKernel memory;
    class Counting final : public PassingKernel {
    public:
        using PassingKernel::PassingKernel;
        KernelResult<SaState> find_sa(const SaId& id) override {
            ++questions;
            return inner_.find_sa(id);
        }
        KernelResult<SaSpec> read_sa(const SaId& id) override {
            ++questions;
            return inner_.read_sa(id);
        }
        unsigned questions = 0;
    } kernel(memory);
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001)).value();
    kernel.questions = 0;
    REQUIRE(installer.move(installed, kElsewhere).moved);
    CHECK(kernel.questions == 2);
}

TEST_CASE("where another tunnel has the SPI at the new address nothing moves", "[netlink][rfc4303-2.1]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001)).value();
    TunnelSpec other = tunnel(0xc0000001, 0xd0000002, {selector("10.3.0.0/24", "10.4.0.0/24")});
    other.local = kElsewhere.local;
    REQUIRE(installer.install(other));
    CHECK(errno_of(installer.move(installed, kElsewhere).moved) == EEXIST);
    CHECK(kernel.sa(installed.inbound) != nullptr);
}

TEST_CASE("a larval SA that a packet has put in between becomes the moved one", "[netlink][rfc4555-3.5]") {
    MemoryKernel memory;
    class Hasty final : public PassingKernel {
    public:
        explicit Hasty(MemoryKernel& kernel) : PassingKernel(kernel), memory_(kernel) {}
        std::vector<KernelResult<void>> apply(std::span<const Change> changes) override {
            std::vector<KernelResult<void>> results;
            for (const Change& change : changes) {
                results.push_back(inner_.apply({&change, 1}).front());
                const auto* deleted = std::get_if<DeleteSa>(&change);
                if (deleted != nullptr && deleted->id.destination == address("192.0.2.2"))
                    memory_.put_larval(deleted->id, address("192.0.2.1"), Reqid{1});
            }
            return results;
        }

    private:
        MemoryKernel& memory_;
    } kernel(memory);
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001)).value();
    const auto outcome = installer.move(installed, kOtherSource);
    REQUIRE(outcome.moved);
    const SaSpec* out = memory.sa(outcome.tunnel.outbound);
    REQUIRE(out != nullptr);
    CHECK(out->source == kOtherSource.local);
    CHECK(out->progress->sent == Relocation::kLeftOut);
}

TEST_CASE("what fails once is tried again; what fails twice is told, and is a broken tunnel", "[netlink][hostile-g3]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    Books books(kernel);
    Installer installer(books);
    const auto installed = installer.install(tunnel(0xc0000001, 0xd0000001)).value();
    kernel.fail_change(1, ENOMEM, ChangeKind::add_sa);
    auto outcome = installer.move(installed, kElsewhere);
    REQUIRE(outcome.moved);
    CHECK(memory.sa_count() == 2);
    kernel.fail_change(1, ENOMEM, ChangeKind::add_sa);
    kernel.fail_change(3, ENOMEM, ChangeKind::add_sa);
    kernel.fail_change(4, ENOMEM, ChangeKind::add_sa);
    outcome = installer.move(outcome.tunnel, {address("192.0.2.21"), address("192.0.2.22"), std::nullopt});
    CHECK(errno_of(outcome.moved) == ENOMEM);
    const auto drift = Reconciler(books).run(base::Instant{});
    REQUIRE(drift);
    REQUIRE(drift->broken.size() == 1);
    CHECK(drift->broken.front() == outcome.tunnel);
    REQUIRE(installer.remove(outcome.tunnel));
    CHECK(memory.empty());
}

TEST_CASE("a policy that leads into a newer tunnel stays with that", "[netlink][rfc4555-3.5]") {
    MemoryKernel kernel;
    Books books(kernel);
    Installer installer(books);
    const auto older = installer.install(tunnel(0xc0000001, 0xd0000001)).value();
    const auto newer = installer.install(tunnel(0xc0000002, 0xd0000002)).value();
    const auto moved = installer.move(older, kElsewhere);
    REQUIRE(moved.moved);
    PolicyId out = policy(Direction::out, selector("10.1.0.0/24", "10.2.0.0/24")).id;
    CHECK(kernel.policy(out)->templates.front().destination == address("192.0.2.2"));
    REQUIRE(installer.remove(newer));
    CHECK(kernel.policy(out)->templates.front().destination == kElsewhere.remote);
    CHECK(kernel.policy(out)->templates.front().spi == Spi{0xd0000001});
}

}  // namespace xfrmd::netlink::test
