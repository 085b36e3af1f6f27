// Keys of an IKE SA and of its children (RFC 7296 2.14, 2.17, 2.18). i and r are the roles in the IKE SA: original
// initiator and responder; for a child, initiator and responder of the exchange that made it.
#pragma once

#include "ike/base/secret_bytes.h"
#include "ike/crypto/suite.h"

namespace xfrmd::crypto {

struct IkeKeys {
    base::SecretBytes sk_d;
    base::SecretBytes sk_ai, sk_ar;  // empty with an AEAD (RFC 5282)
    base::SecretBytes sk_ei, sk_er;  // with salt
    base::SecretBytes sk_pi, sk_pr;
};

struct ChildKeys {
    base::SecretBytes encryption_i, integrity_i;  // protect what the initiator sends
    base::SecretBytes encryption_r, integrity_r;
};

struct Nonces {
    base::ByteView i;
    base::ByteView r;
};

// SKEYSEED = prf(Ni | Nr, g^ir), {SK_*} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr). SPIs as 8 bytes on the wire.
// Fixed-key PRFs take half of their key from each nonce (RFC 7296 2.14).
IkeKeys derive_ike_keys(const IkeSuite& suite, const Nonces& nonces, base::ByteView spi_i, base::ByteView spi_r,
                        const base::SecretBytes& shared_secret);

// Rekeying (RFC 7296 2.18; RFC 9370 2.2.4): SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr | SK(1) | ... SK(n)) with
// the old IKE SA's PRF, the rest with the new one's. `additional` is what stands behind the nonces, or empty.
struct OldIkeSa {
    policy::PrfId prf;
    const base::SecretBytes& sk_d;
};
IkeKeys derive_rekeyed_ike_keys(const OldIkeSa& old, const IkeSuite& suite, const Nonces& nonces, base::ByteView spi_i,
                                base::ByteView spi_r, const base::SecretBytes& shared_secret,
                                base::ByteView additional = {});

// Resumption (RFC 5723 5.1): SKEYSEED = prf(SK_d (old), "Resumption" | Ni | Nr), with the suite of the old IKE SA.
IkeKeys derive_resumed_ike_keys(const IkeSuite& suite, const base::SecretBytes& old_sk_d, const Nonces& nonces,
                                base::ByteView spi_i, base::ByteView spi_r);

// A post-quantum pre-shared key in all keys (RFC 9867 3.1.1): SKEYSEED' = prf+(PPK, SK_d), as long as SK_d, {SK_*} =
// prf+(SKEYSEED', Ni | Nr | SPIi | SPIr) with the nonces of IKE_SA_INIT.
IkeKeys derive_mixed_ike_keys(const IkeSuite& suite, base::ByteView ppk, const base::SecretBytes& sk_d,
                              const Nonces& nonces, base::ByteView spi_i, base::ByteView spi_r);

// PPK Confirmation (RFC 9867 3.1): the first 8 octets of prf(PPK, Ni | Nr | SPIi | SPIr).
inline constexpr std::size_t kPpkConfirmationSize = 8;
base::Bytes ppk_confirmation(policy::PrfId prf, base::ByteView ppk, const Nonces& nonces, base::ByteView spi_i,
                             base::ByteView spi_r);

// KEYMAT = prf+(SK_d, [g^ir (new)] | Ni | Nr | SK(1) | ... SK(n)) (RFC 7296 2.17, RFC 9370 2.2.4). `shared_secret` is
// empty without a key exchange of the child's own, `additional` without more of them.
ChildKeys derive_child_keys(policy::PrfId prf, const base::SecretBytes& sk_d, const ChildSuite& suite,
                            const Nonces& nonces, const base::SecretBytes& shared_secret,
                            base::ByteView additional = {});

// What AUTH covers (RFC 7296 2.15): message | nonce | prf(sk_p, id body) | IntAuth. `message` is the signer's own
// IKE_SA_INIT octets, `peer_nonce` the other side's nonce, `id_body` the ID payload without its generic header (type,
// three reserved bytes, data), `int_auth` RFC 9242 3.3.2's, or empty.
base::Bytes auth_octets(policy::PrfId prf, base::ByteView message, base::ByteView peer_nonce,
                        const base::SecretBytes& sk_p, base::ByteView id_body, base::ByteView int_auth = {});

// AUTH of a pre-shared key: prf(prf(secret, "Key Pad for IKEv2"), octets).
base::SecretBytes psk_auth(policy::PrfId prf, base::ByteView secret, base::ByteView octets);

// SHA-1(SPIi | SPIr | address | port), RFC 7296 2.23.
base::Bytes nat_detection_hash(base::ByteView spi_i, base::ByteView spi_r, base::ByteView address, std::uint16_t port);

// For what only we are to know again, cookies (RFC 7296 2.6), tokens (RFC 6290 5.1) and the credentials of tickets:
// HMAC-SHA-256 over the concatenation.
base::Bytes keyed_hash(const base::SecretBytes& secret, std::initializer_list<base::ByteView> parts);

}  // namespace xfrmd::crypto
