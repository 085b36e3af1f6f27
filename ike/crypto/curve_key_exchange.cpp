#include "ike/crypto/curve_key_exchange.h"

#include <algorithm>
#include <array>

#include <botan/ec_group.h>
#include <botan/ec_scalar.h>
#include <botan/ecdh.h>
#include <botan/pubkey.h>
#include <botan/x25519.h>
#include <botan/x448.h>

#include "ike/crypto/botan_random.h"
#include "ike/crypto/checked_key_exchange.h"

namespace xfrmd::crypto {

using base::Bytes;
using base::ByteView;
using base::Result;
using base::SecretBytes;
using policy::KeyExchangeId;

namespace {

constexpr std::array<Curve, 11> kCurves{{
    {KeyExchangeId::ecp256, "secp256r1", 64},
    {KeyExchangeId::ecp384, "secp384r1", 96},
    {KeyExchangeId::ecp521, "secp521r1", 132},
    {KeyExchangeId::ecp192, "secp192r1", 48},
    {KeyExchangeId::ecp224, "secp224r1", 56},
    {KeyExchangeId::ecp224bp, "brainpool224r1", 56},
    {KeyExchangeId::ecp256bp, "brainpool256r1", 64},
    {KeyExchangeId::ecp384bp, "brainpool384r1", 96},
    {KeyExchangeId::ecp512bp, "brainpool512r1", 128},
    {KeyExchangeId::x25519, "", 32},
    {KeyExchangeId::x448, "", 56},
}};

// SEC 1 2.3.3 puts a format byte before x || y; IKE does not (RFC 5903 7).
constexpr std::uint8_t kUncompressed = 4;

using PrivateKey = std::unique_ptr<Botan::PK_Key_Agreement_Key>;

class CurveKeyExchange final : public CheckedKeyExchange {
public:
    CurveKeyExchange(const Curve& curve, PrivateKey key, Bytes public_value, base::Random& random)
        : CheckedKeyExchange(curve.id, std::move(public_value)),
          key_(std::move(key)),
          random_(random),
          is_ecp_(curve.group[0] != '\0') {}

private:
    // Botan refuses a point that is not on the curve or at infinity (RFC 6989 2.3), coordinates that are not reduced,
    // and an X25519 or X448 result of zeros (RFC 7748 6).
    Result<SecretBytes> agree(ByteView peer_value) override {
        BotanRandom random(random_);
        Botan::PK_Key_Agreement agreement(*key_, random, "Raw");
        Bytes point;
        point.reserve(peer_value.size() + 1);
        if (is_ecp_) point.push_back(kUncompressed);
        base::append(point, peer_value);
        const Botan::SymmetricKey secret = agreement.derive_key(0, point);
        return SecretBytes(ByteView(secret.begin(), secret.length()));
    }

    PrivateKey key_;
    base::Random& random_;
    bool is_ecp_;
};

// Uniform in 1 .. order-1. Drawn here and not by Botan, so that a seed gives the same key with every release of it.
Botan::EC_Scalar draw_scalar(const Botan::EC_Group& group, base::Random& random) {
    constexpr int kTries = 128;  // each succeeds with a probability of 1/2 or more
    SecretBytes bytes(group.get_order_bytes());
    const unsigned unused_bits = static_cast<unsigned>(bytes.size() * 8 - group.get_order_bits());
    for (int i = 0; i < kTries; ++i) {
        random.fill(bytes.writable());
        bytes.writable()[0] &= static_cast<std::uint8_t>(0xff >> unused_bits);
        const auto scalar = Botan::EC_Scalar::deserialize(group, bytes.view());
        if (scalar && scalar->is_nonzero()) return *scalar;
    }
    throw std::runtime_error("the random generator repeats itself");
}

PrivateKey make_key(const Curve& curve, base::Random& random) {
    if (curve.group[0] != '\0') {
        const auto group = Botan::EC_Group::from_name(curve.group);
        return std::make_unique<Botan::ECDH_PrivateKey>(group, draw_scalar(group, random));
    }
    Botan::secure_vector<std::uint8_t> secret(curve.public_bytes);
    random.fill(secret);
    if (curve.id == KeyExchangeId::x25519) return std::make_unique<Botan::X25519_PrivateKey>(secret);
    return std::make_unique<Botan::X448_PrivateKey>(secret);
}

}  // namespace

const Curve* find_curve(KeyExchangeId id) {
    const auto* const found = std::ranges::find(kCurves, id, &Curve::id);
    return found == kCurves.end() ? nullptr : found;
}

Result<std::unique_ptr<KeyExchange>> make_curve_key_exchange(const Curve& curve, base::Random& random) {
    PrivateKey key = make_key(curve, random);
    const Bytes encoded = key->public_value();
    Bytes public_value(encoded.end() - curve.public_bytes, encoded.end());
    return std::make_unique<CurveKeyExchange>(curve, std::move(key), std::move(public_value), random);
}

}  // namespace xfrmd::crypto
