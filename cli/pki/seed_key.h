// A key of ML-DSA that is written as RFC 9881 6 has it: [0] and the seed, where Botan writes the bare seed. Nothing is
// signed with it here; crypto::PrivateKey reads it back for that.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <botan/ml_dsa.h>

namespace xfrmd::cli::pki {

class SeedKey final : public Botan::Private_Key {
public:
    explicit SeedKey(Botan::ML_DSA_PrivateKey key) : key_(std::move(key)) {}

    Botan::secure_vector<std::uint8_t> private_key_bits() const override;

    std::string algo_name() const override { return key_.algo_name(); }
    std::size_t estimated_strength() const override { return key_.estimated_strength(); }
    std::size_t key_length() const override { return key_.key_length(); }
    Botan::OID object_identifier() const override { return key_.object_identifier(); }
    Botan::AlgorithmIdentifier algorithm_identifier() const override { return key_.algorithm_identifier(); }
    std::vector<std::uint8_t> raw_public_key_bits() const override { return key_.raw_public_key_bits(); }
    std::vector<std::uint8_t> public_key_bits() const override { return key_.public_key_bits(); }
    std::unique_ptr<Botan::Public_Key> public_key() const override { return key_.public_key(); }
    bool supports_operation(Botan::PublicKeyOperation operation) const override {
        return key_.supports_operation(operation);
    }
    bool check_key(Botan::RandomNumberGenerator& rng, bool strong) const override {
        return key_.check_key(rng, strong);
    }
    std::unique_ptr<Botan::Private_Key> generate_another(Botan::RandomNumberGenerator& rng) const override {
        return key_.generate_another(rng);
    }

private:
    Botan::ML_DSA_PrivateKey key_;
};

}  // namespace xfrmd::cli::pki
