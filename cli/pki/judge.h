// Would xfrmd accept what a CA has just made? Judged by what the daemon itself judges with.
#pragma once

#include <vector>

#include "cli/pki/trouble.h"
#include "ike/base/random.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/private_key.h"

namespace xfrmd::cli::pki {

// An end's certificate is judged as a peer's would be. A CA, whose key is `key`, is by what it could issue: an end of
// no name gets a certificate of it, for the time of the judgement. `above`: who has issued it, upwards; empty where it
// signs itself. False where they do not lead to a root, so that nobody can say. Trouble: kUnusable, with the daemon's
// own sentence.
Outcome<bool> is_judged(const crypto::Certificate& made, const crypto::PrivateKey& key,
                        const std::vector<crypto::Certificate>& above, crypto::WallClock now, base::Random& random);

}  // namespace xfrmd::cli::pki
