#include "ike/ikev2/exchange/resumed_auth.h"

#include "ike/crypto/prf.h"

namespace xfrmd::ikev2::exchange {

wire::Authentication make_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                       const policy::Identity& local, Octets octets) {
    crypto::Prf prf(keyed.suite.prf, keyed.sk_p_local.view());
    const base::SecretBytes auth =
        octets == Octets::message ? prf({transcript.local_message}) : prf({local_octets(keyed, transcript, local)});
    return {wire::AuthMethodId::shared_key_mic, base::to_bytes(auth.view())};
}

base::Result<Octets> verify_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                         const wire::Identification& remote, const wire::Authentication& auth) {
    crypto::Prf prf(keyed.suite.prf, keyed.sk_p_remote.view());
    for (const Octets octets : {Octets::all, Octets::message}) {
        const base::SecretBytes expected = octets == Octets::message ? prf({transcript.remote_message})
                                                                     : prf({remote_octets(keyed, transcript, remote)});
        if (base::SecretBytes::equal_constant_time(expected.view(), auth.data)) return octets;
    }
    return base::fail(base::Reason::AuthenticationFailed,
                      remote.identity.to_string() + " resumes with other keys than ours");
}

}  // namespace xfrmd::ikev2::exchange
