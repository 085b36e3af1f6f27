#include "daemon/manual_sas.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <iterator>

#include "netlink/failing_kernel.h"
#include "netlink/installer.h"
#include "netlink/memory_kernel.h"
#include "netlink/reconciler.h"
#include "tests/unit/daemon/manual_samples.h"
#include "tests/unit/netlink/specs.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using daemon::test::address;
using daemon::test::in_transport_mode;
using daemon::test::key;
using daemon::test::kShaKey;
using daemon::test::manual_bundle;
using daemon::test::manual_esp;
using netlink::Direction;

namespace {

struct Bench {
    netlink::MemoryKernel kernel;
    netlink::FailingKernel failing{kernel};
    netlink::Books books{failing};
    std::map<std::string, std::uint32_t> interfaces;
    ManualSas manual{books, [this](const std::string& name) { return interfaces[name]; }};

    std::vector<std::string> update(policy::ManualSa sa) {
        std::vector<policy::ManualSa> wanted;
        wanted.push_back(std::move(sa));
        return manual.update(wanted);
    }
    ManualRepair repair() { return manual.repair(*kernel.list_sas()); }
    ManualSaStatus status(const std::string& wanted) {
        ManualSaStatus found;
        manual.visit("", [&](const policy::ManualSa& sa, const ManualSaStatus& status) {
            if (sa.name == wanted) found = status;
            return true;
        });
        return found;
    }
    const netlink::SaSpec* sa(const char* destination, std::uint32_t spi) {
        return kernel.sa({address(destination), netlink::Spi{spi}, netlink::kEsp});
    }
    bool has_policy(Direction direction, const char* source, const char* destination) {
        const netlink::Selector selector{*base::Prefix::parse(source), *base::Prefix::parse(destination), 0, {}, {}, 0};
        return kernel.policy({direction, selector}) != nullptr;
    }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("manual SAs are installed, and go without a trace", "[daemon][rfc4301-4.5.1]") {
    Bench bench;
    CHECK(bench.update(manual_esp()).empty());
    CHECK(bench.kernel.sa_count() == 2);
    CHECK(bench.kernel.policy_count() == 3);
    CHECK(bench.status("by-hand").installed);
    CHECK(bench.status("by-hand").reqid == netlink::Reqid{1});
    CHECK(bench.update(manual_bundle()).empty());
    CHECK(bench.kernel.sa_count() == 4);
    CHECK(bench.kernel.policy_count() == 3);
    CHECK(bench.manual.update({}).empty());
    CHECK(bench.kernel.empty());
    CHECK(bench.books.policies.size() == 0);
    bench.update(manual_esp());
    CHECK(bench.manual.remove_all());
    CHECK(bench.kernel.empty());
    CHECK(bench.manual.size() == 0);
}

TEST_CASE("what is as it was is left alone, and what has changed is replaced", "[daemon]") {
    Bench bench;
    bench.kernel.set_time(std::chrono::sys_seconds{std::chrono::seconds(1)});
    bench.update(manual_esp());
    bench.kernel.set_time(std::chrono::sys_seconds{std::chrono::seconds(2)});
    bench.failing.fail_change(1, ENOMEM);
    CHECK(bench.update(manual_esp()).empty());
    CHECK_FALSE(bench.failing.has_failed());
    bench.failing.heal();
    policy::ManualSa other = manual_esp();
    other.authentication->key = key("another 20 byte key!");
    CHECK(bench.update(std::move(other)).empty());
    const auto* sa = bench.sa("192.0.2.2", 256);
    REQUIRE(sa != nullptr);
    CHECK(std::get<netlink::CipherAndMac>(sa->algorithms).mac_key == key("another 20 byte key!"));
    CHECK(bench.kernel.sa_count() == 2);
    CHECK(bench.kernel.policy_count() == 3);
}

TEST_CASE("two SAs may change places", "[daemon]") {
    Bench bench;
    const auto both = [](std::uint32_t one, std::uint32_t two) {
        std::vector<policy::ManualSa> sas;
        sas.push_back(manual_esp("one", one));
        sas.push_back(in_transport_mode(manual_esp("two", two)));
        return sas;
    };
    CHECK(bench.manual.update(both(300, 301)).empty());
    CHECK(bench.manual.update(both(301, 300)).empty());
    CHECK(bench.sa("192.0.2.1", 301)->mode == netlink::Mode::tunnel);
    CHECK(bench.sa("192.0.2.1", 300)->mode == netlink::Mode::transport);
    CHECK(bench.kernel.sa_count() == 4);
    CHECK(bench.kernel.policy_count() == 5);
}

TEST_CASE("each manual SA is installed whole or not at all, and the error names it", "[daemon][hostile-g4]") {
    // Without EEXIST: an SA that is in the way is replaced (see below).
    constexpr int kErrnos[] = {ESRCH, ENOMEM, EINVAL, ENOSYS, EPERM, EOPNOTSUPP};
    for (std::size_t i = 0; i < 7 * std::size(kErrnos); ++i) {
        const std::size_t nth = i / std::size(kErrnos) + 1;
        const netlink::KernelError error = netlink::kernel_error(kErrnos[i % std::size(kErrnos)]);
        Bench bench;
        bench.failing.fail_change(nth, error.errno_value);
        const auto errors = bench.update(manual_bundle());
        INFO(nth << ", " << error.text);
        REQUIRE(errors.size() == 1);
        CHECK(has(errors[0], "manual SA by-hand: adding the "));
        CHECK(has(errors[0], error.text));
        CHECK(bench.kernel.empty());
        CHECK(bench.books.policies.size() == 0);
        CHECK_FALSE(bench.status("by-hand").installed);
        CHECK(has(bench.status("by-hand").error, error.text));
        // It is tried again.
        const ManualRepair repair = bench.repair();
        CHECK(repair.repaired == std::vector<std::string>{"manual SA by-hand: it was not installed"});
        CHECK(bench.status("by-hand").installed);
        CHECK(bench.status("by-hand").error.empty());
        CHECK(bench.kernel.sa_count() == 4);
    }
}

TEST_CASE("one that cannot be installed does not stop the others", "[daemon]") {
    Bench bench;
    std::vector<policy::ManualSa> sas;
    sas.push_back(manual_esp("one"));
    sas.back().interface = "eth9";
    sas.push_back(in_transport_mode(manual_esp("two", 300)));
    CHECK(bench.manual.update(sas) == std::vector<std::string>{"manual SA one: there is no interface eth9"});
    CHECK(bench.status("two").installed);
    CHECK(bench.repair().failed.empty());  // it was told before
    bench.interfaces["eth9"] = 4;
    CHECK(bench.repair().repaired.size() == 1);
    CHECK(bench.status("one").installed);
}

TEST_CASE("where a change fails the old policies keep the traffic from going out in the clear", "[daemon]") {
    Bench bench;
    bench.update(manual_esp());
    policy::ManualSa other = manual_esp();
    other.encryption->key = key("another 16 bytes");
    bench.failing.fail_change(1, EPERM, netlink::ChangeKind::add_sa);
    CHECK(bench.update(std::move(other)).size() == 1);
    CHECK(bench.kernel.sa_count() == 0);
    CHECK(bench.has_policy(Direction::out, "10.1.0.0/16", "10.2.0.0/16"));
    CHECK(bench.repair().repaired.size() == 1);
    CHECK(bench.kernel.sa_count() == 2);
    CHECK(bench.kernel.policy_count() == 3);
    CHECK(bench.manual.remove_all());
    CHECK(bench.kernel.empty());
    CHECK(bench.books.policies.size() == 0);
}

TEST_CASE("SAs that an earlier process left behind are replaced, with their keys", "[daemon][hostile-g6]") {
    netlink::MemoryKernel kernel;
    std::vector<policy::ManualSa> wanted;
    wanted.push_back(manual_esp());
    wanted[0].authentication->key = key("the key it had once.");
    {
        netlink::Books books(kernel);
        ManualSas earlier(books);
        CHECK(earlier.update(wanted).empty());
    }
    netlink::Books books(kernel);
    netlink::Reconciler reconciler(books);
    REQUIRE(reconciler.inherit({}, std::chrono::hours(1)));
    wanted[0].authentication->key = key(kShaKey);
    ManualSas manual(books);
    CHECK(manual.update(wanted).empty());
    const auto* sa = kernel.sa({address("192.0.2.2"), netlink::Spi{256}, netlink::kEsp});
    CHECK(std::get<netlink::CipherAndMac>(sa->algorithms).mac_key == key(kShaKey));
    CHECK(sa->lifetime == netlink::Lifetime{});
    // They are ours now: what ends the rest of the inheritance leaves them.
    CHECK(reconciler.retire());
    CHECK(kernel.sa_count() == 2);
    CHECK(kernel.policy_count() == 3);
    CHECK(reconciler.run({})->none());
    CHECK(manual.remove_all());
    CHECK(kernel.empty());
}

TEST_CASE("a negotiated SA is not replaced by a manual one", "[daemon]") {
    Bench bench;
    netlink::Installer installer(bench.books);
    std::vector<netlink::TunnelSpec> tunnels;
    tunnels.push_back(netlink::test::tunnel(0xc1234567, 256));
    REQUIRE(installer.install(tunnels).front());
    const auto errors = bench.update(in_transport_mode(manual_esp()));
    REQUIRE(errors.size() == 1);
    CHECK(has(errors[0], "a negotiated SA has this SPI"));
    CHECK(bench.kernel.sa_count() == 2);
    CHECK(std::holds_alternative<netlink::Aead>(bench.sa("192.0.2.2", 256)->algorithms));
}

TEST_CASE("SAs that have gone are put back, and changed ones are replaced", "[daemon][hostile-g8]") {
    Bench bench;
    bench.update(manual_esp());
    CHECK(bench.repair().repaired.empty());
    const netlink::Change gone = netlink::DeleteSa{{address("192.0.2.2"), netlink::Spi{256}, netlink::kEsp}};
    REQUIRE(bench.kernel.apply({&gone, 1}).front());
    const ManualRepair repair = bench.repair();
    REQUIRE(repair.repaired.size() == 1);
    CHECK(repair.repaired[0] == "manual SA by-hand: 192.0.2.2 spi 0x00000100 was gone");
    REQUIRE(bench.kernel.sa_count() == 2);
    // Somebody put another one in its place.
    netlink::SaSpec theirs = netlink::clone(*bench.sa("192.0.2.2", 256));
    theirs.reqid = netlink::Reqid{4711};
    const netlink::Change other = netlink::AddSa{std::move(theirs)};
    REQUIRE(bench.kernel.apply({&gone, 1}).front());
    REQUIRE(bench.kernel.apply({&other, 1}).front());
    CHECK(has(bench.repair().repaired.at(0), "had another reqid"));
    CHECK(bench.sa("192.0.2.2", 256)->reqid == netlink::Reqid{1});
    REQUIRE(bench.kernel.apply({&gone, 1}).front());
    bench.failing.fail_change(1, ENOMEM, netlink::ChangeKind::add_sa);
    CHECK(has(bench.repair().failed.at(0), "ENOMEM"));
    CHECK(bench.repair().repaired.size() == 1);
}

TEST_CASE("policies follow an interface that comes back under another number", "[daemon]") {
    Bench bench;
    bench.interfaces["eth1"] = 4;
    policy::ManualSa sa = manual_esp();
    sa.interface = "eth1";
    CHECK(bench.update(std::move(sa)).empty());
    bench.interfaces["eth1"] = 0;
    CHECK(bench.repair().repaired.empty());
    CHECK(bench.status("by-hand").installed);
    bench.interfaces["eth1"] = 5;
    CHECK(bench.repair().repaired.size() == 1);
    CHECK(bench.kernel.sa_count() == 2);
    CHECK(bench.kernel.policy_count() == 3);
    const auto policies = bench.kernel.list_policies();
    for (const auto& state : *policies) CHECK(state.policy.id.selector.interface == 5);
}

TEST_CASE("manual SAs are visited by name, from any of them on", "[daemon]") {
    Bench bench;
    std::vector<policy::ManualSa> sas;
    for (const char* name : {"c", "a", "b"}) {
        sas.push_back(manual_esp(name, 256 + static_cast<std::uint32_t>(sas.size())));
    }
    bench.manual.update(sas);
    std::string names;
    bench.manual.visit("a", [&](const policy::ManualSa& sa, const ManualSaStatus&) {
        names += sa.name;
        return true;
    });
    CHECK(names == "bc");
}
