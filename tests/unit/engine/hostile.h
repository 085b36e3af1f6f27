// What every hostile row expects: nothing crashes, nothing changes, exactly one counter rises by one.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <functional>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

struct Snap {
    explicit Snap(const Host& host)
        : sas(host.sas().size()),
          established(host.established()),
          half_open(host.engine.half_open()),
          children(host.kernel.children().size()),
          counted(host.counted()),
          sent(host.sent.size()) {}

    std::size_t sas, established, half_open, children;
    std::uint64_t counted;
    std::size_t sent;
};

// The stimulus is counted once under `reason`, and all else is as before.
inline void check_refused(const Lonely& lonely, Reason reason, const std::function<void()>& stimulus,
                          std::size_t answers = 0) {
    const Snap before(lonely.host);
    const std::uint64_t count = lonely.host.count(reason);
    stimulus();
    const Snap after(lonely.host);
    INFO(base::name(reason));
    CHECK(lonely.host.count(reason) == count + 1);
    CHECK(after.counted == before.counted + 1);
    CHECK(after.sas == before.sas);
    CHECK(after.established == before.established);
    CHECK(after.half_open == before.half_open);
    CHECK(after.children == before.children);
    CHECK(after.sent == before.sent + answers);
}

// The stimulus is counted once under `reason` and ends the one IKE SA there is.
inline void check_ended(const Lonely& lonely, Reason reason, const std::function<void()>& stimulus) {
    const Snap before(lonely.host);
    REQUIRE(before.sas == 1);
    const std::uint64_t count = lonely.host.count(reason);
    stimulus();
    INFO(base::name(reason));
    CHECK(lonely.host.count(reason) == count + 1);
    CHECK(lonely.host.counted() == before.counted + 1);
    CHECK(lonely.host.sas().empty());
    CHECK(lonely.host.engine.half_open() == 0);
    CHECK(lonely.host.kernel.children().empty());
    CHECK(lonely.host.kernel.complaints().empty());
}

}  // namespace xfrmd::tests
