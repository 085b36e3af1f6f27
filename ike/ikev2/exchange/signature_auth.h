// AUTH with a signature (RFC 7296 2.15): RSA as since RFC 7296 3.8, ECDSA of RFC 4754, and whatever both sides have in
// common by RFC 7427 and RFC 8420. Whose key it is a certificate says (certificates.h), or the configuration.
#pragma once

#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ikev2::exchange {

// N(SIGNATURE_HASH_ALGORITHMS), RFC 7427 4: SHA-2 and "identity" (RFC 8420 2).
wire::Notify hash_algorithms();
// What the peer says of itself, also what we do not know; empty where it says nothing, and then it knows only the
// methods of old.
std::vector<policy::HashId> hashes_in(const wire::Payloads& payloads);

// What the peer wants: hashes that it takes, CAs whose certificates it takes.
struct Wishes {
    const std::vector<policy::HashId>& hashes;
    const std::vector<wire::CertificateRequest>& certificates;
};
// Errors: NoPrivateKey; AuthenticationMethodUnacceptable, where the peer takes none of the signatures that our key can
// make and the connection allows.
base::Result<OwnProof> make_signature_auth(sa::Step& step, base::ByteView octets, const Parties& parties,
                                           const Wishes& wishes);
base::Result<void> check_private_key(const sa::Sa& sa, const Parties& parties);

// Errors: AuthenticationMethodUnacceptable, AuthenticationFailed, those of find_peer_keys().
// `told`: hashes_in() of the peer's message.
base::Result<void> verify_signature_auth(sa::Step& step, base::ByteView octets, const Parties& parties,
                                         const PeerProof& proof, const std::vector<policy::HashId>& told);

}  // namespace xfrmd::ikev2::exchange
