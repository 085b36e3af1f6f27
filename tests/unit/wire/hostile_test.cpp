// Truncations and corruptions of whole messages. The bytes below the SK door are reached with the key, so both are
// tested.

#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/wire/message.h"
#include "tests/fuzz/decode_round_trip.h"
#include "tests/unit/wire/samples.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;
using base::Reason;

namespace {

base::Bytes first_bytes(const base::Bytes& bytes, std::size_t count) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

// Every message that differs from `bytes` in one byte.
template <typename Visit>
void for_each_corruption(base::Bytes bytes, Visit visit) {
    for (std::uint8_t& byte : bytes) {
        const std::uint8_t original = byte;
        for (unsigned value = 0; value < 256; ++value) {
            byte = static_cast<std::uint8_t>(value);
            visit(bytes);
        }
        byte = original;
    }
}

}  // namespace

TEST_CASE("IKE_SA_INIT cut anywhere is refused, whatever its length field says",
          "[wire][rfc7296-3.1][hostile-A2][hostile-B1]") {
    const base::Bytes& whole = test::ike_sa_init_request();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const base::Bytes cut = first_bytes(whole, size);
        REQUIRE_FALSE(decode(cut));
        CHECK(decode(cut).error().reason ==
              (size < kHeaderSize ? Reason::DatagramTooShort : Reason::HeaderLengthMismatch));
        if (size < kHeaderSize) continue;
        const auto repaired = decode(test::with_true_length(cut));
        REQUIRE_FALSE(repaired);
        CHECK(repaired.error().reason == Reason::PayloadLengthInvalid);
    }
}

TEST_CASE("the inner chain of IKE_AUTH cut anywhere is refused", "[wire][rfc7296-3.2][hostile-B1]") {
    const base::Bytes& whole = test::ike_auth_inner();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto cut = decode_inner(test::kIkeAuthFirst, first_bytes(whole, size));
        REQUIRE_FALSE(cut);
        CHECK(cut.error().reason == Reason::PayloadLengthInvalid);
    }
}

TEST_CASE("bytes behind a whole message are refused", "[wire][rfc7296-3.2][hostile-B1]") {
    base::Bytes longer = test::ike_sa_init_request();
    longer.push_back(0);
    CHECK(decode(test::with_true_length(longer)).error().reason == Reason::PayloadLengthInvalid);
    base::Bytes inner = test::ike_auth_inner();
    inner.push_back(0);
    CHECK(decode_inner(test::kIkeAuthFirst, inner).error().reason == Reason::PayloadLengthInvalid);
}

TEST_CASE("IKE_SA_INIT with any byte changed is refused or read to the same values twice",
          "[wire][rfc7296-3][hostile-B10]") {
    std::size_t accepted = 0;
    std::size_t unfaithful = 0;
    for_each_corruption(test::ike_sa_init_request(), [&](const base::Bytes& bytes) {
        const auto received = decode(bytes);
        if (!received) return;
        ++accepted;
        unfaithful += message_round_trips(*received) ? 0U : 1U;
    });
    CHECK(accepted > test::ike_sa_init_request().size());
    CHECK(unfaithful == 0);
}

TEST_CASE("IKE_AUTH's chain with any byte changed is refused or read to the same values twice",
          "[wire][rfc7296-3][hostile-B10]") {
    std::size_t accepted = 0;
    std::size_t unfaithful = 0;
    for_each_corruption(test::ike_auth_inner(), [&](const base::Bytes& bytes) {
        const auto inner = decode_inner(test::kIkeAuthFirst, bytes);
        if (!inner) return;
        ++accepted;
        unfaithful += inner_round_trips(*inner) ? 0U : 1U;
    });
    CHECK(accepted > test::ike_auth_inner().size());
    CHECK(unfaithful == 0);
}
