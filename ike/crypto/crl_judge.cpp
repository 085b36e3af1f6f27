// What a CRL and its delta say of a certificate (RFC 5280 6.3.3).

#include <algorithm>

#include "ike/crypto/certificate_data.h"
#include "ike/crypto/crl.h"

namespace xfrmd::crypto {

namespace {

// Numbers of any length, without leading zeros (RFC 5280 5.2.3)
bool is_at_most(const base::Bytes& a, const base::Bytes& b) {
    return a.size() != b.size() ? a.size() < b.size() : a <= b;
}

}  // namespace

class CrlJudge {
public:
    CrlJudge(const Certificate& subject, const Certificate& issuer, WallClock now)
        : subject_(subject), issuer_(issuer), now_(now) {}

    Judgement judge(const Crl& list, const Crl* delta) const {
        if (list.is_delta()) return Judgement::unknown("CRL is only the difference to another one");
        if (auto why = unfit(list)) return Judgement::unknown(*std::move(why));
        const bool together = delta != nullptr && !unfit(*delta) && continues(*delta, list);
        const Crl::Entry* changed = together ? delta->find(subject_.serial()) : nullptr;
        const bool current = together && !stale(*delta);
        if (changed != nullptr && changed->reason != RevocationReason::remove_from_crl)
            return revoked(*changed, *delta);
        const bool removed = changed != nullptr && current;
        const Crl::Entry* listed = list.find(subject_.serial());
        if (listed != nullptr && !removed) return revoked(*listed, list);
        // Together they are as new as the delta is.
        if (current) return Judgement::good(delta->next_update(), delta->this_update());
        if (auto why = stale(list)) return Judgement::unknown(*std::move(why));
        return Judgement::good(list.next_update(), list.this_update());
    }

private:
    static Judgement revoked(const Crl::Entry& entry, const Crl& list) {
        return Judgement::revoked(entry.since, entry.reason, list.this_update());
    }

    std::optional<std::string> unfit(const Crl& list) const {
        const bool theirs = list.issuer_ == CertificateAccess::issuer_key(subject_) &&
                            list.issuer_key_ == issuer_.public_key().info_hash();
        if (!theirs) return "CRL is not of '" + subject_.issuer().to_string() + "'";
        if (subject_.is_ca() ? list.scope_.users_only : list.scope_.authorities_only) {
            return "CRL is about other certificates";
        }
        // RFC 5280 6.3.3 (b): one part of the certificates only, so this must be the right one.
        if (list.scope_.has_point && !shares_uri(list.scope_.uris)) return "CRL is of another distribution point";
        return std::nullopt;
    }

    bool shares_uri(const std::vector<std::string>& uris) const {
        return std::any_of(uris.begin(), uris.end(), [this](const std::string& uri) {
            return std::find(subject_.crl_uris().begin(), subject_.crl_uris().end(), uri) != subject_.crl_uris().end();
        });
    }

    std::optional<std::string> stale(const Crl& list) const {
        if (list.this_update() > now_ + kClockSkew) return "CRL is not valid before " + to_string(list.this_update());
        if (now_ > list.next_update()) return "CRL has expired on " + to_string(list.next_update());
        return std::nullopt;
    }

    // RFC 5280 5.2.4: (a) same issuer and scope, (b) not older than what the delta starts from, (c) not newer than it.
    static bool continues(const Crl& delta, const Crl& list) {
        return delta.base_number_ && delta.issuer_key_ == list.issuer_key_ && delta.scope_ == list.scope_ &&
               !list.number_.empty() && is_at_most(*delta.base_number_, list.number_) &&
               is_at_most(list.number_, delta.number_);
    }

    const Certificate& subject_;
    const Certificate& issuer_;
    WallClock now_;
};

Judgement judge(const Certificate& subject, const Certificate& issuer, const Crl& list, const Crl* delta,
                WallClock now) {
    return CrlJudge(subject, issuer, now).judge(list, delta);
}

}  // namespace xfrmd::crypto
