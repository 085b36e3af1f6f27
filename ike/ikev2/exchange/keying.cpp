#include "ike/ikev2/exchange/keying.h"

#include <utility>

#include "ike/crypto/key_schedule.h"

namespace xfrmd::ikev2::exchange {

sa::Keyed derive_keyed(const sa::Sa& sa, const crypto::IkeSuite& suite, policy::Proposal proposal,
                       base::ByteView nonce_i, base::ByteView nonce_r, const base::SecretBytes& shared_secret) {
    const base::Bytes spi_i = wire::spi_bytes(sa.spi_i);
    const base::Bytes spi_r = wire::spi_bytes(sa.spi_r);
    crypto::IkeKeys keys = crypto::derive_ike_keys(suite, {nonce_i, nonce_r}, spi_i, spi_r, shared_secret);
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

base::Result<void> check_nonce(const wire::Nonce& theirs, base::ByteView ours) {
    if (base::equal(theirs.data, ours)) return base::fail(base::Reason::NonceReflected);
    return {};
}

}  // namespace xfrmd::ikev2::exchange
