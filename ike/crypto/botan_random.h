// base::Random as Botan wants to see it, for the length of a call. Internal to ike/crypto.
#pragma once

#include <span>
#include <string>

#include <botan/rng.h>

#include "ike/base/random.h"

namespace xfrmd::crypto {

class BotanRandom final : public Botan::RandomNumberGenerator {
public:
    explicit BotanRandom(base::Random& random) : random_(random) {}

    std::string name() const override { return "xfrmd"; }
    bool accepts_input() const override { return false; }
    bool is_seeded() const override { return true; }
    void clear() override {}

private:
    void fill_bytes_with_input(std::span<std::uint8_t> output, std::span<const std::uint8_t> /*input*/) override {
        random_.fill(output);
    }

    base::Random& random_;
};

}  // namespace xfrmd::crypto
