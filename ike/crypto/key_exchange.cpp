#include "ike/crypto/key_exchange.h"

#include "ike/crypto/checked_key_exchange.h"
#include "ike/crypto/curve_key_exchange.h"
#include "ike/crypto/modp_key_exchange.h"

namespace xfrmd::crypto {

using base::Reason;
using base::Result;
using base::SecretBytes;

Result<SecretBytes> CheckedKeyExchange::shared_secret(base::ByteView peer_value) {
    // RFC 7296 2.12 lets a key pair serve again; we never do, and so need no stronger checks of the peer's value.
    if (used_) return base::fail(Reason::InternalInconsistency, "a key exchange is used once");
    if (peer_value.size() != public_value_.size()) {
        return base::fail(Reason::KeyExchangeValueInvalid, std::to_string(peer_value.size()) + " bytes instead of " +
                                                               std::to_string(public_value_.size()));
    }
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
    } catch (const std::exception& error) {
        return base::fail(Reason::AlgorithmUnavailable, error.what());
    }
    return base::fail(Reason::AlgorithmUnavailable, policy::to_string(policy::transform(method)));
}

std::size_t public_value_bytes(policy::KeyExchangeId method) {
    if (const ModpGroup* const group = find_modp_group(method)) return group->prime_bits / 8U;
    if (const Curve* const curve = find_curve(method)) return curve->public_bytes;
    return 0;
}

}  // namespace xfrmd::crypto
