// Numbers that are given out: SPIs are unique (RFC 7296 2.6); CPIs are few, so that engines share them by part, and
// running out of them harms nobody (RFC 3173 3.3).
#include "ike/sa_table.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <set>

#include "tests/support/seeded_random.h"

namespace xfrmd::tests {

namespace {

constexpr std::size_t kAll = 0xf000 - 0x100;

std::set<ike::Cpi> take(ike::SaTable& table, std::size_t attempts) {
    std::set<ike::Cpi> taken;
    for (std::size_t i = 0; i < attempts; ++i) {
        const auto cpi = table.new_cpi();
        if (cpi) CHECK(taken.insert(*cpi).second);
    }
    return taken;
}

// Gives everything twice.
class Repeating : public base::Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        std::fill(out.begin(), out.end(), static_cast<std::uint8_t>(1 + calls_++ / 2));
    }

private:
    unsigned calls_ = 0;
};

}  // namespace

TEST_CASE("an SPI that is in use is not given again", "[engine][rfc7296-2.6]") {
    Repeating random;
    ike::SaTable table(0, 1, random);
    ikev2::sa::Sa sa;
    sa.id = table.new_ike_id();
    sa.original_initiator = true;
    sa.spi_i = table.new_ike_spi();
    const auto taken = sa.spi_i;
    table.add(std::make_unique<ikev2::sa::IkeSa>(std::move(sa)));
    CHECK(table.new_ike_spi() != taken);
    std::set<ike::EspSpi> spis;
    for (int i = 0; i < 10; ++i) CHECK(spis.insert(table.new_esp_spi()).second);
}

TEST_CASE("CPIs are negotiable ones, each given once, and run out", "[engine][rfc3173-3.3]") {
    SeededRandom random(3);
    ike::SaTable table(0, 1, random);
    std::set<ike::Cpi> taken = take(table, 20'000);
    CHECK(taken.size() == 20'000);
    taken.merge(take(table, 200'000));
    CHECK(taken.size() > kAll * 9 / 10);
    CHECK(taken.size() <= kAll);
    CHECK(*taken.begin() >= ike::Cpi{0x100});
    CHECK(*taken.rbegin() <= ike::Cpi{0xefff});
    for (const ike::Cpi cpi : taken) table.release(cpi);
    CHECK(take(table, 1000).size() == 1000);
}

TEST_CASE("engines that share addresses do not share CPIs", "[engine][rfc3173-3.3]") {
    const unsigned shards = GENERATE(2U, 7U, 256U);
    SeededRandom random(3);
    std::set<ike::Cpi> all;
    std::size_t count = 0;
    for (const unsigned shard : {0U, 1U, shards - 1}) {
        if (shard == 1 && shards == 2) continue;
        ike::SaTable table(static_cast<std::uint8_t>(shard), shards, random);
        const auto taken = take(table, 5000);
        count += taken.size();
        CHECK(taken.size() >= std::min<std::size_t>(5000, kAll / shards) * 9 / 10);
        all.insert(taken.begin(), taken.end());
    }
    CHECK(all.size() == count);
    CHECK(*all.begin() >= ike::Cpi{0x100});
    CHECK(*all.rbegin() <= ike::Cpi{0xefff});
}

}  // namespace xfrmd::tests
