// An initiator of many IKE SAs against a responder in another process: engines as in the daemon, a real UDP socket, a
// kernel that says yes to everything. Each handshake has an identity of its own, as fleets do.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "ike/base/address.h"
#include "tests/bench/suites.h"

namespace xfrmd::bench {

struct Load {
    std::size_t first = 0;  // of the identities
    std::size_t handshakes = 0;
    std::size_t at_once = 1;
};

// Handshakes that begin at their times, whatever becomes of those before them.
struct Visits {
    std::size_t first = 0;  // of the identities
    std::size_t count = 0;
    double per_second = 10;
    double patience = 3;  // seconds, after which one has failed
};

struct Outcome {
    std::size_t established = 0;
    double seconds = 0;
};

class Generator {
public:
    // There are `most` identities. Binds port 500 of `local`. Throws std::runtime_error where it cannot.
    Generator(const Suite& suite, const base::Address& local, const base::Address& responder, std::size_t most);
    ~Generator();
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;

    // Runs until every handshake has an end, or nothing has happened for ten seconds.
    Outcome run(const Load& load);
    // How many seconds each took, those that failed left out.
    std::vector<double> visit(const Visits& visits);
    // Deletes everything, so that the responder is empty again, no faster than that it hears it.
    void clear();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace xfrmd::bench
