#include "ike/crypto/path_search.h"

#include <algorithm>

#include "ike/crypto/certificate_data.h"

namespace xfrmd::crypto {

// RFC 5280 4.2.1.1, 6.1: names chain, and key identifiers where both have one.
bool PathSearch::may_have_issued(const Certificate& issuer) const {
    const Certificate& last = path_.back();
    if (CertificateAccess::subject_key(issuer) != CertificateAccess::issuer_key(last)) return false;
    const bool both = !last.authority_key_id().empty() && !issuer.subject_key_id().empty();
    if (both && last.authority_key_id() != issuer.subject_key_id()) return false;
    return std::find(path_.begin(), path_.end(), issuer) == path_.end();
}

PathSearch::Candidates PathSearch::issuers() const {
    Candidates candidates;
    for (const Certificate& authority : trust_.named(CertificateAccess::issuer_key(path_.back()))) {
        if (!may_have_issued(authority)) continue;
        (trust_.is_anchor(authority) ? candidates.anchors : candidates.others).push_back(authority);
    }
    for (const Certificate& certificate : offered_) {
        if (!trust_.is_authority(certificate) && may_have_issued(certificate)) candidates.others.push_back(certificate);
    }
    return candidates;
}

void PathSearch::note_stuck() {
    if (found_ || path_.size() <= deepest_) return;
    deepest_ = path_.size();
    stuck_ = path_.back();
}

}  // namespace xfrmd::crypto
