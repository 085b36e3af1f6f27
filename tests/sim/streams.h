// Users' packets between two hosts, tried in both directions after everything that happens to either: none may leave in
// clear or be taken in clear, and once a child stands at both ends each passes, at once and after a while on the way,
// whatever is rekeyed (RFC 7296 2.8), until somebody's order, a crash or a wire that lost too much excuses it.
#pragma once

#include <vector>

#include "tests/sim/dice.h"
#include "tests/sim/network.h"

namespace xfrmd::sim {

class Streams {
public:
    Streams(Network& network, std::uint64_t seed) : network_(network), dice_(seed) {}

    // `there`: from the host at `one` to the one at `other`.
    void add(std::size_t one, std::size_t other, const tests::Packet& there);
    // Something has been done to this host that may stop its packets; they are held to it again once all is quiet.
    void excuse(std::size_t place);
    // To be told of each host that was fed.
    void after(Host& host);

    // Packets that had to pass, and did.
    std::uint64_t passed() const { return passed_; }

private:
    struct Stream {
        std::size_t one;
        std::size_t other;
        tests::Packet there;
        bool stands = false;
        unsigned excuses = 0;
    };
    // True where the kernel has changed.
    bool notice(const Host& host, std::size_t place);
    void check(std::size_t index);
    bool passes(std::size_t from, std::size_t to, const tests::Packet& packet, bool must);
    void launch(std::size_t index, bool there);

    Network& network_;
    Dice dice_;
    struct Seen {
        const Host* host = nullptr;
        std::size_t reports = 0;
        std::uint64_t changes = 0;  // of the kernel
    };

    std::vector<Stream> streams_;
    std::vector<std::vector<std::size_t>> streams_of_;  // each host
    std::vector<Seen> seen_;                            // of each host
    std::uint64_t passed_ = 0;
};

}  // namespace xfrmd::sim
