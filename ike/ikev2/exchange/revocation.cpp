#include "ike/ikev2/exchange/revocation.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ike/crypto/credentials.h"
#include "ike/crypto/ocsp.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using crypto::Certificate;
using crypto::Judgement;
using crypto::Standing;
using Found = sa::Enquiries::Found;
using Uris = std::vector<std::string>;

constexpr std::size_t kMostTold = 4;                           // responses of the peer
constexpr std::size_t kMostUris = 4;                           // of a kind, for one certificate
constexpr std::size_t kMostListBytes = std::size_t{16} << 20;  // of one that is fetched
// Longer than all URIs of a certificate take that never answer, one after the other: nobody waits for ever.
constexpr base::Duration kAskAfterFailure = std::chrono::minutes(5);
constexpr std::chrono::hours kAskAfterRevocation{1};  // a hold may have ended

// What is known of one certificate, and what of it is still to come.
class Inquiry {
public:
    Inquiry(sa::Step& step, const Certificate& subject, const Certificate& issuer)
        : step_(step),
          subject_(subject),
          issuer_(issuer),
          credentials_(*step.sa.configuration->credentials()),
          now_(step.validation.time_of_day(step.now)) {}

    bool is_awaited() const { return awaited_; }
    bool has_uris() const { return has_uris_; }

    Judgement judge(const std::vector<base::ByteView>& told) {
        const Uris ocsp = responders();
        const Uris lists = joined(credentials_.revocation_uris(issuer_).crl, subject_.crl_uris());
        has_uris_ = !ocsp.empty() || !lists.empty();
        Judgement best = credentials_.judge(subject_, issuer_, now_);
        if (best.standing == Standing::unknown) best = known_revocation(ocsp, lists);
        for (std::size_t i = 0; i < std::min(told.size(), kMostTold) && best.standing == Standing::unknown; ++i) {
            best = judge_response(told[i]);
        }
        const auto settle = [&](const Uris& uris, Judgement (Inquiry::*by)(const std::string&)) {
            for (const std::string& uri : uris) {
                if (best.standing != Standing::unknown || awaited_) return;
                best = (this->*by)(uri);
            }
        };
        settle(ocsp, &Inquiry::ask_responder);
        settle(lists, &Inquiry::ask_list);
        return best;
    }

    // The first response that says it is good.
    base::Bytes good_response() {
        for (const std::string& uri : responders()) {
            if (ask_responder(uri).standing == Standing::good) return *find(question_to(uri))->body;
        }
        return {};
    }

private:
    // What has been found before goes before what the peer shows, which may be from before that.
    Judgement known_revocation(const Uris& ocsp, const Uris& lists) {
        for (const std::string& uri : ocsp) {
            Found* found = enquiries().find(question_to(uri));
            if (found != nullptr && found->judgement && found->judgement->standing == Standing::revoked) {
                return *found->judgement;
            }
        }
        for (const std::string& uri : lists) {
            Found* found = enquiries().find({uri, {}, kMostListBytes});
            if (found == nullptr || !found->body) continue;
            const auto& list = list_in(*found);
            if (!list) continue;
            Judgement judgement = crypto::judge(subject_, issuer_, *list, nullptr, now_);
            if (judgement.standing == Standing::revoked) return judgement;
        }
        return Judgement::unknown("is not known to be good");
    }

    Uris responders() const { return joined(credentials_.revocation_uris(issuer_).ocsp, subject_.ocsp_uris()); }

    ike::Fetch question_to(const std::string& responder) const {
        return {responder, crypto::encode_ocsp_request(subject_, issuer_), crypto::kMostOcspBytes};
    }

    Judgement judge_response(base::ByteView response) const {
        return crypto::judge_ocsp(response, subject_, issuer_, now_, credentials_.ocsp_responders());
    }

    static Uris joined(const Uris& configured, const Uris& own) {
        Uris all = configured;
        all.insert(all.end(), own.begin(), own.end());
        if (all.size() > kMostUris) all.resize(kMostUris);
        return all;
    }

    sa::Enquiries& enquiries() { return step_.validation.enquiries; }

    // nullptr: it has been asked for, as nothing is there, or nothing that counts any more; or too much is under way.
    Found* find(ike::Fetch question) {
        Found* found = enquiries().find(question);
        if (found != nullptr && counts(*found)) return found;
        awaited_ = enquiries().ask(std::move(question), step_.sa.id, step_.now) || awaited_;
        return nullptr;
    }

    bool counts(const Found& found) const {
        return now_ < found.counts_until || step_.now - found.at < kAskAfterFailure;
    }

    // `read` makes a judgement of a body.
    Judgement ask(ike::Fetch question, const std::function<Judgement(Found&)>& read) {
        Found* found = find(std::move(question));
        if (found == nullptr) {
            return Judgement::unknown(awaited_ ? "is being asked for" : "cannot be asked for: too much is under way");
        }
        if (!found->body) return Judgement::unknown("is not known to be good: " + found->body.error().sentence());
        return read(*found);
    }

    Judgement ask_responder(const std::string& uri) {
        const auto read = [&](Found& found) {
            if (!found.judgement || now_ >= found.counts_until) {
                found.judgement = judge_response(*found.body);
                const bool revoked = found.judgement->standing == Standing::revoked;
                found.counts_until = revoked ? now_ + kAskAfterRevocation : found.judgement->fetch_again;
            }
            return *found.judgement;
        };
        return ask(question_to(uri), read);
    }

    Judgement ask_list(const std::string& uri) {
        return ask({uri, {}, kMostListBytes}, [&](Found& found) {
            const auto& list = list_in(found);
            if (!list) return Judgement::unknown("is not known to be good: " + list.error().sentence());
            const crypto::Crl* delta = find_delta(*list);
            return crypto::judge(subject_, issuer_, *list, delta, now_);
        });
    }

    const base::Result<crypto::Crl>& list_in(Found& found) {
        if (!found.list || found.issuer != issuer_.fingerprint()) {
            found.list = crypto::Crl::read(*found.body, issuer_);
            found.issuer = issuer_.fingerprint();
            if (*found.list) found.counts_until = (*found.list)->next_update();
        }
        return *found.list;
    }

    // RFC 5280 5.2.6. Without it the list alone says what it says.
    const crypto::Crl* find_delta(const crypto::Crl& list) {
        for (const std::string& uri : joined(subject_.delta_crl_uris(), list.delta_uris())) {
            Found* found = find({uri, {}, kMostListBytes});
            if (found == nullptr || !found->body) continue;
            if (const auto& delta = list_in(*found)) return &*delta;
        }
        return nullptr;
    }

    sa::Step& step_;
    const Certificate& subject_;
    const Certificate& issuer_;
    const crypto::Credentials& credentials_;
    crypto::WallClock now_;
    bool awaited_ = false;
    bool has_uris_ = false;
};

base::Result<void> check_standing(sa::Step& step, policy::Revocation revocation, const Certificate& subject,
                                  const Certificate& issuer, const std::vector<base::ByteView>& told) {
    Inquiry inquiry(step, subject, issuer);
    const Judgement judgement = inquiry.judge(told);
    const std::string detail = "'" + subject.to_string() + "' " + judgement.detail;
    if (judgement.standing == Standing::revoked) return base::fail(Reason::CertificateRevoked, detail);
    if (inquiry.is_awaited()) return base::fail(Reason::AnswerAwaited, detail);
    if (judgement.standing == Standing::good) return {};
    const bool matters =
        revocation == policy::Revocation::strict || (revocation == policy::Revocation::if_uri && inquiry.has_uris());
    if (matters) return base::fail(Reason::RevocationUnknown, detail);
    if (inquiry.has_uris()) step.report(ike::Level::info, detail + "; `revocation = relaxed` lets it pass");
    return {};
}

}  // namespace

// One that is trusted as it is may still be known to be revoked. What is to be asked for all of them is asked at once.
base::Result<void> check_revocation(sa::Step& step, const policy::AuthRound& round, const crypto::ValidPath& path,
                                    const std::vector<base::ByteView>& told) {
    std::vector<const Certificate*> way;
    for (const Certificate& one : path.certificates) way.push_back(&one);
    if (way.size() == 1) {
        const auto issuers = step.sa.configuration->credentials()->issuers(path.end());
        way.insert(way.end(), issuers.begin(), issuers.end());
    }
    base::Result<void> result;
    for (std::size_t i = 0; i + 1 < way.size(); ++i) {
        auto good = check_standing(step, round.revocation, *way[i], *way[i + 1], told);
        if (good) continue;
        if (good.error().reason != Reason::AnswerAwaited) return good;
        result = std::move(good);
    }
    return result;
}

base::Result<base::Bytes> own_status(sa::Step& step, const Certificate& own, const Certificate& issuer) {
    Inquiry inquiry(step, own, issuer);
    base::Bytes response = inquiry.good_response();
    if (response.empty() && inquiry.is_awaited()) return base::fail(Reason::AnswerAwaited, "our own OCSP response");
    return response;
}

}  // namespace xfrmd::ikev2::exchange
