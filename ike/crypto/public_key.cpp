#include "ike/crypto/public_key.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <botan/asn1_obj.h>
#include <botan/ber_dec.h>
#include <botan/bigint.h>
#include <botan/pk_algs.h>
#include <botan/pk_keys.h>
#include <botan/pubkey.h>
#include <botan/rng.h>
#include <botan/rsa.h>

#include "ike/crypto/der.h"
#include "ike/crypto/pem.h"
#include "ike/crypto/signature_padding.h"

namespace xfrmd::crypto {

namespace {

using base::ByteView;
using base::fail;
using base::Reason;
using base::Result;
using policy::KeyType;

constexpr std::size_t kMostExponentBits = 64;

// SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
struct Info {
    Botan::AlgorithmIdentifier algorithm;
    std::vector<std::uint8_t> key;
};

Info read_info(ByteView der) {
    Info info;
    Botan::BER_Decoder(der, Botan::BER_Decoder::Limits::DER())
        .start_sequence()
        .decode(info.algorithm)
        .decode(info.key, Botan::ASN1_Type::BitString)
        .end_cons()
        .verify_end();
    return info;
}

tl::unexpected<base::Error> unacceptable(std::string why) {
    return fail(Reason::PublicKeyUnacceptable, std::move(why));
}

constexpr std::string_view kRsa = "1.2.840.113549.1.1.1";
constexpr std::string_view kEcdsa = "1.2.840.10045.2.1";
constexpr std::string_view kEd25519 = "1.3.101.112";
constexpr std::string_view kEd448 = "1.3.101.113";
// RFC 9881 2
constexpr std::pair<std::string_view, KeyType> kMlDsa[] = {{"2.16.840.1.101.3.4.3.17", KeyType::ml_dsa_44},
                                                           {"2.16.840.1.101.3.4.3.18", KeyType::ml_dsa_65},
                                                           {"2.16.840.1.101.3.4.3.19", KeyType::ml_dsa_87}};
constexpr std::string_view kCurves[] = {"1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"};

// RFC 5480 2.1.1: by name only. What describes its own curve may describe a weak one, and costs time.
Result<KeyType> ecdsa_on(ByteView parameters) {
    if (parameters.empty() || parameters.front() != tag::kOid) return unacceptable("ECDSA on a curve without a name");
    Botan::OID curve;
    Botan::BER_Decoder(parameters, Botan::BER_Decoder::Limits::DER()).decode(curve).verify_end();
    const std::string name = curve.to_string();
    if (std::ranges::find(kCurves, name) == std::end(kCurves)) return unacceptable("ECDSA on the curve " + name);
    return KeyType::ecdsa;
}

// Looked at before anything is computed with it.
Result<KeyType> type_of(const Botan::AlgorithmIdentifier& algorithm) {
    const std::string oid = algorithm.oid().to_string();
    if (oid == kRsa) return KeyType::rsa;
    if (oid == kEcdsa) return ecdsa_on(algorithm.parameters());
    if (oid == kEd25519) return KeyType::ed25519;
    if (oid == kEd448) return KeyType::ed448;
    for (const auto& [known, type] : kMlDsa) {
        if (oid != known) continue;
        if (algorithm.parameters_are_empty()) return type;
        return unacceptable("ML-DSA with parameters");
    }
    return unacceptable("keys of the kind " + oid);
}

Result<std::size_t> rsa_bits(const Botan::RSA_PublicKey& key) {
    const std::size_t bits = key.get_n().bits();
    if (bits < PublicKey::kLeastRsaBits || bits > PublicKey::kMostRsaBits) {
        return unacceptable("RSA of " + std::to_string(bits) + " bits");
    }
    // RFC 8017 3.1: odd, at least 3. What is larger than anybody's only costs time.
    const Botan::BigInt& e = key.get_e();
    if (e.is_even() || e < 3 || e.bits() > kMostExponentBits) return unacceptable("RSA with a strange exponent");
    return bits;
}

Result<std::size_t> checked_bits(KeyType type, const Botan::Public_Key& key) {
    if (type == KeyType::rsa) return rsa_bits(dynamic_cast<const Botan::RSA_PublicKey&>(key));
    // Points of small order, for which anybody can sign, among others.
    Botan::Null_RNG none;
    if (!key.check_key(none, false)) return unacceptable("a point that is no key");
    if (policy::is_ml_dsa(type)) return key.raw_public_key_bits().size() * 8;
    if (type == KeyType::ecdsa) return key.key_length();
    return type == KeyType::ed25519 ? 255 : 448;
}

// RSAPublicKey (RFC 8017 A.1.1) as SubjectPublicKeyInfo
base::Bytes rsa_info(ByteView key) {
    const Botan::AlgorithmIdentifier algorithm(Botan::OID(kRsa), Botan::AlgorithmIdentifier::USE_NULL_PARAM);
    base::Bytes bits{0};
    base::append(bits, key);
    base::Bytes contents = algorithm.BER_encode();
    base::append(contents, der_element(tag::kBitString, bits));
    return der_element(tag::kSequence, contents);
}

}  // namespace

struct PublicKey::Impl {
    std::unique_ptr<Botan::Public_Key> key;
    KeyType type;
    std::size_t bits;
    base::Bytes info;
    Sha1 key_id;
    Sha1 info_hash;
};

Result<PublicKey> PublicKey::decode(ByteView der) {
    if (der.size() > kMostBytes) return unacceptable(std::to_string(der.size()) + " bytes");
    try {
        const Info info = read_info(der);
        const auto type = type_of(info.algorithm);
        if (!type) return tl::unexpected(type.error());
        auto key = Botan::load_public_key(info.algorithm, info.key);
        const auto bits = checked_bits(*type, *key);
        if (!bits) return tl::unexpected(bits.error());
        return PublicKey(std::make_shared<const Impl>(
            Impl{std::move(key), *type, *bits, base::to_bytes(der), sha1(info.key), sha1(der)}));
    } catch (const std::exception& error) {
        return unacceptable(base::printable(std::string_view(error.what())));
    }
}

Result<PublicKey> PublicKey::load(ByteView file) {
    if (!is_pem(file)) return decode(file);
    const auto blocks = read_pem(file);
    if (!blocks) return unacceptable(blocks.error().detail);
    for (const PemBlock& block : *blocks) {
        if (block.label == "PUBLIC KEY") return decode(block.contents.view());
        if (block.label == "RSA PUBLIC KEY") return decode(rsa_info(block.contents.view()));
    }
    return unacceptable("no block 'PUBLIC KEY' in it");
}

KeyType PublicKey::type() const { return impl_->type; }
std::size_t PublicKey::bits() const { return impl_->bits; }
const base::Bytes& PublicKey::subject_public_key_info() const { return impl_->info; }
const Sha1& PublicKey::key_id() const { return impl_->key_id; }
const Sha1& PublicKey::info_hash() const { return impl_->info_hash; }

Result<void> PublicKey::verify(const policy::SignatureScheme& scheme, EcdsaFormat format, ByteView message,
                               ByteView signature) const {
    if (!scheme.is_meaningful() || scheme.key != type()) {
        return fail(Reason::AuthenticationMethodUnacceptable,
                    scheme.to_string() + " with a key for " + std::string(policy::name(type())));
    }
    const auto wrong = fail(Reason::AuthenticationFailed, "the signature is not of this key");
    // RFC 8017 8.1.2, 8.2.2, step 1: exactly as long as the modulus.
    if (type() == KeyType::rsa && signature.size() != (bits() + 7) / 8) return wrong;
    const bool der = type() == KeyType::ecdsa && format == EcdsaFormat::der;
    try {
        Botan::PK_Verifier verifier(*impl_->key, botan_padding(scheme),
                                    der ? Botan::Signature_Format::DerSequence : Botan::Signature_Format::Standard);
        if (!verifier.verify_message(message, signature)) return wrong;
        return {};
    } catch (const std::exception&) {
        return wrong;
    }
}

}  // namespace xfrmd::crypto
