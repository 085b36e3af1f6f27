#include "tests/support/test_key.h"

#include <map>
#include <tuple>

#include <botan/asn1_obj.h>
#include <botan/bigint.h>
#include <botan/der_enc.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/ed448.h>
#include <botan/ml_dsa.h>
#include <botan/numthry.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>

#include "ike/crypto/botan_random.h"
#include "tests/support/der.h"
#include "tests/support/seeded_random.h"

namespace xfrmd::tests {

namespace {

using policy::KeyType;

std::string_view curve_of(std::size_t bits) {
    return bits == 256 ? "secp256r1" : bits == 384 ? "secp384r1" : "secp521r1";
}

base::Bytes info(const Botan::AlgorithmIdentifier& algorithm, base::ByteView key) {
    base::Bytes der;
    Botan::DER_Encoder(der)
        .start_sequence()
        .encode(algorithm)
        .encode(base::to_bytes(key), Botan::ASN1_Type::BitString)
        .end_cons();
    return der;
}

Botan::ML_DSA_Mode mode_of(KeyType type) {
    if (type == KeyType::ml_dsa_44) return Botan::ML_DSA_Mode::ML_DSA_4x4;
    return type == KeyType::ml_dsa_65 ? Botan::ML_DSA_Mode::ML_DSA_6x5 : Botan::ML_DSA_Mode::ML_DSA_8x7;
}

}  // namespace

TestKey TestKey::make(KeyType type, std::size_t bits, std::uint64_t seed) {
    SeededRandom random(seed);
    crypto::BotanRandom rng(random);
    switch (type) {
        case KeyType::rsa:
            return rsa(bits, 65537, seed);
        case KeyType::ecdsa:
            return on_curve(curve_of(bits), seed);
        case KeyType::ed25519:
            return TestKey(std::make_shared<Botan::Ed25519_PrivateKey>(rng));
        case KeyType::ed448:
            return TestKey(std::make_shared<Botan::Ed448_PrivateKey>(rng));
        case KeyType::ml_dsa_44:
        case KeyType::ml_dsa_65:
        case KeyType::ml_dsa_87:
            break;
    }
    return TestKey(std::make_shared<Botan::ML_DSA_PrivateKey>(rng, mode_of(type)));
}

TestKey TestKey::rsa(std::size_t bits, std::uint64_t exponent, std::uint64_t seed) {
    // They are slow to find, and the same in all tests.
    static std::map<std::tuple<std::size_t, std::uint64_t, std::uint64_t>, TestKey> made;
    const auto known = made.find({bits, exponent, seed});
    if (known != made.end()) return known->second;
    SeededRandom random(seed);
    crypto::BotanRandom rng(random);
    const TestKey key(std::make_shared<Botan::RSA_PrivateKey>(rng, bits, exponent));
    return made.emplace(std::tuple{bits, exponent, seed}, key).first->second;
}

TestKey TestKey::on_curve(std::string_view curve, std::uint64_t seed) {
    SeededRandom random(seed);
    crypto::BotanRandom rng(random);
    return TestKey(std::make_shared<Botan::ECDSA_PrivateKey>(rng, Botan::EC_Group::from_name(curve)));
}

base::Bytes TestKey::subject_public_key_info() const { return key_->subject_public_key(); }

base::Bytes TestKey::pkcs8() const {
    if (key_->algo_name() == "ML-DSA") {  // RFC 9881 6
        const auto seed = key_->raw_private_key_bits();
        return sequence(
            {der_number(0), key_->algorithm_identifier().BER_encode(), der(0x04, der(0x80, base::ByteView(seed)))});
    }
    const auto der = Botan::PKCS8::BER_encode(*key_);
    return base::Bytes(der.begin(), der.end());
}

base::Bytes TestKey::raw_signature(base::ByteView encoded) const {
    const auto& rsa = dynamic_cast<const Botan::RSA_PrivateKey&>(*key_);
    return Botan::power_mod(Botan::BigInt::from_bytes(encoded), rsa.get_d(), rsa.get_n())
        .serialize(rsa.get_n().bytes());
}

base::Bytes TestKey::modulus() const { return dynamic_cast<const Botan::RSA_PrivateKey&>(*key_).get_n().serialize(); }

base::Bytes TestKey::pss_signature(base::ByteView message, unsigned salt) const {
    SeededRandom random(salt);
    crypto::BotanRandom rng(random);
    Botan::PK_Signer signer(*key_, rng, "PSS(SHA-256,MGF1," + std::to_string(salt) + ")");
    return signer.sign_message(message, rng);
}

base::Bytes rsa_public_key(std::string_view modulus, std::string_view exponent) {
    base::Bytes key;
    Botan::DER_Encoder(key)
        .start_sequence()
        .encode(Botan::BigInt("0x" + std::string(modulus)))
        .encode(Botan::BigInt("0x" + std::string(exponent)))
        .end_cons();
    return info({Botan::OID{1, 2, 840, 113549, 1, 1, 1}, Botan::AlgorithmIdentifier::USE_NULL_PARAM}, key);
}

base::Bytes ec_public_key(base::ByteView parameters, base::ByteView point) {
    return info({Botan::OID{1, 2, 840, 10045, 2, 1}, base::to_bytes(parameters)}, point);
}

}  // namespace xfrmd::tests
