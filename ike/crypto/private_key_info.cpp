#include "ike/crypto/private_key_info.h"

#include <exception>
#include <stdexcept>
#include <string_view>

#include <botan/asn1_obj.h>
#include <botan/ber_dec.h>
#include <botan/pk_algs.h>

#include "ike/crypto/ml_dsa_key.h"

namespace xfrmd::crypto {

namespace {

using Botan::ASN1_Type;

constexpr std::string_view kRsa = "1.2.840.113549.1.1.1";
constexpr std::string_view kEcdsa = "1.2.840.10045.2.1";

Botan::BER_Decoder decoder(base::ByteView der) { return Botan::BER_Decoder(der, Botan::BER_Decoder::Limits::DER()); }

std::unique_ptr<Botan::Private_Key> read_pkcs8(base::ByteView der) {
    std::size_t version = 0;
    Botan::AlgorithmIdentifier algorithm;
    Botan::secure_vector<std::uint8_t> key;
    decoder(der)
        .start_sequence()
        .decode(version)
        .decode(algorithm)
        .decode(key, ASN1_Type::OctetString)
        .discard_remaining()  // attributes, and the public key, which follows from the private one
        .end_cons()
        .verify_end();
    return is_ml_dsa(algorithm) ? read_ml_dsa_key(algorithm, key) : Botan::load_private_key(algorithm, key);
}

// ECPrivateKey ::= SEQUENCE { 1, privateKey, parameters [0] OPTIONAL, publicKey [1] OPTIONAL }: alone it needs the
// curve.
std::unique_ptr<Botan::Private_Key> read_ec(base::ByteView der) {
    std::size_t version = 0;
    Botan::secure_vector<std::uint8_t> key;
    Botan::OID curve;
    decoder(der)
        .start_sequence()
        .decode(version)
        .decode(key, ASN1_Type::OctetString)
        .decode_optional(curve, ASN1_Type(0), Botan::ASN1_Class::ExplicitContextSpecific)
        .discard_remaining()
        .end_cons()
        .verify_end();
    return Botan::load_private_key(Botan::AlgorithmIdentifier(Botan::OID(kEcdsa), curve.BER_encode()), der);
}

}  // namespace

PrivateKeyForm form_of(base::ByteView der) {
    try {
        auto outer = decoder(der);
        auto sequence = outer.start_sequence();
        const Botan::BER_Object first = sequence.get_next_object();
        const Botan::BER_Object second = sequence.get_next_object();
        const bool is_integer = first.is_a(ASN1_Type::Integer, Botan::ASN1_Class::Universal);
        switch (second.type()) {
            case ASN1_Type::Sequence:
                return is_integer ? PrivateKeyForm::pkcs8 : PrivateKeyForm::unknown;
            case ASN1_Type::Integer:
                return is_integer ? PrivateKeyForm::rsa : PrivateKeyForm::unknown;
            case ASN1_Type::OctetString:
                return is_integer ? PrivateKeyForm::ec : PrivateKeyForm::pkcs8_encrypted;
            default:
                return PrivateKeyForm::unknown;
        }
    } catch (const std::exception&) {
        return PrivateKeyForm::unknown;
    }
}

std::unique_ptr<Botan::Private_Key> read_private_key(base::ByteView der) {
    switch (form_of(der)) {
        case PrivateKeyForm::pkcs8:
            return read_pkcs8(der);
        case PrivateKeyForm::rsa:
            return Botan::load_private_key(
                Botan::AlgorithmIdentifier(Botan::OID(kRsa), Botan::AlgorithmIdentifier::USE_NULL_PARAM), der);
        case PrivateKeyForm::ec:
            return read_ec(der);
        default:
            throw std::invalid_argument("no private key");
    }
}

}  // namespace xfrmd::crypto
