// What Botan calls a signature scheme. Internal to ike/crypto.
#pragma once

#include <string>

#include "ike/policy/signature_scheme.h"

namespace xfrmd::crypto {

// For PK_Signer and PK_Verifier: "PKCS1v15(SHA-256)", "PSS(SHA-256,MGF1,32)", "SHA-256", "Pure", and "" for ML-DSA.
// Only for schemes that are meaningful.
std::string botan_padding(const policy::SignatureScheme& scheme);

// "SHA-256"; "Pure" for identity.
std::string botan_hash(policy::HashId id);

}  // namespace xfrmd::crypto
