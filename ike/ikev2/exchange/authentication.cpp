#include "ike/ikev2/exchange/authentication.h"

#include "ike/base/writer.h"
#include "ike/crypto/key_schedule.h"
#include "ike/crypto/prf.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

base::Result<const policy::SharedSecret*> find_secret(const sa::Sa& sa, const policy::Identity& local,
                                                      const policy::Identity& remote) {
    if (const auto* secret = sa.configuration->shared_secret(local, remote)) return secret;
    return base::fail(Reason::NoSharedSecret, "for " + local.to_string() + " - " + remote.to_string());
}

// Of one side.
struct SignedParts {
    base::ByteView message;
    base::ByteView peer_nonce;
    const base::SecretBytes& sk_p;
};

base::SecretBytes resumed_auth(policy::PrfId prf, const SignedParts& parts, const wire::Identification& id,
                               Octets octets) {
    if (octets == Octets::message) return crypto::Prf(prf, parts.sk_p.view())({parts.message});
    return crypto::resumption_auth(prf, parts.message, parts.peer_nonce, parts.sk_p, identity_body(id));
}

}  // namespace

policy::Identity own_identity(const policy::Connection& connection, const base::Address& local) {
    return connection.local.id.is_any() ? policy::Identity::of(local) : connection.local.id;
}

// RFC 7296 3.5: ID Type, three reserved bytes, data. AUTH covers the reserved bytes as they were sent (2.15).
base::Bytes identity_body(const wire::Identification& identification) {
    const auto type = static_cast<std::uint32_t>(identification.identity.type);
    return base::Writer().u32(type << 24 | identification.reserved).bytes(identification.identity.data).take();
}

base::Result<wire::Authentication> make_psk_auth(const sa::Sa& sa, const sa::Keyed& keyed,
                                                 const sa::Transcript& transcript, const policy::Identity& local,
                                                 const policy::Identity& remote) {
    const auto secret = find_secret(sa, local, remote);
    if (!secret) return tl::unexpected(secret.error());
    const base::SecretBytes auth =
        crypto::psk_auth(keyed.suite.prf, (*secret)->secret.view(), transcript.local_message, transcript.remote_nonce,
                         keyed.sk_p_local, identity_body({local, 0}));
    return wire::Authentication{wire::AuthMethodId::shared_key_mic, base::to_bytes(auth.view())};
}

base::Result<void> verify_psk_auth(const sa::Sa& sa, const sa::Keyed& keyed, const sa::Transcript& transcript,
                                   const policy::Identity& local, const wire::Identification& remote,
                                   const wire::Authentication& auth) {
    const std::string who = remote.identity.to_string();
    if (auth.method != wire::AuthMethodId::shared_key_mic) {
        return base::fail(Reason::AuthenticationMethodUnacceptable,
                          who + " uses " + wire::to_string(auth.method) + ", the connection wants a pre-shared key");
    }
    const auto secret = find_secret(sa, local, remote.identity);
    if (!secret) return tl::unexpected(secret.error());
    const base::SecretBytes expected =
        crypto::psk_auth(keyed.suite.prf, (*secret)->secret.view(), transcript.remote_message, transcript.local_nonce,
                         keyed.sk_p_remote, identity_body(remote));
    if (base::SecretBytes::equal_constant_time(expected.view(), auth.data)) return {};
    return base::fail(Reason::AuthenticationFailed,
                      who + " has another pre-shared key than ours for " + local.to_string());
}

wire::Authentication make_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                       const policy::Identity& local, Octets octets) {
    const base::SecretBytes auth = resumed_auth(
        keyed.suite.prf, {transcript.local_message, transcript.remote_nonce, keyed.sk_p_local}, {local, 0}, octets);
    return {wire::AuthMethodId::shared_key_mic, base::to_bytes(auth.view())};
}

base::Result<Octets> verify_resumed_auth(const sa::Keyed& keyed, const sa::Transcript& transcript,
                                         const wire::Identification& remote, const wire::Authentication& auth) {
    for (const Octets octets : {Octets::all, Octets::message}) {
        const base::SecretBytes expected = resumed_auth(
            keyed.suite.prf, {transcript.remote_message, transcript.local_nonce, keyed.sk_p_remote}, remote, octets);
        if (base::SecretBytes::equal_constant_time(expected.view(), auth.data)) return octets;
    }
    return base::fail(Reason::AuthenticationFailed, remote.identity.to_string() + " resumes with other keys than ours");
}

}  // namespace xfrmd::ikev2::exchange
