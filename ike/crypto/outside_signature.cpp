#include "ike/crypto/outside_signature.h"

#include <exception>
#include <string>

#include <botan/asn1_obj.h>

#include "ike/crypto/der.h"
#include "ike/crypto/digest.h"
#include "ike/crypto/signature_padding.h"

namespace xfrmd::crypto {

namespace {

using base::Bytes;
using base::ByteView;
using base::fail;
using base::Reason;
using base::Result;
using policy::KeyType;
using policy::Padding;

constexpr std::uint8_t kUncompressed = 0x04;

// DigestInfo ::= SEQUENCE { digestAlgorithm AlgorithmIdentifier, digest OCTET STRING }
Bytes digest_info(const std::string& name, ByteView digest) {
    const Botan::AlgorithmIdentifier algorithm(Botan::OID::from_string(name),
                                               Botan::AlgorithmIdentifier::USE_NULL_PARAM);
    Bytes contents = algorithm.BER_encode();
    base::append(contents, der_element(tag::kOctetString, digest));
    return der_element(tag::kSequence, contents);
}

Bytes der_numbers(ByteView first, ByteView second) {
    Bytes contents = der_integer(first);
    base::append(contents, der_integer(second));
    return der_element(tag::kSequence, contents);
}

Result<PublicKey> public_key(const Botan::AlgorithmIdentifier& algorithm, ByteView key) {
    Bytes bits{0};
    base::append(bits, key);
    Bytes contents = algorithm.BER_encode();
    base::append(contents, der_element(tag::kBitString, bits));
    return PublicKey::decode(der_element(tag::kSequence, contents));
}

ByteView without_octet_string(ByteView point) {
    DerReader reader(point);
    const ByteView contents = reader.contents(tag::kOctetString);
    const bool is_wrapped = reader.complete() && !contents.empty() && contents.front() == kUncompressed;
    return is_wrapped ? contents : point;
}

}  // namespace

Result<Bytes> signature_input(const policy::SignatureScheme& scheme, ByteView message) {
    if (!scheme.is_meaningful()) return fail(Reason::AuthenticationMethodUnacceptable, scheme.to_string());
    if (scheme.hash == policy::HashId::identity) return base::to_bytes(message);
    const std::string name = botan_hash(scheme.hash);
    Bytes hash = digest(name, message);
    return scheme.padding == Padding::pkcs1 ? digest_info(name, hash) : hash;
}

Result<Bytes> finished_signature(const policy::SignatureScheme& scheme, EcdsaFormat format, Bytes raw) {
    if (scheme.key != KeyType::ecdsa) return raw;
    if (raw.empty() || raw.size() % 2 != 0) {
        return fail(Reason::SigningFailed, "an ECDSA signature of " + std::to_string(raw.size()) + " octets");
    }
    if (format == EcdsaFormat::concatenated) return raw;
    const ByteView both(raw);
    return der_numbers(both.first(both.size() / 2), both.last(both.size() / 2));
}

Result<PublicKey> rsa_public_key(ByteView modulus, ByteView exponent) {
    static const Botan::OID kRsa("1.2.840.113549.1.1.1");
    return public_key({kRsa, Botan::AlgorithmIdentifier::USE_NULL_PARAM}, der_numbers(modulus, exponent));
}

Result<PublicKey> ecdsa_public_key(ByteView parameters, ByteView point) {
    static const Botan::OID kEc("1.2.840.10045.2.1");
    return public_key({kEc, base::to_bytes(parameters)}, without_octet_string(point));
}

}  // namespace xfrmd::crypto
