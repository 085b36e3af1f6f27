// What a URI has given, what has been read out of it, and what of that outlives a later answer: whom one revokes stays
// revoked until another one that can be read says otherwise.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "ike/base/instant.h"
#include "ike/crypto/crl.h"
#include "ike/crypto/revocation.h"

namespace xfrmd::ikev2::sa {

class Found {
public:
    // The newest list of an issuer that could be read, and what was wrong with the last answer. A list takes the place
    // of an older one, of another kind only where that is over: anybody on the way may show another list of the CA.
    struct Lists {
        std::optional<crypto::Crl> last;
        std::optional<base::Error> fault;  // of the last answer; nothing: `last` counts
        bool is_read = false;              // what has been given last
    };
    using Judge = std::function<crypto::Judgement(base::ByteView response)>;

    // A later answer. `is_kept`: as ike::Fetched.
    void take(base::Result<base::Bytes> body, base::Instant at, bool is_kept);
    // Error: FetchFailed. An answer outlives failures.
    const base::Result<base::Bytes>& body() const { return body_; }
    base::Instant at() const { return at_; }  // of the last answer, or failure
    bool is_kept() const { return is_kept_; }

    enum class Kind : bool { complete, delta };
    // As a list of that kind that `issuer` has signed. Remembered for kMostIssuers.
    const Lists& lists(const crypto::Certificate& issuer, Kind kind, crypto::WallClock now);
    // A list has been read, which is there still, whatever came since.
    bool remembers() const;
    // As an OCSP response, of which a good one is good until it is over.
    crypto::Judgement judgement(const Judge& judge, crypto::WallClock now);
    // Those who may make responses have changed. A revocation stays until a response says otherwise.
    void forget_judgement();

    // Until when it need not be asked again, as far as it has been read: the beginning of time where it does not say.
    crypto::WallClock counts_until(const crypto::Certificate& issuer) const;

    static constexpr std::size_t kMostIssuers = 2;               // an old and a new certificate of one CA
    static constexpr std::chrono::hours kAskAfterRevocation{1};  // a hold may have ended

private:
    Lists& place_for(const crypto::Certificate& issuer);

    base::Result<base::Bytes> body_ = base::fail(base::Reason::FetchFailed);
    base::Instant at_;
    bool is_kept_ = false;
    std::map<crypto::Sha256, Lists> lists_;  // by the issuer's fingerprint
    std::optional<crypto::Judgement> judgement_;
    bool is_judged_ = false;  // what has been given last
    crypto::WallClock judgement_counts_until_{};
};

}  // namespace xfrmd::ikev2::sa
