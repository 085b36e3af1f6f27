#include "ike/crypto/credentials.h"

#include <algorithm>

#include "ike/base/writer.h"
#include "ike/crypto/certificate_data.h"

namespace xfrmd::crypto {

namespace {

constexpr std::size_t kLongestWay = 8;

}  // namespace

base::Result<std::shared_ptr<const Credentials>> Credentials::make(Parts parts,
                                                                   const std::vector<policy::AuthRound>& rounds) {
    const std::shared_ptr<Credentials> made(new Credentials(std::move(parts)));
    for (const auto* list : {&made->parts_.certificates, &made->parts_.authorities, &made->parts_.named}) {
        for (const Certificate& certificate : *list)
            made->by_fingerprint_.emplace(certificate.fingerprint(), certificate);
    }
    for (std::size_t place = 0; place < made->parts_.public_keys.size(); ++place) {
        made->public_keys_.emplace(sha256(made->parts_.public_keys[place].subject_public_key_info()), place);
    }
    for (std::size_t place = 0; place < made->parts_.private_keys.size(); ++place) {
        made->private_keys_.emplace(made->parts_.private_keys[place].public_key().key_id(), place);
    }
    base::Writer lists;
    for (const Crl& list : made->parts_.lists) {
        lists.u64(static_cast<std::uint64_t>(list.this_update().time_since_epoch().count())).u64(list.size());
    }
    made->lists_digest_ = sha256(lists.take());
    for (const policy::AuthRound& round : rounds) {
        if (const auto added = made->add_trust(round); !added) return tl::unexpected(added.error());
    }
    return made;
}

void RevocationUris::add(const RevocationUris& more) {
    crl.insert(crl.end(), more.crl.begin(), more.crl.end());
    ocsp.insert(ocsp.end(), more.ocsp.begin(), more.ocsp.end());
}

bool Credentials::knows_trust_of(const policy::AuthRound& round) const {
    return trust_.contains({round.certificates, round.authorities});
}

const Certificate* Credentials::certificate(const policy::Fingerprint& fingerprint) const {
    const auto found = by_fingerprint_.find(fingerprint);
    return found == by_fingerprint_.end() ? nullptr : &found->second;
}

const PublicKey* Credentials::public_key(const policy::Fingerprint& fingerprint) const {
    const auto found = public_keys_.find(fingerprint);
    return found == public_keys_.end() ? nullptr : &parts_.public_keys[found->second];
}

const PrivateKey* Credentials::private_key(const PublicKey& key) const {
    const auto found = private_keys_.find(key.key_id());
    if (found == private_keys_.end()) return nullptr;
    const PrivateKey& candidate = parts_.private_keys[found->second];
    return candidate.public_key() == key ? &candidate : nullptr;
}

std::vector<const Certificate*> Credentials::certificates_naming(const policy::Identity& identity) const {
    std::vector<const Certificate*> naming;
    for (const Certificate& certificate : parts_.certificates) {
        if (certificate.names(identity)) naming.push_back(&certificate);
    }
    return naming;
}

std::vector<const Certificate*> Credentials::issuers(const Certificate& end) const {
    std::vector<const Certificate*> way;
    const Certificate* last = &end;
    while (way.size() < kLongestWay && !last->is_self_issued()) {
        const auto issuer = std::ranges::find(parts_.authorities, CertificateAccess::issuer_key(*last),
                                              &CertificateAccess::subject_key);
        if (issuer == parts_.authorities.end()) break;
        last = &*issuer;
        way.push_back(last);
    }
    return way;
}

const TrustStore& Credentials::trust(const policy::AuthRound& round) const {
    const auto found = trust_.find({round.certificates, round.authorities});
    return found == trust_.end() ? nothing_ : found->second;
}

// Of several lists the first that says anything counts, but for a revocation, which always does. Whose a list is, is
// judged with it.
Judgement Credentials::judge(const Certificate& subject, const Certificate& issuer, WallClock now) const {
    Judgement best = Judgement::unknown("no list of '" + issuer.to_string() + "' is there");
    std::vector<const Crl*> deltas{nullptr};
    for (const Crl& one : parts_.lists) {
        if (one.is_delta()) deltas.push_back(&one);
    }
    for (const Crl& list : parts_.lists) {
        for (const Crl* delta : deltas) {
            if (list.is_delta()) break;
            Judgement judgement = crypto::judge(subject, issuer, list, delta, now);
            if (judgement.standing == Standing::revoked) return judgement;
            if (best.standing == Standing::unknown) best = std::move(judgement);
        }
    }
    return best;
}

const RevocationUris& Credentials::revocation_uris(const Certificate& authority) const {
    static const RevocationUris kNone;
    const auto found = parts_.revocation_uris.find(authority.fingerprint());
    return found == parts_.revocation_uris.end() ? kNone : found->second;
}

std::vector<const Certificate*> Credentials::authorities(const policy::AuthRound& round) const {
    std::vector<const Certificate*> found;
    if (!round.certificates.empty()) return found;
    for (const policy::Fingerprint& fingerprint : round.authorities) {
        if (const Certificate* known = certificate(fingerprint)) found.push_back(known);
    }
    if (round.authorities.empty()) {
        for (const Certificate& authority : parts_.authorities) found.push_back(&authority);
    }
    return found;
}

// strongSwan trusts every end certificate that it was given; where a connection names some, none but these count. CAs
// that it names may stand anywhere on the way, which still has to end at an anchor.
base::Result<void> Credentials::add_trust(const policy::AuthRound& round) {
    if (trust_.contains({round.certificates, round.authorities})) return {};
    const bool is_pinned = !round.certificates.empty();
    std::vector<Certificate> authorities = is_pinned ? std::vector<Certificate>() : those(round.authorities);
    if (!is_pinned) authorities.insert(authorities.end(), parts_.authorities.begin(), parts_.authorities.end());
    const bool is_open = !is_pinned && round.authorities.empty();
    auto made = TrustStore::make(std::move(authorities), is_open ? parts_.certificates : those(round.certificates));
    if (!made) return tl::unexpected(made.error());
    trust_.emplace(Chosen{round.certificates, round.authorities}, std::move(*made));
    return {};
}

std::vector<Certificate> Credentials::those(const std::vector<policy::Fingerprint>& fingerprints) const {
    std::vector<Certificate> found;
    for (const policy::Fingerprint& fingerprint : fingerprints) {
        if (const Certificate* known = certificate(fingerprint)) found.push_back(*known);
    }
    return found;
}

}  // namespace xfrmd::crypto
