// What the first exchanges of an IKE SA leave: keys, and what AUTH is to cover (RFC 7296 2.14, 2.15; RFC 9242 3.3).
// Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ike/base/secret_bytes.h"
#include "ike/crypto/sk_cipher.h"
#include "ike/ikev2/wire/payloads.h"
#include "ike/policy/proposal.h"
#include "ike/policy/signature_scheme.h"

namespace xfrmd::ikev2::sa {

// Keys and ciphers of an SA from IKE_SA_INIT on.
struct Keyed {
    crypto::IkeSuite suite;
    policy::Proposal proposal;
    base::SecretBytes sk_d;
    base::SecretBytes sk_p_local;  // SK_pi or SK_pr, by who we are
    base::SecretBytes sk_p_remote;
    crypto::SkCipher inbound;
    crypto::SkCipher outbound;
    bool is_quantum_resistant = false;  // one of the key exchanges that its keys come from is
};

// What a post-quantum pre-shared key is mixed into (RFC 8784 3), in one form or the other.
struct AuthKeys {
    base::SecretBytes sk_d;
    base::SecretBytes sk_p_local;
    base::SecretBytes sk_p_remote;

    void swap(Keyed& keyed) {
        std::swap(sk_d, keyed.sk_d);
        std::swap(sk_p_local, keyed.sk_p_local);
        std::swap(sk_p_remote, keyed.sk_p_remote);
    }
};

// In which exchange a post-quantum pre-shared key is mixed into the keys.
enum class PpkUse : std::uint8_t {
    none,
    ike_auth,          // RFC 8784: into SK_d and SK_p; what protects the first IKE SA has it not
    ike_intermediate,  // RFC 9867: into all keys of the IKE SA, from IKE_AUTH on
};

// What AUTH will cover (RFC 7296 2.15), both first messages and both nonces; and what they say of how it is to be made.
struct Transcript {
    base::Bytes local_message;
    base::Bytes remote_message;
    base::Bytes local_nonce;
    base::Bytes remote_nonce;
    base::Bytes int_auth = {};                       // RFC 9242 3.3.2: IntAuth; empty without IKE_INTERMEDIATE
    std::vector<policy::HashId> remote_hashes = {};  // of signatures that the peer takes
    PpkUse ppk = PpkUse::none;                       // as agreed on; whether both know the same one is found out there
    std::vector<wire::CertificateRequest> certificate_requests = {};  // the responder's; the initiator's come later
    bool responder_knows_rounds = false;                              // RFC 4739 2.1
    std::optional<base::Bytes> mixed_ppk = {};                        // PPK_ID, of one that came with IKE_INTERMEDIATE
};

// RFC 9242 3.3.2: of what either side has sent in IKE_INTERMEDIATE so far. Empty before the first.
struct IntAuth {
    base::Bytes local;
    base::Bytes remote;
};

}  // namespace xfrmd::ikev2::sa
