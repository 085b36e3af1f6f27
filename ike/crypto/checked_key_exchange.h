// What all key exchange methods share: the exact length of the peer's value (RFC 7296 3.4; FIPS 203 7.2, 7.3), one
// result for each key pair, and Botan's exceptions made into values. Internal to ike/crypto.
#pragma once

#include <exception>
#include <utility>

#include "ike/crypto/key_exchange.h"

namespace xfrmd::crypto {

// Error: KeyExchangeValueInvalid.
base::Result<void> check_length(base::ByteView value, std::size_t expected);

class CheckedKeyExchange : public KeyExchange {
public:
    policy::KeyExchangeId method() const final { return method_; }
    const base::Bytes& public_value() const final { return public_value_; }
    base::Result<base::SecretBytes> shared_secret(base::ByteView peer_value) final;

protected:
    // The peer's value is as long as ours.
    CheckedKeyExchange(policy::KeyExchangeId method, base::Bytes public_value)
        : method_(method), public_value_(std::move(public_value)), peer_bytes_(public_value_.size()) {}
    CheckedKeyExchange(policy::KeyExchangeId method, base::Bytes public_value, std::size_t peer_bytes)
        : method_(method), public_value_(std::move(public_value)), peer_bytes_(peer_bytes) {}

private:
    // May throw what Botan throws at a value it does not like.
    virtual base::Result<base::SecretBytes> agree(base::ByteView peer_value) = 0;

    policy::KeyExchangeId method_;
    base::Bytes public_value_;
    std::size_t peer_bytes_;
    bool used_ = false;
};

}  // namespace xfrmd::crypto
