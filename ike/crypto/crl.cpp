// Reading CRLs; judge() is in crl_judge.cpp.

#include "ike/crypto/crl.h"

#include <algorithm>

#include "ike/crypto/crl_date.h"
#include "ike/crypto/der.h"
#include "ike/crypto/distribution_point.h"
#include "ike/crypto/name_key.h"
#include "ike/crypto/pem.h"
#include "ike/crypto/signed_object.h"

namespace xfrmd::crypto {

namespace {

using base::ByteView;
using base::Reason;
using base::Result;

constexpr std::size_t kMostSerial = 255;

tl::unexpected<base::Error> unusable(const std::string& why) {
    return base::fail(Reason::RevocationUnknown, "CRL " + why);
}

// Of id-ce, {2 5 29 n}; 0 for others.
unsigned extension_number(ByteView oid) { return oid.size() == 3 && oid[0] == 0x55 && oid[1] == 0x1d ? oid[2] : 0; }

constexpr unsigned kIssuerAlternativeName = 18;
constexpr unsigned kCrlNumber = 20;
constexpr unsigned kReasonCode = 21;
constexpr unsigned kInvalidityDate = 24;
constexpr unsigned kDeltaIndicator = 27;
constexpr unsigned kDistributionPoint = 28;
constexpr unsigned kAuthorityKeyId = 35;
constexpr unsigned kFreshestCrl = 46;

bool is_true(const std::optional<ByteView>& value) { return value && value->size() == 1 && value->front() != 0; }

bool by_serial(ByteView a, ByteView b) {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

// One CRL being read: what is wrong is kept in `problem_`, and all of it stops.
class CrlReader {
public:
    explicit CrlReader(Crl& crl) : crl_(crl) {}

    // TBSCertList ::= SEQUENCE { version v2 OPTIONAL, signature, issuer, thisUpdate, nextUpdate OPTIONAL,
    //                            revokedCertificates OPTIONAL, crlExtensions [0] OPTIONAL }
    const char* read(const SignedObject& object) {
        DerReader whole(object.content);
        DerReader in = whole.inside(tag::kSequence);
        in.optional(tag::kInteger);
        if (!base::equal(in.whole(tag::kSequence), object.algorithm)) return "has two algorithms of its signature";
        crl_.issuer_ = name_key(in.whole(tag::kSequence));
        crl_.this_update_ = in.time();
        if (in.ok() && !in.next_is(tag::kUtcTime) && !in.next_is(tag::kGeneralizedTime)) return "has no nextUpdate";
        crl_.next_update_ = in.time();
        if (const auto entries = in.optional(tag::kSequence)) read_entries(*entries);
        if (const auto extensions = in.optional(tag::context(0))) read_extensions(*extensions);
        if (!in.complete()) return "is malformed";
        return problem_;
    }

private:
    void read_entries(ByteView sequence) {
        DerReader list(sequence);
        while (!list.done() && problem_ == nullptr) read_entry(list.inside(tag::kSequence));
        if (!list.ok()) problem_ = "is malformed";
        std::sort(crl_.entries_.begin(), crl_.entries_.end(), [this](const Crl::Entry& a, const Crl::Entry& b) {
            return by_serial(crl_.serial(a), crl_.serial(b));
        });
    }

    void read_entry(DerReader in) {
        const ByteView serial = in.serial();
        Crl::Entry entry{static_cast<std::uint32_t>(crl_.serials_.size()), static_cast<std::uint8_t>(serial.size()),
                         RevocationReason::unspecified, in.time()};
        if (const auto extensions = in.optional(tag::kSequence)) read_entry_extensions(*extensions, entry);
        if (!in.complete() || serial.size() > kMostSerial) {
            problem_ = "is malformed";
            return;
        }
        base::append(crl_.serials_, serial);
        crl_.entries_.push_back(entry);
    }

    // RFC 5280 5.3: a critical one that is not known may say whose certificate it is.
    void read_entry_extensions(ByteView sequence, Crl::Entry& entry) {
        const bool good = each_extension(sequence, [&](ByteView oid, bool critical, ByteView value) {
            const unsigned number = extension_number(oid);
            if (number == kReasonCode) {
                DerReader in(value);
                const ByteView code = in.contents(tag::kEnumerated);
                if (!in.complete() || code.size() != 1) problem_ = "is malformed";
                if (code.size() == 1) entry.reason = RevocationReason{code.front()};
            } else if (critical && number != kInvalidityDate) {
                problem_ = "has an entry with a critical extension that is not known";
            }
        });
        if (!good) problem_ = "is malformed";
    }

    void read_extensions(ByteView wrapped) {
        DerReader outer(wrapped);
        const bool good =
            each_extension(outer.contents(tag::kSequence), [&](ByteView oid, bool critical, ByteView value) {
                read_extension(extension_number(oid), critical, value);
            });
        if (!good || !outer.complete()) problem_ = "is malformed";
    }

    void read_extension(unsigned number, bool critical, ByteView value) {
        DerReader in(value);
        switch (number) {
            case kCrlNumber:
                crl_.number_ = base::to_bytes(in.number());
                if (!in.complete()) problem_ = "is malformed";
                break;
            case kDeltaIndicator:
                crl_.base_number_ = base::to_bytes(in.number());
                if (!in.complete()) problem_ = "is malformed";
                break;
            case kDistributionPoint:
                read_distribution_point(in.inside(tag::kSequence));
                if (!in.complete()) problem_ = "is malformed";
                break;
            case kFreshestCrl:
                take_uris(read_distribution_points(value), crl_.delta_uris_);
                break;
            case kIssuerAlternativeName:
            case kAuthorityKeyId:  // who signed is known
                break;
            default:
                if (critical) problem_ = "has a critical extension that is not known";
        }
    }

    void take_uris(std::optional<std::vector<std::string>> read, std::vector<std::string>& to) {
        if (!read) problem_ = "is malformed";
        if (read) to = *std::move(read);
    }

    // IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0], onlyContainsUserCerts [1], onlyContainsCACerts
    // [2],
    //                   onlySomeReasons [3], indirectCRL [4], onlyContainsAttributeCerts [5] }, all OPTIONAL
    void read_distribution_point(DerReader in) {
        if (const auto point = in.optional(tag::context(0))) {
            crl_.scope_.has_point = true;
            take_uris(read_point_name(*point), crl_.scope_.uris);
        }
        crl_.scope_.users_only = is_true(in.optional(tag::implicit(1)));
        crl_.scope_.authorities_only = is_true(in.optional(tag::implicit(2)));
        if (in.optional(tag::implicit(3))) problem_ = "is for some reasons only";
        if (is_true(in.optional(tag::implicit(4)))) problem_ = "is an indirect one";
        if (is_true(in.optional(tag::implicit(5)))) problem_ = "is about attribute certificates";
        if (!in.complete()) problem_ = "is malformed";
    }

    Crl& crl_;
    const char* problem_ = nullptr;
};

namespace {

Result<base::Bytes> der_of(ByteView file) {
    if (file.size() > Crl::kMostBytes) return unusable("of " + std::to_string(file.size()) + " bytes is too large");
    if (!is_pem(file.first(std::min<std::size_t>(file.size(), 4096)))) return base::to_bytes(file);
    const auto blocks = read_pem(file);
    if (!blocks) return unusable("is broken: " + blocks.error().detail);
    for (const PemBlock& block : *blocks) {
        if (block.label == "X509 CRL") return base::to_bytes(block.contents.view());
    }
    return unusable("has no block 'X509 CRL'");
}

}  // namespace

Result<Crl> Crl::read(ByteView file, const Certificate& issuer) {
    auto der = der_of(file);
    if (!der) return tl::unexpected(der.error());
    DerReader outer(*der);
    DerReader in = outer.inside(tag::kSequence);
    const SignedObject object = read_signed_object(in);
    if (!in.complete() || !outer.complete()) return unusable("is malformed");
    // Before anything in it is looked at
    if (!issuer.may_sign_crls() || !is_signed_by(object, issuer)) {
        return unusable("is not signed by '" + issuer.to_string() + "'");
    }
    Crl crl;
    crl.issuer_key_ = issuer.public_key().info_hash();
    if (const char* problem = CrlReader(crl).read(object)) return unusable(problem);
    if (der->size() <= Crl::kMostShown) crl.der_ = std::move(*der);
    return crl;
}

bool Crl::is_list(ByteView file) {
    const auto der = der_of(file);
    if (!der) return false;
    DerReader outer(*der);
    DerReader in = outer.inside(tag::kSequence);
    read_signed_object(in);
    return in.complete() && outer.complete();
}

ByteView Crl::serial(const Entry& entry) const { return ByteView(serials_).subspan(entry.offset, entry.length); }

const Crl::Entry* Crl::find(ByteView serial_number) const {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), serial_number,
                         [this](const Entry& entry, ByteView wanted) { return by_serial(serial(entry), wanted); });
    return found != entries_.end() && base::equal(serial(*found), serial_number) ? &*found : nullptr;
}

std::optional<WallClock> announced_next_update(ByteView file) {
    const auto der = der_of(file);
    if (!der) return std::nullopt;
    DerReader outer(*der);
    DerReader in = outer.inside(tag::kSequence);
    DerReader whole(read_signed_object(in).content);
    if (!in.complete() || !outer.complete()) return std::nullopt;
    DerReader list = whole.inside(tag::kSequence);
    list.optional(tag::kInteger);
    list.whole(tag::kSequence);
    list.whole(tag::kSequence);
    list.time();
    const WallClock next = list.time();
    return list.ok() ? std::optional(next) : std::nullopt;
}

}  // namespace xfrmd::crypto
