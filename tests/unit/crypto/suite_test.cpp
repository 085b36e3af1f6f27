#include "ike/crypto/suite.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/crypto/support.h"

using xfrmd::base::Reason;
using xfrmd::crypto::ChildSuite;
using xfrmd::crypto::icv_bytes;
using xfrmd::crypto::IkeSuite;
using xfrmd::crypto::is_available;
using xfrmd::crypto::key_bytes;
using xfrmd::crypto::salt_bytes;
using namespace xfrmd::policy;

namespace {

Proposal proposal(ProtocolId protocol, std::vector<Transform> transforms) { return {protocol, std::move(transforms)}; }

const Transform kGcm = transform(EncryptionId::aes_gcm_16, 256);
const Transform kCbc = transform(EncryptionId::aes_cbc, 128);
const Transform kSha256 = transform(IntegrityId::hmac_sha2_256_128);
const Transform kPrf = transform(PrfId::hmac_sha2_256);
const Transform kX25519 = transform(KeyExchangeId::x25519);
const Transform kNoEsn = transform(Esn::no);

Reason refused_ike(std::vector<Transform> transforms) {
    const auto suite = IkeSuite::of(proposal(ProtocolId::ike, std::move(transforms)));
    REQUIRE_FALSE(suite);
    return suite.error().reason;
}

Reason refused_esp(std::vector<Transform> transforms) {
    const auto suite = ChildSuite::of(proposal(ProtocolId::esp, std::move(transforms)));
    REQUIRE_FALSE(suite);
    return suite.error().reason;
}

}  // namespace

TEST_CASE("an IKE suite is read from a choice", "[crypto][rfc7296-3.3][rfc5282-8]") {
    const auto aead = IkeSuite::of(proposal(ProtocolId::ike, {kGcm, kPrf, kX25519}));
    REQUIRE(aead);
    CHECK(aead->is_aead());
    CHECK(aead->encryption == EncryptionId::aes_gcm_16);
    CHECK(aead->key_bits == 256);
    CHECK(aead->prf == PrfId::hmac_sha2_256);
    CHECK(aead->key_exchange == KeyExchangeId::x25519);
    CHECK(IkeSuite::of(proposal(ProtocolId::ike, {kGcm, transform(IntegrityId::none), kPrf, kX25519}))->is_aead());

    const auto classic = IkeSuite::of(proposal(ProtocolId::ike, {kCbc, kSha256, kPrf, kX25519}));
    REQUIRE(classic);
    CHECK(classic->integrity == IntegrityId::hmac_sha2_256_128);
    CHECK(classic->key_bits == 128);
}

TEST_CASE("an incomplete or contradictory IKE suite is refused", "[crypto][rfc7296-3.3.3][rfc5282-8]") {
    CHECK(refused_ike({}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kSha256, kPrf, kX25519}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kCbc, kPrf, kX25519}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kCbc, transform(IntegrityId::none), kPrf, kX25519}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kGcm, kSha256, kPrf, kX25519}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kGcm, kX25519}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kGcm, kPrf}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kGcm, kCbc, kPrf, kX25519}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kGcm, kPrf, kX25519, transform(KeyExchangeId::x448)}) == Reason::NoProposalChosen);
    CHECK(refused_ike({kGcm, kPrf, transform(KeyExchangeId::none)}) == Reason::AlgorithmUnavailable);
}

TEST_CASE("what this build cannot run is refused by name", "[crypto][rfc7296-3.3.5]") {
    CHECK(refused_ike({transform(EncryptionId::des), kSha256, kPrf, kX25519}) == Reason::AlgorithmUnavailable);
    CHECK(refused_ike({transform(EncryptionId::null), kSha256, kPrf, kX25519}) == Reason::AlgorithmUnavailable);
    CHECK(refused_ike({transform(EncryptionId::null_aes_gmac, 128), kPrf, kX25519}) == Reason::AlgorithmUnavailable);
    CHECK(refused_ike({transform(EncryptionId::aes_gcm_16), kPrf, kX25519}) == Reason::AlgorithmUnavailable);
    CHECK(refused_ike({transform(EncryptionId::aes_gcm_16, 127), kPrf, kX25519}) == Reason::AlgorithmUnavailable);
    CHECK(refused_ike({transform(EncryptionId::chacha20_poly1305, 256), kPrf, kX25519}) ==
          Reason::AlgorithmUnavailable);
    CHECK(refused_ike({kGcm, transform(static_cast<PrfId>(3)), kX25519}) == Reason::AlgorithmUnavailable);
    const Transform unknown = transform(KeyExchangeId{38});
    CHECK(refused_ike({kGcm, kPrf, unknown}) == Reason::AlgorithmUnavailable);
    const auto suite = IkeSuite::of(proposal(ProtocolId::ike, {kGcm, kPrf, unknown}));
    CHECK(suite.error().detail == to_string(unknown));
}

TEST_CASE("additional key exchanges stand in a suite in the order in which they take place, without NONE",
          "[crypto][rfc9370-2.2.1]") {
    const auto additional = [](KeyExchangeId id, unsigned which) {
        return transform(id, additional_key_exchange(which));
    };
    const std::vector<Transform> three = {additional(KeyExchangeId::mlkem768, 5), additional(KeyExchangeId::none, 3),
                                          additional(KeyExchangeId::ecp256, 1)};
    std::vector<Transform> ike = {kGcm, kPrf, kX25519};
    ike.insert(ike.end(), three.begin(), three.end());
    const std::vector wanted{KeyExchangeId::ecp256, KeyExchangeId::mlkem768};
    CHECK(IkeSuite::of(proposal(ProtocolId::ike, ike))->additional == wanted);
    std::vector<Transform> esp = {kGcm, kNoEsn, kX25519};
    esp.insert(esp.end(), three.begin(), three.end());
    CHECK(ChildSuite::of(proposal(ProtocolId::esp, esp))->additional == wanted);
    ike.push_back(additional(KeyExchangeId::x448, 1));
    CHECK(refused_ike(ike) == Reason::NoProposalChosen);
    CHECK(refused_ike({kGcm, kPrf, kX25519, additional(KeyExchangeId{38}, 1)}) == Reason::AlgorithmUnavailable);
}

TEST_CASE("a child suite is read from a choice", "[crypto][rfc7296-3.3][rfc7296-2.17]") {
    const auto aead = ChildSuite::of(proposal(ProtocolId::esp, {kGcm, transform(Esn::yes), kX25519}));
    REQUIRE(aead);
    CHECK_FALSE(aead->integrity);
    CHECK(aead->esn);
    CHECK(aead->key_exchange == KeyExchangeId::x25519);
    CHECK(aead->encryption_key_bytes() == 36);
    CHECK(aead->integrity_key_bytes() == 0);

    const auto classic = ChildSuite::of(proposal(ProtocolId::esp, {kCbc, kSha256, kNoEsn}));
    REQUIRE(classic);
    CHECK_FALSE(classic->esn);
    CHECK_FALSE(classic->key_exchange);
    CHECK(classic->encryption_key_bytes() == 16);
    CHECK(classic->integrity_key_bytes() == 32);
    CHECK_FALSE(
        ChildSuite::of(proposal(ProtocolId::esp, {kGcm, kNoEsn, transform(KeyExchangeId::none)}))->key_exchange);
}

// Combinations with zero or short key material (CVE-2024-3652).
TEST_CASE("a child suite without secrecy needs integrity, one without integrity does not exist",
          "[crypto][rfc4303-3.2]") {
    const auto null = ChildSuite::of(proposal(ProtocolId::esp, {transform(EncryptionId::null), kSha256, kNoEsn}));
    REQUIRE(null);
    CHECK(null->encryption_key_bytes() == 0);
    CHECK(null->integrity_key_bytes() == 32);
    const auto gmac = ChildSuite::of(proposal(ProtocolId::esp, {transform(EncryptionId::null_aes_gmac, 128), kNoEsn}));
    REQUIRE(gmac);
    CHECK(gmac->encryption_key_bytes() == 20);

    CHECK(refused_esp({transform(EncryptionId::null), kNoEsn}) == Reason::NoProposalChosen);
    CHECK(refused_esp({transform(EncryptionId::null), transform(IntegrityId::none), kNoEsn}) ==
          Reason::NoProposalChosen);
    CHECK(refused_esp({kCbc, kNoEsn}) == Reason::NoProposalChosen);
    CHECK(refused_esp({kGcm, kSha256, kNoEsn}) == Reason::NoProposalChosen);
    CHECK(refused_esp({kNoEsn}) == Reason::NoProposalChosen);
    CHECK(refused_esp({kGcm, kNoEsn, transform(Esn::yes)}) == Reason::NoProposalChosen);
    CHECK(refused_esp({kGcm, transform(static_cast<Esn>(2))}) == Reason::AlgorithmUnavailable);
}

TEST_CASE("an AH suite is integrity and sequence numbers", "[crypto][rfc4302-2][rfc7296-3.3.3]") {
    const auto plain = ChildSuite::of(proposal(ProtocolId::ah, {kSha256, kNoEsn}));
    REQUIRE(plain);
    CHECK(plain->protocol == ProtocolId::ah);
    CHECK_FALSE(plain->encryption);
    CHECK(plain->integrity == IntegrityId::hmac_sha2_256_128);
    CHECK_FALSE(plain->esn);
    CHECK(plain->encryption_key_bytes() == 0);
    CHECK(plain->integrity_key_bytes() == 32);
    const auto full = ChildSuite::of(proposal(ProtocolId::ah, {transform(IntegrityId::hmac_sha2_512_256),
                                                               transform(Esn::yes), transform(KeyExchangeId::x448)}));
    REQUIRE(full);
    CHECK(full->esn);
    CHECK(full->key_exchange == KeyExchangeId::x448);
    CHECK(full->integrity_key_bytes() == 64);

    const auto refused = [](std::vector<Transform> transforms) {
        const auto suite = ChildSuite::of(proposal(ProtocolId::ah, std::move(transforms)));
        REQUIRE_FALSE(suite);
        return suite.error().reason;
    };
    CHECK(refused({kNoEsn}) == Reason::NoProposalChosen);
    CHECK(refused({}) == Reason::NoProposalChosen);
    CHECK(refused({transform(IntegrityId::none), kNoEsn}) == Reason::AlgorithmUnavailable);
    CHECK(refused({transform(static_cast<IntegrityId>(9)), kNoEsn}) == Reason::AlgorithmUnavailable);
    CHECK(refused({kSha256, transform(IntegrityId::hmac_sha1_96), kNoEsn}) == Reason::NoProposalChosen);
    CHECK(refused({kCbc, kSha256, kNoEsn}) == Reason::NoProposalChosen);
    CHECK(refused({kSha256, transform(static_cast<Esn>(2))}) == Reason::AlgorithmUnavailable);
}

TEST_CASE("every default transform is available", "[crypto]") {
    for (const ProtocolId protocol : {ProtocolId::ike, ProtocolId::esp, ProtocolId::ah}) {
        const auto defaults = default_proposals(protocol);
        REQUIRE_FALSE(defaults.empty());
        for (const Proposal& each : defaults) {
            for (const Transform& one : each.transforms) {
                CAPTURE(to_string(one));
                CHECK(is_available(protocol, one));
            }
        }
    }
}

TEST_CASE("availability depends on the protocol", "[crypto][rfc7296-3.3.2]") {
    CHECK(is_available(ProtocolId::esp, transform(EncryptionId::null)));
    CHECK_FALSE(is_available(ProtocolId::ike, transform(EncryptionId::null)));
    CHECK(is_available(ProtocolId::ike, kPrf));
    CHECK_FALSE(is_available(ProtocolId::esp, kPrf));
    CHECK(is_available(ProtocolId::esp, kNoEsn));
    CHECK_FALSE(is_available(ProtocolId::ike, kNoEsn));
    CHECK_FALSE(is_available(ProtocolId::ike, transform(KeyExchangeId::none)));
    CHECK(is_available(ProtocolId::esp, transform(KeyExchangeId::none)));
    CHECK(is_available(ProtocolId::ah, kSha256));
    CHECK(is_available(ProtocolId::ah, transform(KeyExchangeId::none)));
    CHECK(is_available(ProtocolId::ah, transform(Esn::yes)));
    CHECK_FALSE(is_available(ProtocolId::ah, transform(IntegrityId::none)));
    CHECK_FALSE(is_available(ProtocolId::ah, kGcm));
    CHECK_FALSE(is_available(ProtocolId::ah, transform(EncryptionId::null)));
    CHECK_FALSE(is_available(ProtocolId::ah, kPrf));
    CHECK_FALSE(is_available(ProtocolId::none, kSha256));
    CHECK_FALSE(is_available(ProtocolId::ike, Transform{TransformType::prf, 5, 128}));
    CHECK(is_available(ProtocolId::ike, Transform{additional_key_exchange(1), 36, 0}));
    CHECK(is_available(ProtocolId::esp, Transform{additional_key_exchange(7), 36, 0}));
    CHECK(is_available(ProtocolId::ike, Transform{additional_key_exchange(1), 0, 0}));
    CHECK_FALSE(is_available(ProtocolId::ike, Transform{additional_key_exchange(1), 38, 0}));
    CHECK_FALSE(is_available(ProtocolId::ike, Transform{static_cast<TransformType>(13), 36, 0}));
    CHECK(is_available(ProtocolId::ike, transform(EncryptionId::camellia_ctr, 128)));
    CHECK_FALSE(is_available(ProtocolId::esp, transform(EncryptionId::camellia_ctr, 128)));
}

TEST_CASE("keying material has the sizes of the RFCs",
          "[crypto][rfc2451-2.2][rfc3686-5.1][rfc4106-8.1][rfc4309-7.1][rfc4543-5.4][rfc7634-2]") {
    CHECK(key_bytes(EncryptionId::triple_des, 0) == 24);
    CHECK(key_bytes(EncryptionId::null, 0) == 0);
    CHECK(key_bytes(EncryptionId::aes_cbc, 192) == 24);
    CHECK(key_bytes(EncryptionId::aes_ctr, 128) == 20);
    CHECK(key_bytes(EncryptionId::aes_ccm_8, 128) == 19);
    CHECK(key_bytes(EncryptionId::aes_gcm_12, 256) == 36);
    CHECK(key_bytes(EncryptionId::null_aes_gmac, 192) == 28);
    CHECK(key_bytes(EncryptionId::camellia_cbc, 256) == 32);
    CHECK(key_bytes(EncryptionId::chacha20_poly1305, 0) == 36);
    CHECK(key_bytes(EncryptionId::des, 0) == 8);
    CHECK(salt_bytes(EncryptionId::aes_gcm_16) == 4);
    CHECK(salt_bytes(EncryptionId::aes_ccm_16) == 3);
    CHECK(salt_bytes(EncryptionId::aes_cbc) == 0);
    CHECK(salt_bytes(static_cast<EncryptionId>(65000)) == 0);
}

TEST_CASE("integrity algorithms have the sizes of the RFCs", "[crypto][rfc4868-2.6][rfc3566-4][rfc4494-2][rfc2404-3]") {
    const auto sizes = [](IntegrityId id) { return std::pair(key_bytes(id), icv_bytes(id)); };
    using Pair = std::pair<std::size_t, std::size_t>;
    CHECK(sizes(IntegrityId::hmac_md5_96) == Pair(16, 12));
    CHECK(sizes(IntegrityId::hmac_sha1_96) == Pair(20, 12));
    CHECK(sizes(IntegrityId::aes_xcbc_96) == Pair(16, 12));
    CHECK(sizes(IntegrityId::hmac_md5_128) == Pair(16, 16));
    CHECK(sizes(IntegrityId::hmac_sha1_160) == Pair(20, 20));
    CHECK(sizes(IntegrityId::aes_cmac_96) == Pair(16, 12));
    CHECK(sizes(IntegrityId::hmac_sha2_256_128) == Pair(32, 16));
    CHECK(sizes(IntegrityId::hmac_sha2_384_192) == Pair(48, 24));
    CHECK(sizes(IntegrityId::hmac_sha2_512_256) == Pair(64, 32));
    CHECK(sizes(IntegrityId::hmac_sha2_256_96) == Pair(32, 12));
    CHECK(sizes(IntegrityId::none) == Pair(0, 0));
}
