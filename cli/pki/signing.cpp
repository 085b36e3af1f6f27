#include "cli/pki/signing.h"

#include <botan/der_enc.h>

#include "ike/crypto/signature_algorithm.h"

namespace xfrmd::cli::pki {

namespace {

using policy::HashId;
using policy::KeyType;
using policy::Padding;

HashId hash_for(std::size_t bits) {
    if (bits <= 256) return HashId::sha2_256;
    return bits <= 384 ? HashId::sha2_384 : HashId::sha2_512;
}

policy::SignatureScheme scheme_of(const crypto::PublicKey& key) {
    switch (key.type()) {
        case KeyType::rsa:
            return {KeyType::rsa, Padding::pkcs1, HashId::sha2_256};
        case KeyType::ecdsa:
            return {KeyType::ecdsa, Padding::none, hash_for(key.bits())};
        default:
            return {key.type(), Padding::none, HashId::identity};
    }
}

}  // namespace

base::Bytes signature_algorithm(const crypto::PublicKey& key) { return crypto::encode_algorithm(scheme_of(key)); }

Outcome<base::Bytes> sign(base::ByteView content, const crypto::PrivateKey& key, base::Random& random) {
    const auto signature = key.sign(scheme_of(key.public_key()), crypto::EcdsaFormat::der, content, random);
    if (!signature) return unusable("the CA's key", signature.error(), "");
    base::Bytes der;
    Botan::DER_Encoder(der)
        .start_sequence()
        .raw_bytes(content)
        .raw_bytes(signature_algorithm(key.public_key()))
        .encode(*signature, Botan::ASN1_Type::BitString)
        .end_cons();
    return der;
}

}  // namespace xfrmd::cli::pki
