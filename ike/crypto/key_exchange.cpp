#include "ike/crypto/key_exchange.h"

#include "ike/crypto/checked_key_exchange.h"
#include "ike/crypto/curve_key_exchange.h"
#include "ike/crypto/ml_kem_key_exchange.h"
#include "ike/crypto/modp_key_exchange.h"

namespace xfrmd::crypto {

using base::Reason;
using base::Result;
using base::SecretBytes;

Result<void> check_length(base::ByteView value, std::size_t expected) {
    if (value.size() == expected) return {};
    return base::fail(Reason::KeyExchangeValueInvalid,
                      std::to_string(value.size()) + " bytes instead of " + std::to_string(expected));
}

Result<SecretBytes> CheckedKeyExchange::shared_secret(base::ByteView peer_value) {
    // RFC 7296 2.12 lets a key pair serve again; we never do, and so need no stronger checks of the peer's value.
    if (used_) return base::fail(Reason::InternalInconsistency, "a key exchange is used once");
    if (const auto fits = check_length(peer_value, peer_bytes_); !fits) return tl::unexpected(fits.error());
    try {
        auto secret = agree(peer_value);
        used_ = secret.has_value();
        return secret;
    } catch (const std::exception& error) {
        return base::fail(Reason::KeyExchangeValueInvalid, error.what());
    }
}

Result<std::unique_ptr<KeyExchange>> KeyExchange::make(policy::KeyExchangeId method, base::Random& random) {
    try {
        if (const ModpGroup* const group = find_modp_group(method)) return make_modp_key_exchange(*group, random);
        if (const Curve* const curve = find_curve(method)) return make_curve_key_exchange(*curve, random);
        if (const MlKem* const kem = find_ml_kem(method)) return make_ml_kem_key_exchange(*kem, random);
    } catch (const std::exception& error) {
        return base::fail(Reason::AlgorithmUnavailable, error.what());
    }
    return base::fail(Reason::AlgorithmUnavailable, policy::to_string(policy::transform(method)));
}

std::size_t public_value_bytes(policy::KeyExchangeId method) {
    if (const ModpGroup* const group = find_modp_group(method)) return group->prime_bits / 8U;
    if (const Curve* const curve = find_curve(method)) return curve->public_bytes;
    if (const MlKem* const kem = find_ml_kem(method)) return kem->encapsulation_key_bytes;
    return 0;
}

Result<KeyExchangeAnswer> answer_key_exchange(policy::KeyExchangeId method, base::ByteView initiator_value,
                                              base::Random& random) {
    if (const MlKem* const kem = find_ml_kem(method)) return encapsulate(*kem, initiator_value, random);
    const auto own = KeyExchange::make(method, random);
    if (!own) return tl::unexpected(own.error());
    auto secret = (*own)->shared_secret(initiator_value);
    if (!secret) return tl::unexpected(secret.error());
    return KeyExchangeAnswer{(*own)->public_value(), *std::move(secret)};
}

}  // namespace xfrmd::crypto
