#include "ike/crypto/ml_kem_key_exchange.h"

#include <algorithm>
#include <array>

#include <botan/ml_kem.h>
#include <botan/pubkey.h>

#include "ike/crypto/botan_random.h"
#include "ike/crypto/checked_key_exchange.h"

namespace xfrmd::crypto {

using base::Bytes;
using base::ByteView;
using base::Reason;
using base::Result;
using base::SecretBytes;
using policy::KeyExchangeId;

namespace {

// FIPS 203 8, table 3
constexpr std::array<MlKem, 3> kMlKems{{
    {KeyExchangeId::mlkem512, 800, 768},
    {KeyExchangeId::mlkem768, 1184, 1088},
    {KeyExchangeId::mlkem1024, 1568, 1568},
}};

Botan::ML_KEM_Mode mode_of(const MlKem& kem) {
    switch (kem.id) {
        case KeyExchangeId::mlkem512:
            return Botan::ML_KEM_Mode::ML_KEM_512;
        case KeyExchangeId::mlkem768:
            return Botan::ML_KEM_Mode::ML_KEM_768;
        default:
            return Botan::ML_KEM_Mode::ML_KEM_1024;
    }
}

// FIPS 203 7.1: d and z. Drawn here and not by Botan, so that a seed gives the same key with every release of it.
Botan::ML_KEM_PrivateKey draw_key(const MlKem& kem, base::Random& random) {
    constexpr std::size_t kSeedBytes = 64;
    Botan::secure_vector<std::uint8_t> seed(kSeedBytes);
    random.fill(seed);
    return {seed, mode_of(kem)};
}

class MlKemKeyExchange final : public CheckedKeyExchange {
public:
    MlKemKeyExchange(const MlKem& kem, Botan::ML_KEM_PrivateKey key, base::Random& random)
        : CheckedKeyExchange(kem.id, key.public_key_bits(), kem.ciphertext_bytes),
          key_(std::move(key)),
          random_(random) {}

private:
    // FIPS 203 6.3: a ciphertext that was made with another key gives another secret, and no error.
    Result<SecretBytes> agree(ByteView ciphertext) override {
        BotanRandom random(random_);
        Botan::PK_KEM_Decryptor decapsulation(key_, random, "Raw");
        const auto secret = decapsulation.decrypt(ciphertext, 0, {});
        return SecretBytes(ByteView(secret));
    }

    Botan::ML_KEM_PrivateKey key_;
    base::Random& random_;
};

}  // namespace

const MlKem* find_ml_kem(KeyExchangeId id) {
    const auto* const found = std::ranges::find(kMlKems, id, &MlKem::id);
    return found == kMlKems.end() ? nullptr : found;
}

Result<std::unique_ptr<KeyExchange>> make_ml_kem_key_exchange(const MlKem& kem, base::Random& random) {
    return std::make_unique<MlKemKeyExchange>(kem, draw_key(kem, random), random);
}

Result<KeyExchangeAnswer> encapsulate(const MlKem& kem, ByteView encapsulation_key, base::Random& random) {
    if (const auto fits = check_length(encapsulation_key, kem.encapsulation_key_bytes); !fits) {
        return tl::unexpected(fits.error());
    }
    try {
        BotanRandom botan_random(random);
        const Botan::ML_KEM_PublicKey key(encapsulation_key, mode_of(kem));
        // FIPS 203 7.2: "modulus check", before anything is encapsulated.
        if (!key.check_key(botan_random, true)) {
            return base::fail(Reason::KeyExchangeValueInvalid, "not an encapsulation key");
        }
        Botan::PK_KEM_Encryptor encapsulation(key, "Raw");
        const auto made = encapsulation.encrypt(botan_random);
        return KeyExchangeAnswer{made.encapsulated_shared_key(), SecretBytes(ByteView(made.shared_key()))};
    } catch (const std::exception& error) {
        return base::fail(Reason::KeyExchangeValueInvalid, error.what());
    }
}

}  // namespace xfrmd::crypto
