#include <catch2/catch_test_macros.hpp>

#include "daemon/kernel_side.h"
#include "tests/unit/daemon/child_samples.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

// Notes what is to be negotiated anew, and why.
struct Client final : KernelClient {
    void renew(const TunnelOwner& owner, const std::optional<std::string>& stranded) override {
        renewed.push_back(std::to_string(static_cast<std::uint64_t>(owner.child)) + " " + stranded.value_or("lost"));
    }
    void rekey(const TunnelOwner&) override {}
    void expire(const TunnelOwner&) override {}
    void follow(const TunnelOwner&, const base::Endpoint&) override {}
    void acquire(const WantedChild&, std::optional<policy::TriggeringPacket>,
                 std::function<void(const base::Result<void>&)>) override {}
    void lose_address(const base::Address&) override {}
    std::vector<std::string> renewed;
};

struct Observer final : KernelObserver {
    void overrun() override {}
    void reconciled(const netlink::KernelResult<api::KernelDrift>&) override {}
};

struct Bench {
    Bench() {
        kernel->queue().install(test::child(1, "10.1.0.0/24", "10.2.0.0/24"),
                                [](const base::Result<void>& installed) { REQUIRE(installed); });
        kernel->queue().flush();
    }
    void note_move(const base::Result<void>& moved) {
        kernel->note_move(ike::ChildSaId{1}, moved);
        io.poll();
    }

    asio::io_context io;
    Log log{LogTarget::standard_error, false};
    Client client;
    Observer observer;
    std::unique_ptr<KernelSide> kernel = *KernelSide::open(io, log, KernelChoice::memory, {}, client, observer);
};

const base::Result<void> kRefused = base::fail(base::Reason::KernelRefused, "ERANGE");
const std::string kWhy = "1 " + kRefused.error().sentence();

}  // namespace

TEST_CASE("a child that cannot follow is replaced for that reason, once", "[daemon][rfc4555-3.5]") {
    Bench bench;
    bench.note_move({});
    CHECK(bench.client.renewed.empty());
    bench.note_move(kRefused);
    bench.note_move(kRefused);
    REQUIRE(bench.kernel->reconcile());
    bench.io.poll();
    CHECK(bench.client.renewed == std::vector{kWhy});
}

TEST_CASE("what could not be replaced is tried again after the next comparison", "[daemon][rfc4555-3.5]") {
    Bench bench;
    bench.note_move(kRefused);
    bench.kernel->tell_again(ike::ChildSaId{1});
    bench.io.poll();
    CHECK(bench.client.renewed.size() == 1);
    SECTION("while it is so") {
        REQUIRE(bench.kernel->reconcile());
        bench.io.poll();
        CHECK(bench.client.renewed == std::vector{kWhy, kWhy});
    }
    SECTION("and not after a move that it could follow") {
        bench.note_move({});
        REQUIRE(bench.kernel->reconcile());
        bench.io.poll();
        CHECK(bench.client.renewed.size() == 1);
    }
    SECTION("and not when it has gone") {
        bench.kernel->queue().remove(ike::ChildSaId{1}, [](const base::Result<void>&) {});
        bench.kernel->queue().flush();
        REQUIRE(bench.kernel->reconcile());
        bench.io.poll();
        CHECK(bench.client.renewed.size() == 1);
    }
}
