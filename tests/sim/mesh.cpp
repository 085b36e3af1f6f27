// A full mesh whose nodes start all at once.
#include "tests/sim/invariants.h"
#include "tests/sim/outcome.h"
#include "tests/sim/streams.h"
#include "tests/sim/world.h"
#include "tests/support/policies.h"

namespace xfrmd::sim {

namespace {

constexpr std::size_t kNodes = 20;
constexpr Bounds kBounds{4 * kNodes, 4 * kNodes};

std::string address_of(std::size_t node) { return "192.0.2." + std::to_string(node + 1); }
std::string name_of(std::size_t node) { return "node-" + std::to_string(node); }
std::string network_of(std::size_t node) { return "10." + std::to_string(node) + ".0.0/16"; }
std::string user_of(std::size_t node) { return "10." + std::to_string(node) + ".0.1"; }

policy::Connection connection_between(std::size_t node, std::size_t peer) {
    tests::ConnectionWords words;
    words.name = name_of(peer);
    words.local = address_of(node);
    words.remote = address_of(peer);
    words.local_id = name_of(node) + ".example";
    words.remote_id = name_of(peer) + ".example";
    words.children.front().local_ts = {network_of(node)};
    words.children.front().remote_ts = {network_of(peer)};
    policy::Connection connection = tests::connection(words);
    connection.dpd_delay = seconds(30);
    return connection;
}

policy::Snapshot configuration_of(std::size_t node) {
    std::vector<policy::Connection> connections;
    for (std::size_t peer = 0; peer < kNodes; ++peer) {
        if (peer != node) connections.push_back(connection_between(node, peer));
    }
    return tests::snapshot(std::move(connections), {{tests::kSecret, {}}});
}

class Mesh {
public:
    Mesh(std::uint64_t seed, std::ostream* trace)
        : dice_(seed), network_(seed + 1, trace), streams_(network_, seed + 2) {
        for (std::size_t node = 0; node < kNodes; ++node) network_.add(address_of(node), configuration_of(node), {});
        for (std::size_t one = 0; one < kNodes; ++one) {
            for (std::size_t other = one + 1; other < kNodes; ++other) {
                streams_.add(one, other, {tests::address(user_of(one)), tests::address(user_of(other))});
                wanted_.push_back({one, other, name_of(other), name_of(one), "net"});
            }
        }
        network_.wire.after_feed = [this](Host& host) {
            check_step(network_, host, kBounds);
            streams_.after(host);
        };
    }

    Outcome run() {
        network_.wire.faults.loss = static_cast<double>(dice_.between(0, 20)) / 100;
        network_.wire.faults.most_delay = dice_.time(milliseconds(1), milliseconds(300));
        start();
        network_.wire.run_for(seconds(60));
        network_.wire.faults = {};
        network_.wire.run_for(seconds(240));
        check(0);
        // A wire that lost all retransmissions of a request has ended its IKE SA.
        for (const Wanted& want : wanted_) initiate(want.one, want.other);
        network_.wire.run_for(seconds(1));
        check(1);
        return outcome_of(network_, streams_);
    }

private:
    void start() {
        for (std::size_t node = 0; node < kNodes; ++node) {
            for (std::size_t peer = 0; peer < kNodes; ++peer) {
                if (peer != node) initiate(node, peer);
            }
        }
    }

    void initiate(std::size_t node, std::size_t peer) {
        network_.wire.initiate(network_.at(node), address_of(peer), name_of(peer), "net");
    }

    void check(std::size_t least) {
        if (!network_.run_until_quiet(seconds(300))) network_.violated("it never becomes quiet");
        check_quiet(network_, wanted_, least);
    }

    Dice dice_;
    Network network_;
    Streams streams_;
    std::vector<Wanted> wanted_;
};

}  // namespace

Outcome run_mesh(std::uint64_t seed, std::ostream* trace) { return Mesh(seed, trace).run(); }

}  // namespace xfrmd::sim
