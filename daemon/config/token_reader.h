// What swanctl.conf names of PKCS#11 tokens, and who reads it there: an interface, as Files is one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ike/base/bytes.h"
#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/certificate.h"

namespace xfrmd::daemon {

// A certificate or a private key.
struct TokenObject {
    std::string module;  // the path of a shared object, or p11-kit's name of one; empty: any of p11-kit's
    std::optional<std::uint64_t> slot = {};  // none: whichever has it
    base::Bytes handle;                      // CKA_ID
};

// What a token tells of a key without giving it away.
struct TokenKey {
    crypto::PublicKey key;
    std::optional<crypto::Certificate> certificate;  // with the same CKA_ID, where the token has one
};

class TokenReader {
public:
    virtual ~TokenReader() = default;

    // May wait for a token, but not for ever. Error: ConfigurationInvalid; the detail says which module, slot and
    // object.
    virtual base::Result<crypto::Certificate> certificate(const TokenObject& object) = 0;
    // `pin`: nullptr for keys that need none. One that a token has refused is not tried there again.
    virtual base::Result<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) = 0;
};

}  // namespace xfrmd::daemon
