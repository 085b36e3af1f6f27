#include "ike/ikev2/exchange/int_auth.h"

#include "ike/base/writer.h"
#include "ike/crypto/prf.h"

namespace xfrmd::ikev2::exchange {

namespace {

base::Bytes next(policy::PrfId prf, const base::SecretBytes& sk_p, base::ByteView before, base::ByteView content) {
    return base::to_bytes(crypto::Prf(prf, sk_p.view())({before, content}).view());
}

}  // namespace

void cover_sent(const sa::Keyed& keyed, base::ByteView content, sa::IntAuth& covered) {
    covered.local = next(keyed.suite.prf, keyed.sk_p_local, covered.local, content);
}

void cover_received(const sa::Keyed& keyed, base::ByteView content, sa::IntAuth& covered) {
    covered.remote = next(keyed.suite.prf, keyed.sk_p_remote, covered.remote, content);
}

base::Bytes int_auth(const sa::Sa& sa, const sa::IntAuth& covered, wire::MessageId ike_auth) {
    const bool is_initiator = sa.original_initiator;
    return base::Writer()
        .bytes(is_initiator ? covered.local : covered.remote)
        .bytes(is_initiator ? covered.remote : covered.local)
        .u32(static_cast<std::uint32_t>(ike_auth))
        .take();
}

}  // namespace xfrmd::ikev2::exchange
