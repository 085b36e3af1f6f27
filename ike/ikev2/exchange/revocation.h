// Whether a certificate on a peer's path is revoked (RFC 5280 6.3, RFC 6960): by the lists that the operator has, then
// by what URIs say, OCSP first. They are asked only once the path is known to be valid.
#pragma once

#include "ike/crypto/path_cache.h"
#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// What nobody knows is the round's to judge (`revocation`). Errors: CertificateRevoked, RevocationUnknown; AnswerAwaited
// while anything is still to come.
base::Result<void> check_revocation(sa::Step& step, const policy::AuthRound& round, const crypto::ValidPath& path);

}  // namespace xfrmd::ikev2::exchange
