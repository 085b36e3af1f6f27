#include "ike/ikev2/exchange/keying.h"

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
    return sa::Keyed{suite,
                     std::move(proposal),
                     std::move(keys.sk_d),
                     std::move(keys.sk_pi),
                     std::move(keys.sk_pr),
                     crypto::SkCipher(suite, std::move(keys.sk_er), std::move(keys.sk_ar)),
                     crypto::SkCipher(suite, std::move(keys.sk_ei), std::move(keys.sk_ai))};
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
                         const base::SecretBytes& shared_secret) {
    return make_keyed(
        sa, suite, std::move(proposal),
        crypto::derive_rekeyed_ike_keys({old.suite.prf, old.sk_d}, suite, {nonce_i, nonce_r}, wire::spi_bytes(sa.spi_i),
                                        wire::spi_bytes(sa.spi_r), shared_secret));
}

sa::Keyed derive_resumed(const sa::Session& session, const sa::Sa& sa, const crypto::IkeSuite& suite,
                         base::ByteView nonce_i, base::ByteView nonce_r) {
    return make_keyed(sa, suite, session.proposal,
                      crypto::derive_resumed_ike_keys(suite, session.sk_d, {nonce_i, nonce_r},
                                                      wire::spi_bytes(sa.spi_i), wire::spi_bytes(sa.spi_r)));
}

base::Result<void> check_nonce(const wire::Nonce& theirs, base::ByteView ours) {
    if (base::equal(theirs.data, ours)) return base::fail(base::Reason::NonceReflected);
    return {};
}

}  // namespace xfrmd::ikev2::exchange
