#include "ike/ikev2/exchange/authentication.h"

#include "ike/base/writer.h"
#include "ike/crypto/key_schedule.h"
#include "ike/ikev2/exchange/null_auth.h"
#include "ike/ikev2/exchange/psk_auth.h"
#include "ike/ikev2/exchange/signature_auth.h"

namespace xfrmd::ikev2::exchange {

namespace {

using policy::AuthMethod;

std::string_view wanted(const policy::AuthRound& round) {
    if (round.auth == AuthMethod::null) return "none";
    return round.auth == AuthMethod::psk ? "a pre-shared key" : "a signature";
}

}  // namespace

policy::Identity own_identity(const policy::AuthRound& round, const base::Address& local) {
    return round.id.is_any() ? policy::Identity::of(local) : round.id;
}

// RFC 7296 3.5: ID Type, three reserved bytes, data. AUTH covers the reserved bytes as they were sent (2.15).
base::Bytes identity_body(const wire::Identification& identification) {
    const auto type = static_cast<std::uint32_t>(identification.identity.type);
    return base::Writer().u32(type << 24 | identification.reserved).bytes(identification.identity.data).take();
}

base::Bytes local_octets(const sa::Keyed& keyed, const sa::Transcript& transcript, const policy::Identity& local) {
    return crypto::auth_octets(keyed.suite.prf, transcript.local_message, transcript.remote_nonce, keyed.sk_p_local,
                               identity_body({local, 0}), transcript.int_auth);
}

base::Bytes remote_octets(const sa::Keyed& keyed, const sa::Transcript& transcript,
                          const wire::Identification& remote) {
    return crypto::auth_octets(keyed.suite.prf, transcript.remote_message, transcript.local_nonce, keyed.sk_p_remote,
                               identity_body(remote), transcript.int_auth);
}

bool is_method_of(const policy::AuthRound& round, wire::AuthMethodId method) {
    using enum wire::AuthMethodId;
    if (round.auth == AuthMethod::psk) return method == shared_key_mic;
    if (round.auth == AuthMethod::null) return method == null;
    return method == digital_signature || policy::classic_method(static_cast<std::uint8_t>(method));
}

base::Result<OwnProof> make_auth(sa::Step& step, const sa::Keyed& keyed, const sa::Transcript& transcript,
                                 const Parties& parties, const std::vector<wire::CertificateRequest>& asked) {
    const base::Bytes octets = local_octets(keyed, transcript, parties.local);
    const AuthMethod method = parties.own_round().auth;
    if (method == AuthMethod::null) return OwnProof{{}, make_null_auth(keyed, octets)};
    if (method == AuthMethod::psk) {
        auto auth = make_psk_auth(step.sa, keyed.suite.prf, octets, parties);
        if (!auth) return tl::unexpected(auth.error());
        return OwnProof{{}, std::move(*auth)};
    }
    return make_signature_auth(step, octets, parties, {transcript.remote_hashes, asked});
}

base::Result<void> check_own_key(const sa::Sa& sa, const Parties& parties) {
    const AuthMethod method = parties.own_round().auth;
    if (method == AuthMethod::null) return {};
    if (method == AuthMethod::psk) return check_psk(sa, parties);
    return check_private_key(sa, parties);
}

base::Result<void> verify_auth(sa::Step& step, const sa::Keyed& keyed, const sa::Transcript& transcript,
                               const Parties& parties, const PeerProof& proof) {
    const policy::AuthRound& round = parties.peer_round();
    if (!is_method_of(round, proof.auth.method)) {
        return base::fail(base::Reason::AuthenticationMethodUnacceptable,
                          proof.id.identity.to_string() + " uses " + wire::to_string(proof.auth.method) +
                              ", the connection wants " + std::string(wanted(round)));
    }
    const base::Bytes octets = remote_octets(keyed, transcript, proof.id);
    if (round.auth == AuthMethod::null) return verify_null_auth(keyed, octets, proof);
    if (round.auth == AuthMethod::psk) {
        return verify_psk_auth(step.sa, keyed.suite.prf, octets, parties, proof.auth);
    }
    return verify_signature_auth(step, octets, parties, proof, transcript.remote_hashes);
}

}  // namespace xfrmd::ikev2::exchange
