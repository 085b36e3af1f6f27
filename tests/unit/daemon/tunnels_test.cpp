#include "daemon/tunnels.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"

using namespace xfrmd;

namespace {

policy::TrafficSelectors selectors(const std::string& text) { return {policy::parse_selector(text)->selector}; }

ike::ChildInstall child(std::uint64_t id, const std::string& local_ts, const std::string& remote_ts) {
    ike::ChildInstall install;
    install.child = ike::ChildSaId{id};
    install.local = {*base::Address::parse("192.0.2.1"), 4500};
    install.remote = {*base::Address::parse("192.0.2.2"), 4500};
    const auto proposals = *policy::parse_proposal(policy::ProtocolId::esp, "aes128gcm16");
    install.suite = *crypto::ChildSuite::of(proposals.front());
    install.spi_in = ike::EspSpi{static_cast<std::uint32_t>(0xc0000000 + id)};
    install.spi_out = ike::EspSpi{static_cast<std::uint32_t>(0xc1000000 + id)};
    install.encryption_in = base::SecretBytes(install.suite.encryption_key_bytes());
    install.encryption_out = base::SecretBytes(install.suite.encryption_key_bytes());
    install.local_ts = selectors(local_ts);
    install.remote_ts = selectors(remote_ts);
    return install;
}

base::Result<void> install(daemon::Tunnels& tunnels, ike::ChildInstall child) {
    std::vector<ike::ChildInstall> children;
    children.push_back(std::move(child));
    return tunnels.install(std::move(children)).front();
}

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
    for (std::size_t nth = 1; nth <= 5; ++nth) {
        netlink::MemoryKernel kernel;
        netlink::FailingKernel failing(kernel);
        failing.fail_change(nth, ENOMEM);
        netlink::Books books(failing);
        daemon::Tunnels tunnels(books);
        const auto refused = install(tunnels, child(1, "10.1.0.0/24", "10.2.0.0/24"));
        INFO(nth);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().reason == base::Reason::KernelRefused);
        CHECK(refused.error().detail.find("ENOMEM") != std::string::npos);
        CHECK(kernel.empty());
        CHECK(tunnels.size() == 0);
    }
}
