// One key exchange (RFC 7296 1.2, 3.4; RFC 9370): Diffie-Hellman, or a KEM, whose responder makes its value from the
// initiator's. The initiator makes it, sends public_value() and gives it the responder's value once; the responder
// answers at once. Values are checked as RFC 6989, RFC 7748 6 and FIPS 203 7.2, 7.3 ask: length, range, on the curve,
// no all-zero secret.
#pragma once

#include <memory>

#include "ike/base/random.h"
#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"
#include "ike/policy/transform.h"

namespace xfrmd::crypto {

class KeyExchange {
public:
    virtual ~KeyExchange() = default;

    // `random` is kept, to blind what is computed with the peer's value, and must outlive the object.
    // Error: AlgorithmUnavailable.
    static base::Result<std::unique_ptr<KeyExchange>> make(policy::KeyExchangeId method, base::Random& random);

    virtual policy::KeyExchangeId method() const = 0;
    // The Key Exchange Data field of the KE payload: full group length, left-padded (RFC 7296 3.4); x||y for ECP groups
    // (RFC 5903 7), the raw value for X25519 and X448 (RFC 8031 3); ML-KEM's encapsulation key.
    virtual const base::Bytes& public_value() const = 0;
    // g^ir as SKEYSEED takes it (RFC 7296 2.14). After a refusal another value may be tried (RFC 6989 2.5), after a
    // success not. Errors: KeyExchangeValueInvalid; InternalInconsistency (second use).
    virtual base::Result<base::SecretBytes> shared_secret(base::ByteView peer_value) = 0;
};

// The responder's part. Errors: AlgorithmUnavailable, KeyExchangeValueInvalid.
struct KeyExchangeAnswer {
    base::Bytes public_value;  // as of KeyExchange; ML-KEM's ciphertext
    base::SecretBytes secret;
};
base::Result<KeyExchangeAnswer> answer_key_exchange(policy::KeyExchangeId method, base::ByteView initiator_value,
                                                    base::Random& random);

// Length of the initiator's public value in bytes; 0 for a method this build cannot run.
std::size_t public_value_bytes(policy::KeyExchangeId method);

}  // namespace xfrmd::crypto
