// Every pair of encryption and integrity algorithms that an Encrypted payload can be protected with, and ciphers for
// them.
#pragma once

#include <vector>

#include "ike/crypto/sk_cipher.h"
#include "tests/unit/crypto/support.h"

namespace xfrmd::tests {

inline std::vector<crypto::IkeSuite> sk_suites() {
    using policy::EncryptionId;
    using policy::IntegrityId;
    const auto suite = [](EncryptionId encryption, unsigned bits, std::optional<IntegrityId> integrity) {
        return crypto::IkeSuite{encryption, static_cast<std::uint16_t>(bits), integrity, policy::PrfId::hmac_sha2_256,
                                policy::KeyExchangeId::x25519};
    };
    std::vector<crypto::IkeSuite> all{
        suite(EncryptionId::chacha20_poly1305, 0, std::nullopt),
        suite(EncryptionId::triple_des, 0, IntegrityId::hmac_sha1_96),
    };
    for (const unsigned bits : {128U, 192U, 256U}) {
        for (const int id : {14, 15, 16, 18, 19, 20, 25, 26, 27}) {
            all.push_back(suite(static_cast<EncryptionId>(id), bits, std::nullopt));
        }
        for (const int id : {12, 13, 23, 24}) {
            all.push_back(suite(static_cast<EncryptionId>(id), bits, IntegrityId::hmac_sha2_256_128));
        }
    }
    for (const int id : {1, 2, 5, 6, 7, 8, 13, 14, 1026}) {
        all.push_back(suite(EncryptionId::aes_cbc, 128, static_cast<IntegrityId>(id)));
    }
    return all;
}

inline crypto::SkCipher sk_cipher(const crypto::IkeSuite& suite, std::uint64_t seed) {
    SeededRandom random(seed);
    base::SecretBytes encryption(crypto::key_bytes(suite.encryption, suite.key_bits));
    base::SecretBytes integrity(suite.integrity ? crypto::key_bytes(*suite.integrity) : 0);
    random.fill(encryption.writable());
    random.fill(integrity.writable());
    return {suite, std::move(encryption), integrity};
}

inline std::string name(const crypto::IkeSuite& suite) {
    return std::to_string(static_cast<int>(suite.encryption)) + "/" + std::to_string(suite.key_bits) + "/" +
           (suite.integrity ? std::to_string(static_cast<int>(*suite.integrity)) : "none");
}

}  // namespace xfrmd::tests
