#include "ike/ikev2/exchange/revocation.h"

#include <algorithm>
#include <optional>
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
using sa::Found;
using Uris = std::vector<std::string>;

constexpr std::size_t kMostTold = 4;                           // responses of the peer
constexpr std::size_t kMostUris = 4;                           // of a kind, for one certificate
constexpr std::size_t kMostListBytes = std::size_t{16} << 20;  // of one that is fetched
constexpr base::Duration kAskAfterFailure = std::chrono::minutes(1);
// After that nobody asks URIs any more, however many there are: peers give up after so long, or a little later.
constexpr base::Duration kLongestWait = std::chrono::seconds(100);

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
        if (best.standing != Standing::unknown) return best;
        const Known known = known_revocation(ocsp, lists);
        if (known.counts) return *known.revocation;
        if (!known.revocation) best = judge_told(told);
        const auto settle = [&](const Uris& uris, Judgement (Inquiry::*by)(const std::string&)) {
            for (const std::string& uri : uris) {
                if (best.standing != Standing::unknown || awaited_) return;
                best = (this->*by)(uri);
                const bool is_outdone = known.revocation && best.as_of <= known.revocation->as_of;
                if (best.standing == Standing::good && is_outdone) best = Judgement::unknown("");
            }
        };
        settle(ocsp, &Inquiry::ask_responder);
        settle(lists, &Inquiry::ask_list);
        const bool stays = known.revocation && best.standing == Standing::unknown && !awaited_;
        return stays ? *known.revocation : best;
    }

    // The first response that says it is good.
    base::Bytes good_response() {
        for (const std::string& uri : responders()) {
            if (ask_responder(uri).standing == Standing::good) return *find(question_to(uri))->body();
            if (awaited_) break;
        }
        return {};
    }

private:
    enum class Asking : bool { no, yes };

    // What has been found before goes before what the peer shows, which may be from before that.
    struct Known {
        std::optional<Judgement> revocation;
        bool counts = false;  // nobody need be asked
    };

    Known known_revocation(const Uris& ocsp, const Uris& lists) {
        Known known;
        const auto look = [&](const ike::Fetch& question, const auto& judge) {
            Found* found = enquiries().find(question);
            if (found == nullptr || known.counts) return;
            Judgement judgement = judge(*found);
            if (judgement.standing != Standing::revoked) return;
            const bool may_end = judgement.reason == crypto::RevocationReason::certificate_hold;
            known = {std::move(judgement), counts(*found) && !may_end};
        };
        for (const std::string& uri : ocsp) {
            look(question_to(uri), [this](Found& found) { return judgement_of(found); });
        }
        for (const std::string& uri : lists) {
            look(question_for(uri), [this](Found& found) { return judge_list(complete(found), Asking::no); });
        }
        return known;
    }

    Judgement judge_told(const std::vector<base::ByteView>& told) const {
        Judgement best = Judgement::unknown("is not known to be good");
        for (std::size_t i = 0; i < std::min(told.size(), kMostTold) && best.standing == Standing::unknown; ++i) {
            best = judge_response(told[i]);
        }
        return best;
    }

    Uris responders() const { return joined(credentials_.revocation_uris(issuer_).ocsp, subject_.ocsp_uris()); }

    ike::Fetch question_to(const std::string& responder) const {
        return {responder, crypto::encode_ocsp_request(subject_, issuer_), crypto::kMostOcspBytes};
    }

    static ike::Fetch question_for(const std::string& list) { return {list, {}, kMostListBytes}; }

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

    // nullptr: it has been asked for, as nothing is there, or nothing that counts any more; or it is not asked any
    // more.
    Found* find(const ike::Fetch& question) {
        Found* found = enquiries().find(question);
        if (found != nullptr && counts(*found)) return found;
        ask(question);
        return nullptr;
    }

    void ask(const ike::Fetch& question) {
        if (step_.sa.waits_since <= step_.now - kLongestWait) {
            why_not_ = "is not known to be good in time";
        } else if (enquiries().ask(question, step_.sa.id, step_.now)) {
            awaited_ = true;
        } else {
            why_not_ = "cannot be asked for: too much is under way";
        }
    }

    // A failure, too, counts for a while, and as long as whoever has waited for it needs it.
    bool counts(const Found& found) const {
        return now_ < found.counts_until(issuer_) || step_.now - found.at() < kAskAfterFailure ||
               found.at() >= step_.sa.waits_since;
    }

    Judgement not_asked() const { return Judgement::unknown(awaited_ ? "is being asked for" : why_not_); }

    Judgement ask_responder(const std::string& uri) {
        Found* found = find(question_to(uri));
        return found == nullptr ? not_asked() : judgement_of(*found);
    }

    Judgement judgement_of(Found& found) const {
        return found.judgement([this](base::ByteView response) { return judge_response(response); }, now_);
    }

    Judgement ask_list(const std::string& uri) {
        Found* found = find(question_for(uri));
        if (found == nullptr) return not_asked();
        Judgement judgement = judge_list(complete(*found), Asking::yes);
        if (judgement.standing == Standing::unknown && found->is_kept()) ask(question_for(uri));
        return judgement;
    }

    const Found::Lists& complete(Found& found) const { return found.lists(issuer_, Found::Kind::complete, now_); }

    // Whom the last list revokes that could be read stays revoked; nobody is good by it where a later one cannot.
    Judgement judge_list(const Found::Lists& lists, Asking asking) {
        Judgement judgement;
        if (lists.last) {
            judgement = crypto::judge(subject_, issuer_, *lists.last, find_delta(*lists.last, asking), now_);
        }
        const bool is_hold = judgement.reason == crypto::RevocationReason::certificate_hold;
        if (is_hold && awaited_) return not_asked();
        if (!lists.fault || judgement.standing == Standing::revoked) return judgement;
        return Judgement::unknown("is not known to be good: " + lists.fault->sentence());
    }

    // RFC 5280 5.2.6. Without it the list alone says what it says.
    const crypto::Crl* find_delta(const crypto::Crl& list, Asking asking) {
        for (const std::string& uri : joined(subject_.delta_crl_uris(), list.delta_uris())) {
            Found* found = asking == Asking::yes ? find(question_for(uri)) : enquiries().find(question_for(uri));
            if (found == nullptr) continue;
            const Found::Lists& deltas = found->lists(issuer_, Found::Kind::delta, now_);
            if (deltas.last) return &*deltas.last;
        }
        return nullptr;
    }

    sa::Step& step_;
    const Certificate& subject_;
    const Certificate& issuer_;
    const crypto::Credentials& credentials_;
    crypto::WallClock now_;
    bool awaited_ = false;
    const char* why_not_ = "";  // is nothing asked
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
    if (!policy::accepts_unknown(revocation, inquiry.has_uris())) return base::fail(Reason::RevocationUnknown, detail);
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
