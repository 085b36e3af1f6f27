// Our own keys: read from what the operator has, and signatures made with them. Several threads may sign with one key
// at once, each with its own Random.
#pragma once

#include <memory>

#include "ike/base/random.h"
#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/public_key.h"

namespace xfrmd::crypto {

class PrivateKey {
public:
    // The contents of a file, at most kMostBytes: PEM or DER of PKCS#8 (of ML-DSA with its seed, RFC 9881 6), of PKCS#8
    // encrypted with PBES2 (RFC 8018) or 3DES of PKCS#12, of PKCS#1 (RSA) or SEC 1 (EC), or PEM of these encrypted as
    // OpenSSL once did ("Proc-Type: 4,ENCRYPTED"; AES or 3DES, CBC). `passphrase` may be null; it is not looked at
    // where nothing is encrypted. Keys that PublicKey would refuse, or whose parts contradict each other, are refused.
    // Error: ConfigurationInvalid.
    static base::Result<PrivateKey> load(base::ByteView file, const base::SecretBytes* passphrase,
                                         base::Random& random);
    // Is this file encrypted, so that load() needs a passphrase?
    static bool is_encrypted(base::ByteView file);

    // One that stays where it is, in a token: others sign with it (ike::Sign).
    static PrivateKey elsewhere(PublicKey key);
    bool is_elsewhere() const;

    PrivateKey(PrivateKey&&) noexcept;
    PrivateKey& operator=(PrivateKey&&) noexcept;
    PrivateKey(const PrivateKey&) = delete;
    PrivateKey& operator=(const PrivateKey&) = delete;
    ~PrivateKey();

    const PublicKey& public_key() const;
    // The same key for somebody else: there is one of it in memory.
    PrivateKey share() const { return PrivateKey(impl_); }

    // One signature alone; who makes many has Signers. Errors: as there.
    base::Result<base::Bytes> sign(const policy::SignatureScheme& scheme, EcdsaFormat format, base::ByteView message,
                                   base::Random& random) const;

    static constexpr std::size_t kMostBytes = 65536;

private:
    friend class Signers;
    struct Impl;
    explicit PrivateKey(std::shared_ptr<const Impl> impl);
    std::shared_ptr<const Impl> impl_;
};

}  // namespace xfrmd::crypto
