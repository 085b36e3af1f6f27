// Whose key it is that a peer has signed with (RFC 7296 2.15, 3.6; RFC 4945): by its certificate, or by what the
// configuration has.
#pragma once

#include <optional>

#include "ike/crypto/path_cache.h"
#include "ike/ikev2/exchange/certificates.h"

namespace xfrmd::ikev2::exchange {

// A key that may be the peer's, and the path of its certificate; empty: it has none.
struct PeerKey {
    crypto::PublicKey key;
    std::optional<crypto::ValidPath> path = {};
};

// Of the certificate that it has sent, which is checked and has to name it, or else those that the configuration has
// for it. Whether a certificate is revoked is not asked yet: who has not signed with it causes no questions. Errors:
// CertificateMalformed, CertificateUntrusted, AuthenticationFailed (no key for this identity, or the certificate names
// somebody else), PayloadCountExceeded.
base::Result<std::vector<PeerKey>> find_peer_keys(sa::Step& step, const Parties& parties, const PeerProof& proof);

// RFC 4806: what a peer shows of its certificates' standing.
std::vector<base::ByteView> ocsp_responses_in(const std::vector<wire::Certificate>& certificates);

}  // namespace xfrmd::ikev2::exchange
