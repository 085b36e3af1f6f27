#include "ike/crypto/ml_dsa_key.h"

#include <algorithm>
#include <stdexcept>

#include <botan/ml_dsa.h>

#include "ike/crypto/der.h"

namespace xfrmd::crypto {

namespace {

using base::ByteView;

constexpr std::size_t kSeed = 32;
constexpr std::size_t kRho = 32;

struct Parts {
    ByteView seed;
    ByteView expanded;  // empty: not there
};

// RFC 9881 6: CHOICE { seed [0] OCTET STRING, expandedKey OCTET STRING, both SEQUENCE { seed, expandedKey } }
Parts read_parts(ByteView key) {
    DerReader in(key);
    if (in.next_is(tag::kOctetString)) throw std::invalid_argument("ML-DSA's expanded form alone, without the seed");
    Parts parts;
    if (in.next_is(tag::kSequence)) {
        DerReader both = in.inside(tag::kSequence);
        parts.seed = both.contents(tag::kOctetString);
        parts.expanded = both.contents(tag::kOctetString);
        if (!both.complete() || parts.expanded.size() < kRho) in.invalidate();
    } else {
        parts.seed = in.contents(tag::implicit(0));
    }
    if (!in.complete() || parts.seed.size() != kSeed) throw std::invalid_argument("no private key of ML-DSA");
    return parts;
}

}  // namespace

bool is_ml_dsa(const Botan::AlgorithmIdentifier& algorithm) {
    return algorithm.oid().to_formatted_string().starts_with("ML-DSA-");
}

std::unique_ptr<Botan::Private_Key> read_ml_dsa_key(const Botan::AlgorithmIdentifier& algorithm, ByteView key) {
    const Parts parts = read_parts(key);
    if (!algorithm.parameters_are_empty()) throw std::invalid_argument("ML-DSA with parameters");
    auto read = std::make_unique<Botan::ML_DSA_PrivateKey>(algorithm, parts.seed);
    // RFC 9881 8.2, FIPS 204 7.2: both keys begin with rho. The rest of the expanded form is nowhere used.
    const auto rho = read->raw_public_key_bits();
    if (!parts.expanded.empty() && !base::equal(ByteView(rho).first(kRho), parts.expanded.first(kRho))) {
        throw std::invalid_argument("ML-DSA's seed and expanded form do not belong together");
    }
    return read;
}

}  // namespace xfrmd::crypto
