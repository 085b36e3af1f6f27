#include "cli/pki/key_pair.h"

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <string>

#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/ed448.h>
#include <botan/ml_dsa.h>
#include <botan/pem.h>
#include <botan/pkcs8.h>
#include <botan/rsa.h>
#include <botan/system_rng.h>

#include "cli/pki/seed_key.h"
#include "ike/base/wiping.h"

namespace xfrmd::cli::pki {

namespace {

using Key = std::unique_ptr<const Botan::Private_Key>;
using base::SecretBytes;

template <std::size_t kBits>
Key rsa(Botan::RandomNumberGenerator& rng) {
    return std::make_unique<Botan::RSA_PrivateKey>(rng, kBits);
}

template <std::size_t kBits>
Key ecdsa(Botan::RandomNumberGenerator& rng) {
    const auto group = Botan::EC_Group::from_name("secp" + std::to_string(kBits) + "r1");
    return std::make_unique<Botan::ECDSA_PrivateKey>(rng, group);
}

Key ed25519(Botan::RandomNumberGenerator& rng) { return std::make_unique<Botan::Ed25519_PrivateKey>(rng); }
Key ed448(Botan::RandomNumberGenerator& rng) { return std::make_unique<Botan::Ed448_PrivateKey>(rng); }

template <Botan::ML_DSA_Mode::Mode kMode>
Key ml_dsa(Botan::RandomNumberGenerator& rng) {
    return std::make_unique<SeedKey>(Botan::ML_DSA_PrivateKey(rng, kMode));
}

struct Kind {
    std::string_view name;
    Key (*make)(Botan::RandomNumberGenerator& rng);
};
constexpr Kind kKinds[] = {{"ecdsa-256", ecdsa<256>},
                           {"ecdsa-384", ecdsa<384>},
                           {"ecdsa-521", ecdsa<521>},
                           {"rsa-3072", rsa<3072>},
                           {"rsa-4096", rsa<4096>},
                           {"ed25519", ed25519},
                           {"ed448", ed448},
                           {"mldsa44", ml_dsa<Botan::ML_DSA_Mode::ML_DSA_4x4>},
                           {"mldsa65", ml_dsa<Botan::ML_DSA_Mode::ML_DSA_6x5>},
                           {"mldsa87", ml_dsa<Botan::ML_DSA_Mode::ML_DSA_8x7>}};

// A quarter of a second for whoever opens the file, and for each guess.
constexpr std::size_t kIterations = 600'000;

SecretBytes pem_of(base::ByteView der, std::string_view label) {
    std::string text = Botan::PEM_Code::encode(der.data(), der.size(), label);
    SecretBytes secret(base::as_bytes(text));
    base::wipe_text(text);
    return secret;
}

tl::unexpected<Trouble> failed(const std::exception& error) {
    return trouble(kUnusable, "cannot make a key: " + std::string(error.what()), "");
}

}  // namespace

std::span<const std::string_view> key_kinds() {
    static constexpr auto kNames = [] {
        std::array<std::string_view, std::size(kKinds)> names{};
        for (std::size_t i = 0; i < names.size(); ++i) names[i] = kKinds[i].name;
        return names;
    }();
    return kNames;
}

KeyPair::KeyPair(std::unique_ptr<const Botan::Private_Key> key) : key_(std::move(key)) {}
KeyPair::KeyPair(KeyPair&&) noexcept = default;
KeyPair& KeyPair::operator=(KeyPair&&) noexcept = default;
KeyPair::~KeyPair() = default;

Outcome<KeyPair> KeyPair::make(std::string_view kind) {
    const auto* row =
        std::find_if(std::begin(kKinds), std::end(kKinds), [kind](const Kind& one) { return one.name == kind; });
    if (row == std::end(kKinds)) return trouble(kUsage, "no kind of key is called " + std::string(kind), "");
    try {
        Botan::System_RNG rng;
        return KeyPair(row->make(rng));
    } catch (const std::exception& error) {
        return failed(error);
    }
}

Outcome<crypto::PrivateKey> KeyPair::key(base::Random& random) const {
    const auto der = Botan::PKCS8::BER_encode(*key_);
    auto key = crypto::PrivateKey::load({der.data(), der.size()}, nullptr, random);
    if (!key) return unusable("the new key", key.error(), "try again");
    return *std::move(key);
}

Outcome<SecretBytes> KeyPair::pem(const SecretBytes* passphrase) const {
    try {
        if (passphrase == nullptr) {
            const auto der = Botan::PKCS8::BER_encode(*key_);
            return pem_of({der.data(), der.size()}, "PRIVATE KEY");
        }
        Botan::System_RNG rng;
        const auto der = Botan::PKCS8::BER_encode_encrypted_pbkdf_iter(*key_, rng, base::as_text(passphrase->view()),
                                                                       kIterations, "AES-256/CBC", "SHA-256");
        return pem_of(der, "ENCRYPTED PRIVATE KEY");
    } catch (const std::exception& error) {
        return failed(error);
    }
}

}  // namespace xfrmd::cli::pki
