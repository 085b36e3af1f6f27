#include "cli/pki/judge.h"

#include "cli/pki/certificate_maker.h"
#include "ike/crypto/chain.h"

namespace xfrmd::cli::pki {

namespace {

using crypto::Certificate;

Outcome<Certificate> end_below(const Certificate& authority, const crypto::PrivateKey& key, base::Random& random) {
    const policy::Identity nobody{policy::IdentityType::der_asn1_dn, {0x30, 0x00}};
    const Contents contents{Role::gateway, nobody, {}, authority.validity(), {}, {}};
    return make_certificate(contents, key.public_key(), {&authority, key}, random);
}

}  // namespace

Outcome<bool> is_judged(const Certificate& made, const crypto::PrivateKey& key, const std::vector<Certificate>& above,
                        crypto::WallClock now, base::Random& random) {
    std::vector<Certificate> authorities = above;
    if (made.is_ca()) authorities.insert(authorities.begin(), made);
    if (!authorities.back().is_self_issued()) return false;
    const auto end = made.is_ca() ? end_below(made, key, random) : Outcome<Certificate>(made);
    if (!end) return tl::unexpected(end.error());
    const auto trust = crypto::TrustStore::make(std::move(authorities), {});
    if (!trust) return unusable("the CA", trust.error(), "");
    const auto path = crypto::validate(*end, {}, *trust, now, {}, nullptr);
    if (path) return true;
    return unusable("nobody would accept it", path.error(), "look at the CA with 'xfrmctl pki show'");
}

}  // namespace xfrmd::cli::pki
