// New keys, for CAs and for ends. What is secret leaves only as a file's contents.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "cli/pki/trouble.h"
#include "ike/base/random.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/private_key.h"

namespace Botan {
class Private_Key;
}

namespace xfrmd::cli::pki {

// "ecdsa-256", "rsa-3072", "ed25519" and the like; the first is what one gets who does not say.
std::span<const std::string_view> key_kinds();

class KeyPair {
public:
    // `kind`: one of key_kinds(). With random bytes from the system; RSA takes seconds.
    static Outcome<KeyPair> make(std::string_view kind);
    KeyPair(KeyPair&&) noexcept;
    KeyPair& operator=(KeyPair&&) noexcept;
    ~KeyPair();

    // As everything that signs takes it.
    Outcome<crypto::PrivateKey> key(base::Random& random) const;
    // PKCS#8 in PEM; with a passphrase encrypted (PBES2 of PBKDF2 with HMAC-SHA-256, and AES-256-CBC; RFC 8018 6.2).
    Outcome<base::SecretBytes> pem(const base::SecretBytes* passphrase) const;

private:
    explicit KeyPair(std::unique_ptr<const Botan::Private_Key> key);
    std::unique_ptr<const Botan::Private_Key> key_;
};

}  // namespace xfrmd::cli::pki
