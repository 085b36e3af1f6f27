// PKCS#12 files (RFC 7292): an own certificate, its key and CAs in one, under a passphrase. DER only, with the
// integrity that a passphrase gives (MacData), which is checked, or none.
#pragma once

#include <vector>

#include "ike/base/random.h"
#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/private_key.h"

namespace xfrmd::crypto {

struct Pkcs12 {
    std::vector<Certificate> certificates;  // in their order: mostly the own one first, then CAs
    std::vector<PrivateKey> private_keys;

    // At most kMostBytes. What else may be in it (CRLs, other secrets) is passed over. Error: ConfigurationInvalid: the
    // passphrase does not fit, something is malformed, or encrypted in a way other than PBES2 or 3DES (so not with
    // RC2).
    static base::Result<Pkcs12> read(base::ByteView file, base::ByteView passphrase, base::Random& random);

    static constexpr std::size_t kMostBytes = 1 << 20;
};

}  // namespace xfrmd::crypto
