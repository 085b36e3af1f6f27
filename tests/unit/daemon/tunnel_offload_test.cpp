#include "daemon/tunnel_offload.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"
#include "tests/unit/daemon/child_samples.h"

using namespace xfrmd;
using namespace xfrmd::daemon::test;
using netlink::Offload;
using netlink::OffloadKind;
using policy::HwOffload;

namespace {

constexpr std::uint32_t kNic = 4;

// Tunnels over the interface "eth0", which may be a NIC.
struct Desk {
    netlink::MemoryKernel kernel;
    netlink::FailingKernel failing{kernel};
    netlink::Books books{failing};
    daemon::DeviceTowards device = [](const base::Address&, const base::Address&) {
        return netlink::KernelResult<daemon::Device>(daemon::Device{kNic, "eth0"});
    };
    daemon::Tunnels tunnels{
        books, {nullptr, nullptr, [this](const auto& remote, const auto& local) { return device(remote, local); }}};

    base::Result<void> up(HwOffload wanted) {
        policy::Connection connection;
        connection.name = "gw";
        policy::Child options;
        options.name = "net";
        options.hw_offload = wanted;
        connection.children.push_back(options);
        ike::ChildInstall install = child(1, "10.1.0.0/24", "10.2.0.0/24");
        install.connection_name = "gw";
        install.child_name = "net";
        install.connection = std::make_shared<const policy::Connection>(connection);
        return daemon::test::install(tunnels, std::move(install));
    }
    std::optional<Offload> obtained() { return tunnels.counters(ike::ChildSaId{1}).offload; }
};

}  // namespace

TEST_CASE("what the NIC does is what was asked for, and is told", "[daemon][hostile-g11]") {
    Desk desk;
    desk.kernel.add_device(kNic, OffloadKind::packet);
    REQUIRE(desk.up(HwOffload::crypto));
    CHECK(desk.obtained() == Offload{kNic, OffloadKind::crypto});
    const ike::ChildSaId id{1};
    REQUIRE(desk.tunnels.remove({&id, 1}));
    REQUIRE(desk.up(HwOffload::packet));
    CHECK(desk.obtained() == Offload{kNic, OffloadKind::packet});
    REQUIRE(desk.tunnels.remove({&id, 1}));
    REQUIRE(desk.up(HwOffload::automatic));
    CHECK(desk.obtained() == Offload{kNic, OffloadKind::packet});
    REQUIRE(desk.tunnels.remove({&id, 1}));
    REQUIRE(desk.up(HwOffload::no));
    CHECK_FALSE(desk.obtained());
}

TEST_CASE("crypto offload that Linux does in software without a word is an error", "[daemon][hostile-g11]") {
    Desk desk;
    const auto refused = desk.up(HwOffload::crypto);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == base::Reason::KernelRefused);
    CHECK(refused.error().detail ==
          "crypto offload to eth0: the device does not do it, and the kernel would do it in software");
    CHECK(desk.kernel.empty());
    CHECK(desk.tunnels.size() == 0);
}

TEST_CASE("packet offload that is refused is an error with the kernel's words", "[daemon][hostile-g11]") {
    Desk desk;
    desk.kernel.add_device(kNic, OffloadKind::crypto);
    const auto refused = desk.up(HwOffload::packet);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail ==
          "packet offload to eth0: adding the inbound SA 192.0.2.2 -> 192.0.2.1 spi 0xc0000001: EINVAL: Invalid "
          "argument (Device doesn't support offload)");
    CHECK(desk.kernel.empty());
}

TEST_CASE("hw_offload = auto takes what there is", "[daemon][hostile-g11]") {
    Desk desk;
    SECTION("crypto") {
        desk.kernel.add_device(kNic, OffloadKind::crypto);
        REQUIRE(desk.up(HwOffload::automatic));
        CHECK(desk.obtained() == Offload{kNic, OffloadKind::crypto});
    }
    SECTION("nothing") {
        REQUIRE(desk.up(HwOffload::automatic));
        CHECK_FALSE(desk.obtained());
    }
    SECTION("nothing, as the crypto offload is refused outright") {
        desk.failing.fail_change(6, EINVAL);
        REQUIRE(desk.up(HwOffload::automatic));
        CHECK_FALSE(desk.obtained());
    }
    CHECK(desk.kernel.sa_count() == 2);
    CHECK(desk.kernel.policy_count() == 3);
    CHECK(desk.tunnels.size() == 1);
}

TEST_CASE("without a way to the peer there is no device to ask", "[daemon][hostile-g11]") {
    Desk desk;
    desk.device = [](const base::Address&, const base::Address&) -> netlink::KernelResult<daemon::Device> {
        return netlink::refused(ENETUNREACH);
    };
    const auto refused = desk.up(HwOffload::crypto);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail ==
          "crypto offload needs a device, and there is no way to 192.0.2.2: ENETUNREACH: Network is unreachable");
    CHECK(desk.kernel.empty());
    REQUIRE(desk.up(HwOffload::automatic));
    CHECK(desk.kernel.sa_count() == 2);
}

TEST_CASE("which devices work on SAs is known", "[daemon][hostile-g11]") {
    Desk desk;
    const ike::ChildSaId id{1};
    desk.kernel.add_device(kNic, OffloadKind::crypto);
    REQUIRE(desk.up(HwOffload::no));
    CHECK_FALSE(desk.tunnels.offloads_to(kNic));
    REQUIRE(desk.tunnels.remove({&id, 1}));
    REQUIRE(desk.up(HwOffload::crypto));
    CHECK(desk.tunnels.offloads_to(kNic));
    CHECK_FALSE(desk.tunnels.offloads_to(kNic + 1));
    REQUIRE(desk.tunnels.remove({&id, 1}));
    CHECK_FALSE(desk.tunnels.offloads_to(kNic));
}

TEST_CASE("with the device without offload, none works on SAs", "[daemon][hostile-g11]") {
    Desk desk;
    REQUIRE(desk.up(HwOffload::automatic));
    CHECK_FALSE(desk.tunnels.offloads_to(kNic));
}
