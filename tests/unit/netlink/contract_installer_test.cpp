#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

bool is_empty(Kernel& kernel) {
    const auto sas = kernel.list_sas();
    const auto policies = kernel.list_policies();
    REQUIRE(sas);
    REQUIRE(policies);
    return sas->empty() && policies->empty();
}

TunnelSpec with(TunnelSpec spec, Mode mode, const char* local, const char* remote) {
    spec.mode = mode;
    spec.local = address(local);
    spec.remote = address(remote);
    return spec;
}

// The kinds of tunnel the daemon asks for.
std::vector<TunnelSpec> kinds() {
    std::vector<TunnelSpec> specs;
    specs.push_back(tunnel(0xc0000001, 0xc0000002));
    specs.push_back(tunnel(0xc0000001, 0xc0000002,
                           {selector("10.1.0.0/24", "10.2.0.0/24"), selector("10.1.1.0/24", "10.2.0.0/24")}));
    specs.push_back(with(tunnel(0xc0000001, 0xc0000002, {selector("192.0.2.1/32", "192.0.2.2/32")}), Mode::transport,
                         "192.0.2.1", "192.0.2.2"));
    specs.push_back(with(tunnel(0xc0000001, 0xc0000002), Mode::tunnel, "2001:db8::1", "2001:db8::2"));
    specs.push_back(tunnel(0xc0000001, 0xc0000002, {selector("fd01::/64", "fd02::/64")}));
    specs.push_back(tunnel(0xc0000001, 0xc0000002));
    specs.back().encapsulation = UdpEncapsulation{4500, 61234};
    specs.push_back(tunnel(0xc0000001, 0xc0000002));
    specs.back().algorithms_in = cbc_sha256();
    specs.back().algorithms_out = cbc_sha256();
    specs.back().esn = true;
    specs.back().replay_window = 128;
    return specs;
}

}  // namespace

TEST_CASE("tunnels of every kind are installed whole and removed whole", "[netlink][rfc4301-4.4]") {
    const auto kernel = make_kernel();
    Books books(*kernel);
    Installer installer(books);
    for (TunnelSpec& spec : kinds()) {
        const auto installed = installer.install(spec);
        INFO((installed ? "" : installed.error().kernel.text));
        REQUIRE(installed);
        CHECK(kernel->list_sas()->size() == 2);
        CHECK(kernel->list_policies()->size() == spec.selectors.size() * (spec.mode == Mode::tunnel ? 3 : 2));
        CHECK(kernel->find_sa(installed->inbound)->source == spec.remote);
        CHECK(kernel->find_sa(installed->outbound)->source == spec.local);
        CHECK(kernel->find_sa(installed->inbound)->reqid == installed->reqid);
        const auto policies = kernel->list_policies();
        for (const PolicyState& state : *policies) CHECK(reqid_of(state.policy) == installed->reqid);
        CHECK(installer.remove(*installed));
        CHECK(is_empty(*kernel));
        CHECK(installer.remove(*installed));
    }
}

TEST_CASE("a tunnel that defers its outbound policies takes another one's place when it is used",
          "[netlink][rfc7296-2.8]") {
    const auto kernel = make_kernel();
    Books books(*kernel);
    Installer installer(books);
    const auto spi_sent_on = [&] {
        const auto policies = kernel->list_policies();
        for (const PolicyState& state : *policies) {
            if (state.policy.id.direction == Direction::out) return state.policy.templates.front().spi;
        }
        return Spi{0};
    };
    const auto old = installer.install(tunnel(0xc0000001, 0xc0000002));
    TunnelSpec spec = tunnel(0xc0000003, 0xc0000004);
    spec.defers_outbound = true;
    spec.preferred_reqid = old->reqid;
    const auto next = installer.install(spec);
    REQUIRE(old);
    REQUIRE(next);
    CHECK(next->reqid == old->reqid);
    CHECK(kernel->list_sas()->size() == 4);
    CHECK(kernel->list_policies()->size() == 3);
    CHECK(spi_sent_on() == Spi{0xc0000002});
    REQUIRE(installer.use(*next));
    CHECK(spi_sent_on() == Spi{0xc0000004});
    REQUIRE(installer.remove(*old));
    CHECK(kernel->list_policies()->size() == 3);
    CHECK(spi_sent_on() == Spi{0xc0000004});
    REQUIRE(installer.remove(*next));
    CHECK(installer.use(*next));
    CHECK(is_empty(*kernel));
}

TEST_CASE("whichever change fails, nothing of the tunnel stays", "[netlink][hostile-g4][rfc4301-4.4]") {
    const auto kernel = make_kernel();
    for (const int errno_value : {EEXIST, ESRCH, ENOMEM, EINVAL, ENOSYS, EPERM, EOPNOTSUPP, ENOBUFS}) {
        for (std::size_t kind = 0; kind < kinds().size(); ++kind) {
            bool has_succeeded = false;
            for (std::size_t n = 1; !has_succeeded; ++n) {
                FailingKernel failing(*kernel);
                failing.fail_change(n, errno_value);
                Books books(failing);
                Installer installer(books);
                const auto installed = installer.install(std::move(kinds()[kind]));
                INFO("change " << n << " errno " << errno_value);
                has_succeeded = installed.has_value();
                REQUIRE(has_succeeded != failing.has_failed());
                failing.heal();
                if (has_succeeded) {
                    CHECK(n == 2 + kernel->list_policies()->size() + 1);
                    CHECK(installer.remove(*installed));
                } else {
                    CHECK(installed.error().kernel.errno_value == errno_value);
                }
                CHECK(is_empty(*kernel));
            }
        }
    }
}

TEST_CASE("what others have in the kernel stays as it is when a tunnel fails on it", "[netlink][hostile-f11]") {
    const auto kernel = make_kernel();
    Books books(*kernel);
    Installer installer(books);
    SECTION("the inbound SPI") {
        SaSpec foreign = sa(0xc0000001);
        foreign.id.destination = address("192.0.2.1");
        foreign.reqid = Reqid{77};
        const SaId id = foreign.id;
        REQUIRE(make(*kernel, add(std::move(foreign))));
        const auto installed = installer.install(tunnel(0xc0000001, 0xc0000002));
        REQUIRE_FALSE(installed);
        CHECK(installed.error().step == InstallStep::inbound_sa);
        CHECK(kernel->find_sa(id)->reqid == Reqid{77});
        CHECK(kernel->list_sas()->size() == 1);
        CHECK(kernel->list_policies()->empty());
    }
    SECTION("the outbound SPI") {
        SaSpec foreign = sa(0xc0000002);
        foreign.reqid = Reqid{77};
        REQUIRE(make(*kernel, add(std::move(foreign))));
        const auto installed = installer.install(tunnel(0xc0000001, 0xc0000002));
        REQUIRE_FALSE(installed);
        CHECK(installed.error().step == InstallStep::outbound_sa);
        CHECK(kernel->find_sa(sa(0xc0000002).id)->reqid == Reqid{77});
        CHECK(kernel->list_sas()->size() == 1);
    }
    SECTION("a policy") {
        PolicySpec foreign = policy(Direction::out, selector("10.1.0.0/24", "10.2.0.0/24"));
        foreign.templates[0].reqid = Reqid{77};
        REQUIRE(make(*kernel, add(foreign)));
        const auto installed = installer.install(tunnel(0xc0000001, 0xc0000002));
        REQUIRE_FALSE(installed);
        CHECK(installed.error().step == InstallStep::policy);
        CHECK(kernel->list_sas()->empty());
        REQUIRE(kernel->list_policies()->size() == 1);
        CHECK(reqid_of(kernel->list_policies()->front().policy) == Reqid{77});
    }
}

}  // namespace xfrmd::netlink::test
