#include "ike/ikev2/exchange/psk_auth.h"

#include "ike/crypto/key_schedule.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

base::Result<const policy::SharedSecret*> find_secret(const sa::Sa& sa, const Parties& parties) {
    if (const auto* secret = sa.configuration->shared_secret(parties.local, parties.remote)) return secret;
    return base::fail(Reason::NoSharedSecret, "for " + parties.local.to_string() + " - " + parties.remote.to_string());
}

}  // namespace

base::Result<wire::Authentication> make_psk_auth(const sa::Sa& sa, policy::PrfId prf, base::ByteView octets,
                                                 const Parties& parties) {
    const auto secret = find_secret(sa, parties);
    if (!secret) return tl::unexpected(secret.error());
    const base::SecretBytes auth = crypto::psk_auth(prf, (*secret)->secret.view(), octets);
    return wire::Authentication{wire::AuthMethodId::shared_key_mic, base::to_bytes(auth.view())};
}

base::Result<void> check_psk(const sa::Sa& sa, const Parties& parties) {
    return find_secret(sa, parties).map([](const policy::SharedSecret*) {});
}

base::Result<void> verify_psk_auth(const sa::Sa& sa, policy::PrfId prf, base::ByteView octets, const Parties& parties,
                                   const wire::Authentication& auth) {
    const auto secret = find_secret(sa, parties);
    if (!secret) return tl::unexpected(secret.error());
    const base::SecretBytes expected = crypto::psk_auth(prf, (*secret)->secret.view(), octets);
    if (base::SecretBytes::equal_constant_time(expected.view(), auth.data)) return {};
    return base::fail(
        Reason::AuthenticationFailed,
        parties.remote.to_string() + " has another pre-shared key than ours for " + parties.local.to_string());
}

}  // namespace xfrmd::ikev2::exchange
