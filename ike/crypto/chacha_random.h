// The daemon's source of randomness: ChaCha20 seeded from the system's generator, seeded again on a schedule and after
// a fork. One for each thread; not for use across threads. A draw of 32 bytes costs some 0.15 us.
#pragma once

#include <memory>

#include "ike/base/random.h"
#include "ike/base/result.h"

namespace xfrmd::crypto {

class ChaChaRandom final : public base::Random {
public:
    // Error: InternalInconsistency where the system has no generator.
    static base::Result<std::unique_ptr<ChaChaRandom>> make();
    ~ChaChaRandom() override;
    ChaChaRandom(const ChaChaRandom&) = delete;
    ChaChaRandom& operator=(const ChaChaRandom&) = delete;

    // Ends the process if the system's generator, which worked at start, fails when it is needed again: there is no
    // safe way on.
    void fill(std::span<std::uint8_t> out) noexcept override;

private:
    struct Impl;
    explicit ChaChaRandom(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace xfrmd::crypto
