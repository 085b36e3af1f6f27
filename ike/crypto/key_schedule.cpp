#include "ike/crypto/key_schedule.h"

#include <algorithm>
#include <array>

#include <botan/hash.h>

#include "ike/crypto/prf.h"

namespace xfrmd::crypto {

using base::Bytes;
using base::ByteView;
using base::SecretBytes;

namespace {

// Cuts keying material into keys, in order.
class KeyMaterial {
public:
    explicit KeyMaterial(SecretBytes material) : material_(std::move(material)) {}

    SecretBytes take(std::size_t count) {
        const std::size_t offset = std::exchange(offset_, offset_ + count);
        return material_.slice(offset, count);
    }

private:
    SecretBytes material_;
    std::size_t offset_ = 0;
};

// RFC 7296 2.14: for AES-XCBC and AES-CMAC only the first 64 bits of each nonce make the key of SKEYSEED.
ByteView key_part(policy::PrfId prf, ByteView nonce) {
    constexpr std::size_t kHalf = 8;
    const bool fixed_key = prf == policy::PrfId::aes128_xcbc || prf == policy::PrfId::aes128_cmac;
    return fixed_key ? nonce.first(std::min(kHalf, nonce.size())) : nonce;
}

SecretBytes skeyseed(policy::PrfId prf, const Nonces& nonces, const SecretBytes& shared_secret) {
    Bytes key;
    base::append(key, key_part(prf, nonces.i));
    base::append(key, key_part(prf, nonces.r));
    return Prf(prf, key)({shared_secret.view()});
}

IkeKeys expand(const IkeSuite& suite, const SecretBytes& seed, const Nonces& nonces, ByteView spi_i, ByteView spi_r) {
    const std::size_t prf_size = key_bytes(suite.prf);
    const std::size_t integrity_size = suite.integrity ? key_bytes(*suite.integrity) : 0;
    const std::size_t encryption_size = key_bytes(suite.encryption, suite.key_bits);
    const std::size_t size = 3 * prf_size + 2 * integrity_size + 2 * encryption_size;

    Prf prf(suite.prf, seed.view());
    KeyMaterial material(prf.plus({nonces.i, nonces.r, spi_i, spi_r}, size));
    // RFC 7296 2.14: {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr}; a braced list is evaluated in order.
    return IkeKeys{material.take(prf_size),        material.take(integrity_size),  material.take(integrity_size),
                   material.take(encryption_size), material.take(encryption_size), material.take(prf_size),
                   material.take(prf_size)};
}

}  // namespace

IkeKeys derive_ike_keys(const IkeSuite& suite, const Nonces& nonces, ByteView spi_i, ByteView spi_r,
                        const SecretBytes& shared_secret) {
    return expand(suite, skeyseed(suite.prf, nonces, shared_secret), nonces, spi_i, spi_r);
}

IkeKeys derive_rekeyed_ike_keys(const OldIkeSa& old, const IkeSuite& suite, const Nonces& nonces, ByteView spi_i,
                                ByteView spi_r, const SecretBytes& shared_secret, ByteView additional) {
    const SecretBytes seed = Prf(old.prf, old.sk_d.view())({shared_secret.view(), nonces.i, nonces.r, additional});
    return expand(suite, seed, nonces, spi_i, spi_r);
}

// As of rekeying, with that word where g^ir stands.
IkeKeys derive_resumed_ike_keys(const IkeSuite& suite, const SecretBytes& old_sk_d, const Nonces& nonces,
                                ByteView spi_i, ByteView spi_r) {
    return derive_rekeyed_ike_keys({suite.prf, old_sk_d}, suite, nonces, spi_i, spi_r,
                                   SecretBytes(base::as_bytes("Resumption")));
}

IkeKeys derive_mixed_ike_keys(const IkeSuite& suite, ByteView ppk, const SecretBytes& sk_d, const Nonces& nonces,
                              ByteView spi_i, ByteView spi_r) {
    return expand(suite, Prf(suite.prf, ppk).plus({sk_d.view()}, sk_d.size()), nonces, spi_i, spi_r);
}

Bytes ppk_confirmation(policy::PrfId prf, ByteView ppk, const Nonces& nonces, ByteView spi_i, ByteView spi_r) {
    return base::to_bytes(Prf(prf, ppk)({nonces.i, nonces.r, spi_i, spi_r}).view().first(kPpkConfirmationSize));
}

ChildKeys derive_child_keys(policy::PrfId prf, const SecretBytes& sk_d, const ChildSuite& suite, const Nonces& nonces,
                            const SecretBytes& shared_secret, ByteView additional) {
    const std::size_t encryption_size = suite.encryption_key_bytes();
    const std::size_t integrity_size = suite.integrity_key_bytes();
    const std::size_t size = 2 * (encryption_size + integrity_size);
    KeyMaterial material(Prf(prf, sk_d.view()).plus({shared_secret.view(), nonces.i, nonces.r, additional}, size));
    // RFC 7296 2.17: initiator to responder first; encryption before integrity.
    return ChildKeys{material.take(encryption_size), material.take(integrity_size), material.take(encryption_size),
                     material.take(integrity_size)};
}

base::Bytes auth_octets(policy::PrfId prf, ByteView message, ByteView peer_nonce, const SecretBytes& sk_p,
                        ByteView id_body, ByteView int_auth) {
    const SecretBytes maced_id = Prf(prf, sk_p.view())({id_body});
    base::Bytes octets = base::to_bytes(message);
    base::append(octets, peer_nonce);
    base::append(octets, maced_id.view());
    base::append(octets, int_auth);
    return octets;
}

SecretBytes psk_auth(policy::PrfId prf, ByteView secret, ByteView octets) {
    const SecretBytes padded_secret = Prf(prf, secret)({base::as_bytes("Key Pad for IKEv2")});
    return Prf(prf, padded_secret.view())({octets});
}

Bytes nat_detection_hash(ByteView spi_i, ByteView spi_r, ByteView address, std::uint16_t port) {
    const auto sha1 = Botan::HashFunction::create_or_throw("SHA-1");
    for (const ByteView part : {spi_i, spi_r, address}) sha1->update(part);
    sha1->update_be(port);
    return sha1->final_stdvec();
}

Bytes keyed_hash(const SecretBytes& secret, std::initializer_list<ByteView> parts) {
    return base::to_bytes(Prf(policy::PrfId::hmac_sha2_256, secret.view())(parts).view());
}

}  // namespace xfrmd::crypto
