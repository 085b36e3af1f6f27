#include "ike/ikev2/exchange/keying.h"

#include <algorithm>
#include <utility>

#include "ike/crypto/key_schedule.h"

namespace xfrmd::ikev2::exchange {

namespace {

sa::Keyed make_keyed(const sa::Sa& sa, const crypto::IkeSuite& suite, policy::Proposal proposal, crypto::IkeKeys keys) {
    if (!sa.original_initiator) {
        std::swap(keys.sk_ei, keys.sk_er);
        std::swap(keys.sk_ai, keys.sk_ar);
        std::swap(keys.sk_pi, keys.sk_pr);
    }
    const bool is_quantum_resistant = proposal.is_quantum_resistant();
    return sa::Keyed{suite,
                     std::move(proposal),
                     std::move(keys.sk_d),
                     std::move(keys.sk_pi),
                     std::move(keys.sk_pr),
                     crypto::SkCipher(suite, std::move(keys.sk_er), std::move(keys.sk_ar)),
                     crypto::SkCipher(suite, std::move(keys.sk_ei), std::move(keys.sk_ai)),
                     is_quantum_resistant};
}

// RFC 9370 2.2.2, 2.2.4: "MUST match the n-th negotiated additional key exchange".
base::Result<void> check_method(const wire::Payloads& payloads, policy::KeyExchangeId agreed) {
    if (!payloads.key_exchange) return base::fail(base::Reason::PayloadMissing, "KE");
    const policy::KeyExchangeId method = payloads.key_exchange->method;
    if (method == agreed) return {};
    return base::fail(base::Reason::PayloadUnexpected, "KE of " + to_string(policy::transform(method)) + ", " +
                                                           to_string(policy::transform(agreed)) + " is to come");
}

}  // namespace

sa::Keyed derive_keyed(const sa::Sa& sa, const crypto::IkeSuite& suite, policy::Proposal proposal,
                       base::ByteView nonce_i, base::ByteView nonce_r, const base::SecretBytes& shared_secret) {
    return make_keyed(sa, suite, std::move(proposal),
                      crypto::derive_ike_keys(suite, {nonce_i, nonce_r}, wire::spi_bytes(sa.spi_i),
                                              wire::spi_bytes(sa.spi_r), shared_secret));
}

sa::Keyed derive_rekeyed(const sa::Keyed& old, const sa::Sa& sa, const crypto::IkeSuite& suite,
                         policy::Proposal proposal, base::ByteView nonce_i, base::ByteView nonce_r,
                         const sa::SharedSecrets& secrets) {
    sa::Keyed keyed = make_keyed(
        sa, suite, std::move(proposal),
        crypto::derive_rekeyed_ike_keys({old.suite.prf, old.sk_d}, suite, {nonce_i, nonce_r}, wire::spi_bytes(sa.spi_i),
                                        wire::spi_bytes(sa.spi_r), secrets.first, secrets.additional.view()));
    keyed.is_quantum_resistant |= old.is_quantum_resistant;  // by the old SK_d
    return keyed;
}

// RFC 7296 2.18 is computed in the same way.
sa::Keyed derive_updated(sa::Keyed&& old, const sa::Sa& sa, base::ByteView nonce_i, base::ByteView nonce_r,
                         base::SecretBytes shared_secret) {
    const sa::SharedSecrets secrets{std::move(shared_secret), {}};
    return derive_rekeyed(old, sa, old.suite, std::move(old.proposal), nonce_i, nonce_r, secrets);
}

sa::Keyed derive_mixed(sa::Keyed&& old, const sa::Sa& sa, base::ByteView nonce_i, base::ByteView nonce_r,
                       base::ByteView ppk) {
    sa::Keyed keyed = make_keyed(sa, old.suite, std::move(old.proposal),
                                 crypto::derive_mixed_ike_keys(old.suite, ppk, old.sk_d, {nonce_i, nonce_r},
                                                               wire::spi_bytes(sa.spi_i), wire::spi_bytes(sa.spi_r)));
    keyed.is_quantum_resistant = true;
    return keyed;
}

sa::Keyed derive_resumed(const sa::Session& session, const sa::Sa& sa, const crypto::IkeSuite& suite,
                         base::ByteView nonce_i, base::ByteView nonce_r) {
    return make_keyed(sa, suite, session.proposal,
                      crypto::derive_resumed_ike_keys(suite, session.sk_d, {nonce_i, nonce_r},
                                                      wire::spi_bytes(sa.spi_i), wire::spi_bytes(sa.spi_r)));
}

wire::KeyExchangePayload payload_of(const crypto::KeyExchange& key_exchange) {
    return {key_exchange.method(), key_exchange.public_value()};
}

base::Result<base::SecretBytes> next_secret(crypto::KeyExchange& ours, const wire::Payloads& answer) {
    if (const auto agreed = check_method(answer, ours.method()); !agreed) return tl::unexpected(agreed.error());
    return ours.shared_secret(answer.key_exchange->data);
}

base::Result<void> check_no_key_exchange(const wire::Payloads& payloads) {
    if (!payloads.key_exchange) return {};
    return base::fail(base::Reason::PayloadUnexpected, "KE, and no key exchange is to come");
}

base::Result<NextAnswer> answer_next(policy::KeyExchangeId method, const wire::Payloads& request,
                                     base::Random& random) {
    if (const auto agreed = check_method(request, method); !agreed) return tl::unexpected(agreed.error());
    auto answer = crypto::answer_key_exchange(method, request.key_exchange->data, random);
    if (!answer) return tl::unexpected(answer.error());
    return NextAnswer{{method, std::move(answer->public_value)}, std::move(answer->secret)};
}

void add_secret(sa::FollowUps& follow_ups, const base::SecretBytes& secret) {
    const base::SecretBytes before = std::move(follow_ups.secrets.additional);
    base::SecretBytes all(before.size() + secret.size());
    const auto end = std::ranges::copy(before.view(), all.writable().begin()).out;
    std::ranges::copy(secret.view(), end);
    follow_ups.secrets.additional = std::move(all);
    ++follow_ups.done;
}

base::Result<void> check_nonce(const wire::Nonce& theirs, base::ByteView ours) {
    if (base::equal(theirs.data, ours)) return base::fail(base::Reason::NonceReflected);
    return {};
}

}  // namespace xfrmd::ikev2::exchange
