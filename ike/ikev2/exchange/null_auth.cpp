#include "ike/ikev2/exchange/null_auth.h"

#include "ike/crypto/key_schedule.h"

namespace xfrmd::ikev2::exchange {

// RFC 7619 2.1: as with a pre-shared key, which is SK_pi or SK_pr.
wire::Authentication make_null_auth(const sa::Keyed& keyed, base::ByteView octets) {
    const base::SecretBytes auth = crypto::psk_auth(keyed.suite.prf, keyed.sk_p_local.view(), octets);
    return {wire::AuthMethodId::null, base::to_bytes(auth.view())};
}

base::Result<void> verify_null_auth(const sa::Keyed& keyed, base::ByteView octets, const PeerProof& proof) {
    const base::SecretBytes expected = crypto::psk_auth(keyed.suite.prf, keyed.sk_p_remote.view(), octets);
    const bool is_good = base::SecretBytes::equal_constant_time(expected.view(), proof.auth.data);
    if (is_good && proof.id.identity.is_null()) return {};
    return base::fail(base::Reason::AuthenticationFailed,
                      is_good ? proof.id.identity.to_string() + " proves nothing, and is not ID_NULL"
                              : "who remains unknown has other keys than ours");
}

}  // namespace xfrmd::ikev2::exchange
