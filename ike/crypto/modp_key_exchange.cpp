#include "ike/crypto/modp_key_exchange.h"

#include <stdexcept>

#include <botan/bigint.h>

#include "ike/crypto/checked_key_exchange.h"

namespace xfrmd::crypto {

using base::Bytes;
using base::ByteView;
using base::Reason;
using base::Result;
using base::SecretBytes;
using Botan::BigInt;

namespace {

class ModpKeyExchange final : public CheckedKeyExchange {
public:
    ModpKeyExchange(const ModpGroup& group, Botan::DL_Group parameters, BigInt exponent, Bytes public_value)
        : CheckedKeyExchange(group.id, std::move(public_value)),
          group_(group),
          parameters_(std::move(parameters)),
          exponent_(std::move(exponent)) {}

private:
    Result<SecretBytes> agree(ByteView peer_value) override {
        const BigInt value(peer_value);
        // RFC 6989 2.1: 1 < r < p-1.
        if (value <= 1 || value >= parameters_.get_p() - 1) {
            return base::fail(Reason::KeyExchangeValueInvalid, "out of range");
        }
        // RFC 6989 2.2: r^q = 1 mod p, for the groups with small subgroups.
        const BigInt& order = parameters_.get_q();
        if (group_.has_subgroup && parameters_.power_b_p(value, order, order.bits()) != 1) {
            return base::fail(Reason::KeyExchangeValueInvalid, "not in the subgroup");
        }
        SecretBytes secret(parameters_.p_bytes());
        parameters_.power_b_p(value, exponent_, group_.exponent_bits).serialize_to(secret.writable());
        return secret;
    }

    const ModpGroup& group_;
    Botan::DL_Group parameters_;
    BigInt exponent_;
};

// Uniform in 2 .. 2^exponent_bits - 1, and below q where there is one.
BigInt draw_exponent(const ModpGroup& group, const Botan::DL_Group& parameters, base::Random& random) {
    constexpr int kTries = 128;  // each succeeds with a probability of 1/2 or more
    SecretBytes bytes(group.exponent_bits / 8U);
    for (int i = 0; i < kTries; ++i) {
        random.fill(bytes.writable());
        BigInt exponent(bytes.view());
        if (exponent > 1 && (!group.has_subgroup || exponent < parameters.get_q())) return exponent;
    }
    throw std::runtime_error("the random generator repeats itself");
}

}  // namespace

Result<std::unique_ptr<KeyExchange>> make_modp_key_exchange(const ModpGroup& group, base::Random& random) {
    Botan::DL_Group parameters = group.parameters();
    BigInt exponent = draw_exponent(group, parameters, random);
    Bytes public_value(parameters.p_bytes());
    // RFC 7296 3.4: zeros are prepended up to the length of the prime.
    parameters.power_g_p(exponent, group.exponent_bits).serialize_to(public_value);
    return std::make_unique<ModpKeyExchange>(group, std::move(parameters), std::move(exponent),
                                             std::move(public_value));
}

}  // namespace xfrmd::crypto
