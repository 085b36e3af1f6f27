// Lists of revoked certificates (RFC 5280 5): complete ones and deltas. Indirect lists, and those for some reasons
// only, are not understood and say nothing. A list of n entries costs some 32 n bytes; a look-up is a binary search.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ike/base/result.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/revocation.h"

namespace xfrmd::crypto {

class Crl {
public:
    // A file in DER or PEM ("X509 CRL"), at most kMostBytes, signed by `issuer`, which may sign CRLs. Its age is judged
    // later. Error: RevocationUnknown.
    static base::Result<Crl> read(base::ByteView file, const Certificate& issuer);

    // Is it one by its outside, whoever has signed it?
    static bool is_list(base::ByteView file);

    bool is_delta() const { return base_number_.has_value(); }
    // Of the same kind, about the same certificates, and no older.
    bool may_replace(const Crl& older) const {
        return is_delta() == older.is_delta() && scope_ == older.scope_ && this_update_ >= older.this_update_;
    }
    WallClock this_update() const { return this_update_; }
    WallClock next_update() const { return next_update_; }
    std::size_t size() const { return entries_.size(); }
    // In DER, to be shown; empty where that is longer than kMostShown octets.
    base::ByteView der() const { return der_; }
    // Where its deltas are (freshestCRL, RFC 5280 5.2.6), besides what the certificate says. Of any scheme, unchecked.
    const std::vector<std::string>& delta_uris() const { return delta_uris_; }

    static constexpr std::size_t kMostBytes = std::size_t{32} << 20;
    static constexpr std::size_t kMostShown = 65535;

private:
    friend class CrlReader;
    friend class CrlJudge;

    struct Entry {
        std::uint32_t offset = 0;  // of the serial number in serials_
        std::uint8_t length = 0;
        RevocationReason reason = RevocationReason::unspecified;
        WallClock since{};
    };
    // RFC 5280 5.2.5: which certificates it is about
    struct Scope {
        bool users_only = false;
        bool authorities_only = false;
        bool has_point = false;
        std::vector<std::string> uris;  // of the distribution point
        friend bool operator==(const Scope&, const Scope&) = default;
    };

    base::ByteView serial(const Entry& entry) const;
    const Entry* find(base::ByteView serial) const;

    base::Bytes der_;
    base::Bytes issuer_;  // name_key() of it
    Sha1 issuer_key_{};   // PublicKey::info_hash of who signed
    WallClock this_update_{};
    WallClock next_update_{};
    base::Bytes number_;  // without leading zeros; empty where there is none
    std::optional<base::Bytes> base_number_;
    Scope scope_;
    std::vector<std::string> delta_uris_;
    base::Bytes serials_;
    std::vector<Entry> entries_;  // by serial number
};

// What `list`, and `delta` where it is not null and fits, say of `subject`, which `issuer` has issued. A delta that
// does not fit, or is too old, is left aside, unless it tells a revocation.
Judgement judge(const Certificate& subject, const Certificate& issuer, const Crl& list, const Crl* delta,
                WallClock now);

}  // namespace xfrmd::crypto
