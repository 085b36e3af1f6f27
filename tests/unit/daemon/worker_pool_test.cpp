#include "daemon/worker_pool.h"

#include <catch2/catch_test_macros.hpp>

#include <future>

#include "tests/support/seeded_random.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

// Nobody is there; what is to be handed on finds no room.
struct Nobody final : Outside {
    void install(std::uint8_t, ike::ChildInstall) override {}
    void use(std::uint8_t, ike::ChildSaId) override {}
    void move(ike::MoveChild) override {}
    void seek(ike::SeekPath) override {}
    void remove(ike::ChildSaId) override {}
    void fetch(std::uint8_t, ike::Fetch) override {}
    void sign(std::uint8_t, ike::Sign) override {}
    void lease(std::uint8_t, ike::LeaseAddresses) override {}
    void give_back(policy::LeaseHolder) override {}
    void move_leases(ike::MoveLeases) override {}
    void hold(ike::HoldAddresses) override {}
    void drop(policy::LeaseHolder) override {}
    void query(std::uint8_t, ike::QueryUse) override {}
    void tell(std::uint8_t, ike::PeerNews) override {}
    void revive(ike::ReviveChild) override {}
    void done(ike::OperationDone) override {}
    bool wants_drops() const override { return false; }
    bool wants_views() const override { return false; }
    void report(const ike::Report&, std::optional<api::IkeSaView>) override {}
    bool forward(std::uint8_t from, std::uint8_t to, OwnedDatagram) override {
        asked.emplace_back(from, to);
        return false;
    }
    std::vector<std::pair<unsigned, unsigned>> asked;
};

OwnedDatagram datagram_for(std::uint8_t shard) {
    base::Bytes bytes(28);
    bytes[0] = 1;      // the peer's SPI
    bytes[8] = shard;  // ours
    bytes[15] = 1;
    bytes[16] = 46;  // SK
    bytes[17] = 0x20;
    bytes[18] = 37;    // INFORMATIONAL
    bytes[19] = 0x08;  // of the original initiator
    bytes[27] = 28;
    return {{*base::Address::parse("192.0.2.1"), 500}, {*base::Address::parse("192.0.2.2"), 500}, bytes};
}

policy::Snapshot nothing_configured() { return policy::IndexedConfiguration::of({}); }

}  // namespace

TEST_CASE("what cannot be handed on to another engine is counted", "[daemon][hostile-g12]") {
    asio::io_context io;
    Nobody outside;
    tests::SeededRandom random(1);
    WorkerOptions options;
    options.workers = 2;
    Worker worker(io, options, random, nothing_configured(), outside);
    const OwnedDatagram datagram = datagram_for(1);
    worker.receive({datagram.local, datagram.remote, datagram.bytes});
    CHECK(outside.asked == std::vector<std::pair<unsigned, unsigned>>{{0, 1}});
    CHECK(worker.lost() == std::map<base::Reason, std::uint64_t>{{base::Reason::SocketOverflow, 1}});
}

TEST_CASE("an engine that hands on too much leaves others their share", "[daemon][hostile-g12]") {
    asio::io_context io;
    Nobody outside;
    PoolOptions options;
    options.engines = 3;
    options.worker.ipsec = false;
    options.worker.engine.port = 0;
    options.worker.engine.nat_port = 0;
    auto pool = WorkerPool::open(io, options, nothing_configured(), outside);
    REQUIRE(pool);
    std::promise<void> go_on;
    (*pool)->post(2, [waits = go_on.get_future().share()](Worker&) { waits.wait(); });
    unsigned handed_on = 0;
    while (handed_on < 5000 && (*pool)->forward(0, 2, datagram_for(2))) ++handed_on;
    CHECK(handed_on == 2048);
    CHECK((*pool)->forward(1, 2, datagram_for(2)));
    go_on.set_value();
    std::promise<void> caught_up;
    (*pool)->post(2, [&](Worker&) { caught_up.set_value(); });
    caught_up.get_future().wait();
    CHECK((*pool)->forward(0, 2, datagram_for(2)));
}
