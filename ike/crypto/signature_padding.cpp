#include "ike/crypto/signature_padding.h"

namespace xfrmd::crypto {

namespace {

using policy::HashId;
using policy::Padding;

struct Hash {
    std::string name;
    unsigned octets = 0;
};

Hash hash_of(HashId id) {
    switch (id) {
        case HashId::sha1:
            return {"SHA-1", 20};
        case HashId::sha2_256:
            return {"SHA-256", 32};
        case HashId::sha2_384:
            return {"SHA-384", 48};
        case HashId::sha2_512:
            return {"SHA-512", 64};
        case HashId::identity:
            break;
    }
    return {"Pure", 0};
}

}  // namespace

std::string botan_hash(HashId id) { return hash_of(id).name; }

std::string botan_padding(const policy::SignatureScheme& scheme) {
    const Hash hash = hash_of(scheme.hash);
    if (scheme.padding == Padding::pkcs1) return "PKCS1v15(" + hash.name + ")";
    if (scheme.padding == Padding::pss) return "PSS(" + hash.name + ",MGF1," + std::to_string(hash.octets) + ")";
    // FIPS 204 3.4: pure, and hedged where it signs, which are Botan's defaults.
    return policy::is_ml_dsa(scheme.key) ? "" : hash.name;
}

}  // namespace xfrmd::crypto
