// What strongSwan offers where nothing is configured, in its order, but without Camellia, which hardly a peer has. Its
// AH takes the integrity algorithms of its ESP.

#include "ike/policy/proposal.h"

namespace xfrmd::policy {

namespace {

using Transforms = std::vector<Transform>;

void add(Transforms& to, const Transforms& more) { to.insert(to.end(), more.begin(), more.end()); }

constexpr std::uint16_t kAesSizes[] = {128, 192, 256};

Transforms in_three_sizes(std::initializer_list<EncryptionId> ciphers) {
    Transforms list;
    for (const EncryptionId cipher : ciphers) {
        for (const std::uint16_t bits : kAesSizes) list.push_back(transform(cipher, bits));
    }
    return list;
}

template <typename Id>
Transforms all(std::initializer_list<Id> ids) {
    Transforms list;
    for (const Id id : ids) list.push_back(transform(id));
    return list;
}

Transforms key_exchanges() {
    using enum KeyExchangeId;
    return all({ecp256, ecp384, ecp521, ecp256bp, ecp384bp, ecp512bp, x25519, x448, modp3072, modp4096, modp6144,
                modp8192, modp2048});
}

Transforms prfs() {
    using enum PrfId;
    return all({hmac_sha2_256, hmac_sha2_384, hmac_sha2_512, aes128_xcbc, aes128_cmac, hmac_sha1});
}

Proposal ike_classic() {
    using enum IntegrityId;
    Transforms list = in_three_sizes({EncryptionId::aes_cbc, EncryptionId::aes_ctr});
    list.push_back(transform(EncryptionId::triple_des));
    add(list, prfs());
    add(list, all({hmac_sha2_256_128, hmac_sha2_384_192, hmac_sha2_512_256, hmac_sha1_96, aes_xcbc_96, aes_cmac_96}));
    add(list, key_exchanges());
    return {ProtocolId::ike, list};
}

Proposal ike_combined() {
    using enum EncryptionId;
    Transforms list = in_three_sizes({aes_gcm_16, aes_ccm_16});
    list.push_back(transform(chacha20_poly1305));
    add(list, in_three_sizes({aes_gcm_12, aes_gcm_8, aes_ccm_12, aes_ccm_8}));
    add(list, prfs());
    add(list, key_exchanges());
    return {ProtocolId::ike, list};
}

// RFC 7296 3.3.6: a key exchange NONE among others leaves it to the peer whether there is one.
void add_child_tail(Transforms& list) {
    add(list, key_exchanges());
    list.push_back(transform(KeyExchangeId::none));
    list.push_back(transform(Esn::no));
}

Proposal esp_combined() {
    Transforms list = in_three_sizes({EncryptionId::aes_gcm_16});
    add_child_tail(list);
    return {ProtocolId::esp, list};
}

Transforms child_integrity() {
    using enum IntegrityId;
    return all({hmac_sha2_256_128, hmac_sha2_384_192, hmac_sha2_512_256, hmac_sha1_96, aes_xcbc_96});
}

Proposal esp_classic() {
    Transforms list = in_three_sizes({EncryptionId::aes_cbc});
    add(list, child_integrity());
    add_child_tail(list);
    return {ProtocolId::esp, list};
}

Proposal ah() {
    Transforms list = child_integrity();
    add_child_tail(list);
    return {ProtocolId::ah, list};
}

}  // namespace

std::vector<Proposal> default_proposals(ProtocolId protocol) {
    switch (protocol) {
        case ProtocolId::ike:
            return {ike_classic(), ike_combined()};
        case ProtocolId::esp:
            return {esp_combined(), esp_classic()};
        case ProtocolId::ah:
            return {ah()};
        case ProtocolId::none:
            break;
    }
    return {};
}

}  // namespace xfrmd::policy
