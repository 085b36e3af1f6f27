// ML-DSA's private keys as RFC 9881 6 has them, where Botan knows the bare seed alone. Internal to ike/crypto; throws
// at what is none of them.
#pragma once

#include <memory>

#include <botan/asn1_obj.h>
#include <botan/pk_keys.h>

#include "ike/base/bytes.h"

namespace xfrmd::crypto {

bool is_ml_dsa(const Botan::AlgorithmIdentifier& algorithm);

// `key`: the contents of privateKey (RFC 5958 2). Those with the seed; what follows from it and stands beside it has to
// begin as it would. An expanded key alone is refused.
std::unique_ptr<Botan::Private_Key> read_ml_dsa_key(const Botan::AlgorithmIdentifier& algorithm, base::ByteView key);

}  // namespace xfrmd::crypto
