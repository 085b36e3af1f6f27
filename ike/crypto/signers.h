// Signatures by our own keys, with what Botan prepares for a key kept for the next one: blinding values for RSA take
// longer than the signature itself. For one thread.
#pragma once

#include <memory>

#include "ike/base/random.h"
#include "ike/crypto/private_key.h"

namespace xfrmd::crypto {

class Signers {
public:
    explicit Signers(base::Random& random);  // which outlives it
    ~Signers();
    Signers(const Signers&) = delete;
    Signers& operator=(const Signers&) = delete;

    // The same random bytes give the same signatures. Errors: AuthenticationMethodUnacceptable (the scheme is none for
    // this kind of key, or the hash too long for it), InternalInconsistency (the computation failed, or the key is
    // elsewhere).
    base::Result<base::Bytes> sign(const PrivateKey& key, const policy::SignatureScheme& scheme, EcdsaFormat format,
                                   base::ByteView message);
    // Nothing of the keys is kept.
    void forget();

    static constexpr std::size_t kMostPrepared = 8;  // the last to be used

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace xfrmd::crypto
