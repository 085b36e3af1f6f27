// Whether a certificate on a peer's path is revoked (RFC 5280 6.3, RFC 6960): by the lists that the operator has, then
// by what the peer shows, and then by what URIs say, OCSP first. They are asked only once the path is known to be
// valid.
#pragma once

#include "ike/crypto/path_cache.h"
#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// `told`: OCSP responses that the peer has sent (RFC 4806). What nobody knows is the round's to judge (`revocation`).
// Errors: CertificateRevoked, RevocationUnknown; AnswerAwaited while anything is still to come.
base::Result<void> check_revocation(sa::Step& step, const policy::AuthRound& round, const crypto::ValidPath& path,
                                    const std::vector<base::ByteView>& told);

// An OCSP response that says that ours is good, for a peer that wants to see one; empty where there is none to be had.
// Error: AnswerAwaited.
base::Result<base::Bytes> own_status(sa::Step& step, const crypto::Certificate& own, const crypto::Certificate& issuer);

}  // namespace xfrmd::ikev2::exchange
