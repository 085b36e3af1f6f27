#include "ike/crypto/signed_object.h"

#include <exception>

#include <botan/asn1_obj.h>
#include <botan/ber_dec.h>
#include <botan/pk_keys.h>
#include <botan/pubkey.h>

#include "ike/crypto/accepted_hashes.h"
#include "ike/crypto/certificate_data.h"

namespace xfrmd::crypto {

SignedObject read_signed_object(DerReader& in) {
    SignedObject object;
    object.content = in.whole(tag::kSequence);
    object.algorithm = in.whole(tag::kSequence);
    object.signature = in.contents(tag::kBitString);
    // A whole number of octets: the first one tells how many bits of the last are unused.
    if (object.signature.empty() || object.signature.front() != 0) {
        in.invalidate();
        return object;
    }
    object.signature = object.signature.subspan(1);
    return object;
}

bool is_signed_by(const SignedObject& object, const Certificate& signer) {
    try {
        Botan::AlgorithmIdentifier algorithm;
        Botan::BER_Decoder(object.algorithm, Botan::BER_Decoder::Limits::DER()).decode(algorithm).verify_end();
        const auto key = CertificateAccess::x509(signer).subject_public_key();
        Botan::PK_Verifier verifier(*key, algorithm);
        return verifier.verify_message(object.content, object.signature) &&
               accepted_hashes().contains(verifier.hash_function());
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace xfrmd::crypto
