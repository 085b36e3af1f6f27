#include "tests/bench/floor_signatures.h"

#include <stdexcept>

#include <botan/x509_key.h>

namespace xfrmd::bench {

namespace {

// RFC 7296 2.15: an IKE_SA_INIT message, a nonce, and the output of a prf.
constexpr std::size_t kCovered = 400;

// As xfrmd signs with such keys where `auth` says nothing.
std::string padding_of(std::string_view keys) {
    if (keys.starts_with("rsa")) return "PKCS1v15(SHA-256)";
    return keys.starts_with("ecdsa") ? "SHA-256" : "Pure";
}

Botan::Signature_Format format_of(std::string_view keys) {
    return keys.starts_with("ecdsa") ? Botan::Signature_Format::DerSequence : Botan::Signature_Format::Standard;
}

void require(bool verified) {
    if (!verified) throw std::runtime_error("the floor's own signature is wrong");
}

}  // namespace

FloorSignatures::FloorSignatures(std::string_view keys, bool peer_is_new, Botan::RandomNumberGenerator& rng)
    : fleet_(keys),
      padding_(padding_of(keys)),
      format_(format_of(keys)),
      rng_(rng),
      signer_(fleet_.gateway_key().botan(), rng, padding_, format_),
      covered_(kCovered, 0x5a),
      peer_key_(fleet_.peer_key().subject_public_key_info()),
      certificate_octets_(fleet_.peer(0).der().size()) {
    peer_signature_ = Botan::PK_Signer(fleet_.peer_key().botan(), rng, padding_, format_).sign_message(covered_, rng);
    if (!peer_is_new) return;
    const Botan::Private_Key& authority = fleet_.authority_key().botan();
    authority_signature_ = Botan::PK_Signer(authority, rng, padding_, format_).sign_message(covered_, rng);
    authority_.emplace(*authority.public_key(), padding_, format_);
}

void FloorSignatures::run() {
    signer_.sign_message(covered_, rng_);
    const auto peer_key = Botan::X509::load_key(peer_key_);
    require(Botan::PK_Verifier(*peer_key, padding_, format_).verify_message(covered_, peer_signature_));
    if (authority_) require(authority_->verify_message(covered_, authority_signature_));
}

}  // namespace xfrmd::bench
