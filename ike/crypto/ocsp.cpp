#include "ike/crypto/ocsp.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/crypto/certificate_data.h"
#include "ike/crypto/der.h"
#include "ike/crypto/digest.h"
#include "ike/crypto/signed_object.h"

namespace xfrmd::crypto {

namespace {

using base::Bytes;
using base::ByteView;
using namespace std::string_view_literals;

constexpr std::string_view kBasicResponse = "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"sv;
constexpr std::string_view kSha1 = "\x2b\x0e\x03\x02\x1a"sv;
constexpr std::string_view kSha256 = "\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv;
constexpr const char* kOcspSigning = "1.3.6.1.5.5.7.3.9";
constexpr std::size_t kMostCertificates = 4;

bool is_oid(ByteView contents, std::string_view oid) { return base::equal(contents, base::as_bytes(oid)); }

ByteView key_bits(const Certificate& certificate) {
    return CertificateAccess::x509(certificate).subject_public_key_bitstring();
}

// CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }
bool is_about(DerReader id, const Certificate& subject, const Certificate& issuer) {
    DerReader algorithm = id.inside(tag::kSequence);
    const ByteView oid = algorithm.contents(tag::kOid);
    const ByteView name_hash = id.contents(tag::kOctetString);
    const ByteView key_hash = id.contents(tag::kOctetString);
    const ByteView serial = id.serial();
    const char* hash = is_oid(oid, kSha1) ? "SHA-1" : is_oid(oid, kSha256) ? "SHA-256" : nullptr;
    return id.complete() && hash != nullptr && base::equal(serial, subject.serial()) &&
           base::equal(name_hash, digest(hash, subject.issuer().data)) &&
           base::equal(key_hash, digest(hash, key_bits(issuer)));
}

Judgement unknown(const std::string& why) { return Judgement::unknown("OCSP response " + why); }

// RevokedInfo ::= SEQUENCE { revocationTime GeneralizedTime, revocationReason [0] EXPLICIT CRLReason OPTIONAL }
Judgement read_revoked(ByteView info, WallClock this_update) {
    DerReader in(info);
    const WallClock since = in.time();
    RevocationReason reason = RevocationReason::unspecified;
    if (const auto wrapped = in.optional(tag::context(0))) {
        DerReader inner(*wrapped);
        const ByteView code = inner.contents(tag::kEnumerated);
        if (!inner.complete() || code.size() != 1) return unknown("is malformed");
        reason = RevocationReason{code.front()};
    }
    return in.complete() ? Judgement::revoked(since, reason, this_update) : unknown("is malformed");
}

bool has_critical_extension(const std::optional<ByteView>& wrapped) {
    if (!wrapped) return false;
    DerReader outer(*wrapped);
    bool critical = false;
    const bool good = each_extension(outer.contents(tag::kSequence),
                                     [&critical](ByteView, bool is_critical, ByteView) { critical |= is_critical; });
    return critical || !good || !outer.complete();
}

Judgement judge_times(WallClock this_update, std::optional<WallClock> next_update, WallClock now) {
    const WallClock end = next_update.value_or(this_update + kOcspLife);
    if (this_update > now + kClockSkew) return unknown("is not valid before " + to_string(this_update));
    if (now > end) return unknown("has expired on " + to_string(end));
    return Judgement::good(end, this_update);
}

// SingleResponse ::= SEQUENCE { certID, certStatus CHOICE { good [0], revoked [1], unknown [2] }, thisUpdate,
//                    nextUpdate [0] EXPLICIT OPTIONAL, singleExtensions [1] EXPLICIT OPTIONAL }
// nullopt where it is about another certificate.
std::optional<Judgement> judge_single(DerReader in, const Certificate& subject, const Certificate& issuer,
                                      WallClock now) {
    if (!is_about(in.inside(tag::kSequence), subject, issuer)) return std::nullopt;
    const DerElement status = in.next();
    const WallClock this_update = in.time();
    std::optional<WallClock> next_update;
    if (const auto wrapped = in.optional(tag::context(0))) {
        DerReader inner(*wrapped);
        next_update = inner.time();
        if (!inner.complete()) return unknown("is malformed");
    }
    const auto extensions = in.optional(tag::context(1));
    if (!in.complete()) return unknown("is malformed");
    if (status.tag == tag::context(1)) return read_revoked(status.contents, this_update);
    if (has_critical_extension(extensions)) return unknown("has a critical extension that is not known");
    const bool good = status.tag == tag::implicit(0) && status.contents.empty();
    return good ? judge_times(this_update, next_update, now) : unknown("does not know the certificate");
}

// BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, certs [0] EXPLICIT OPTIONAL }
struct BasicResponse {
    SignedObject object;
    std::vector<Certificate> certificates;
};

// OCSPResponse ::= SEQUENCE { responseStatus, responseBytes [0] EXPLICIT SEQUENCE { responseType, response } OPTIONAL }
std::optional<Judgement> open_response(ByteView der, ByteView& basic) {
    DerReader outer(der);
    DerReader in = outer.inside(tag::kSequence);
    const ByteView status = in.contents(tag::kEnumerated);
    if (!in.ok() || status.size() != 1) return unknown("is malformed");
    if (status.front() != 0) return unknown("is an error, number " + std::to_string(status.front()));
    DerReader wrapped = in.inside(tag::context(0));
    DerReader bytes = wrapped.inside(tag::kSequence);
    const ByteView type = bytes.contents(tag::kOid);
    basic = bytes.contents(tag::kOctetString);
    if (!bytes.complete() || !wrapped.complete() || !in.complete() || !outer.complete()) return unknown("is malformed");
    if (!is_oid(type, kBasicResponse)) return unknown("is of an unknown type");
    return std::nullopt;
}

std::optional<BasicResponse> read_basic(ByteView der) {
    DerReader outer(der);
    DerReader in = outer.inside(tag::kSequence);
    BasicResponse response{read_signed_object(in), {}};
    if (const auto wrapped = in.optional(tag::context(0))) {
        DerReader list(*wrapped);
        DerReader certificates = list.inside(tag::kSequence);
        while (!certificates.done() && response.certificates.size() < kMostCertificates) {
            auto certificate = Certificate::decode(certificates.whole(tag::kSequence));
            if (certificate) response.certificates.push_back(*std::move(certificate));
        }
    }
    return in.complete() && outer.complete() ? std::optional(std::move(response)) : std::nullopt;
}

// RFC 6960 4.2.2.2: signed by the key that signed the certificate in question, and meant for this.
bool is_delegate(const Certificate& signer, const Certificate& issuer, WallClock now) {
    const auto& usages = signer.extended_key_usages();
    if (std::find(usages.begin(), usages.end(), kOcspSigning) == usages.end()) return false;
    if (!signer.validity().contains(now) || !signer.may_sign()) return false;
    if (CertificateAccess::issuer_key(signer) != CertificateAccess::subject_key(issuer)) return false;
    DerReader outer(signer.der());
    DerReader in = outer.inside(tag::kSequence);
    return is_signed_by(read_signed_object(in), issuer);
}

bool is_trustworthy(const BasicResponse& response, const Certificate& issuer, WallClock now,
                    std::span<const Certificate> responders) {
    const auto has_signed = [&response](const Certificate& signer) { return is_signed_by(response.object, signer); };
    if (has_signed(issuer)) return true;
    const auto is_valid = [&](const Certificate& signer) {
        return signer.validity().contains(now) && has_signed(signer);
    };
    if (std::ranges::any_of(responders, is_valid)) return true;
    return std::ranges::any_of(response.certificates, [&](const Certificate& signer) {
        return is_delegate(signer, issuer, now) && has_signed(signer);
    });
}

Judgement worst_of(const std::vector<Judgement>& found) {
    const auto with = [&found](Standing standing) {
        return std::find_if(found.begin(), found.end(), [=](const Judgement& one) { return one.standing == standing; });
    };
    for (const Standing standing : {Standing::revoked, Standing::unknown}) {
        if (const auto one = with(standing); one != found.end()) return *one;
    }
    return found.front();
}

// ResponseData ::= SEQUENCE { version [0] EXPLICIT DEFAULT v1, responderID, producedAt, responses,
//                  responseExtensions [1] EXPLICIT OPTIONAL }
Judgement judge_data(ByteView data, const Certificate& subject, const Certificate& issuer, WallClock now) {
    DerReader outer(data);
    DerReader in = outer.inside(tag::kSequence);
    in.optional(tag::context(0));
    in.next();  // the responder, whom the signature tells
    in.time();
    DerReader responses = in.inside(tag::kSequence);
    const bool critical = has_critical_extension(in.optional(tag::context(1)));
    if (!in.complete()) return unknown("is malformed");
    std::vector<Judgement> found;
    while (!responses.done()) {
        if (const auto one = judge_single(responses.inside(tag::kSequence), subject, issuer, now))
            found.push_back(*one);
    }
    if (!responses.ok()) return unknown("is malformed");
    if (found.empty()) return unknown("is not about the certificate");
    const Judgement worst = worst_of(found);
    const bool counts = !critical || worst.standing == Standing::revoked;
    return counts ? worst : unknown("has a critical extension that is not known");
}

}  // namespace

Bytes encode_ocsp_request(const Certificate& subject, const Certificate& issuer) {
    Bytes algorithm = der_element(tag::kOid, base::as_bytes(kSha1));
    base::append(algorithm, der_element(tag::kNull, {}));
    Bytes id = der_element(tag::kSequence, algorithm);
    base::append(id, der_element(tag::kOctetString, sha1(subject.issuer().data)));
    base::append(id, der_element(tag::kOctetString, issuer.public_key().key_id()));
    base::append(id, der_integer(subject.serial()));
    // OCSPRequest { TBSRequest { requestList { Request { reqCert CertID } } } }, all of them SEQUENCEs
    Bytes request = der_element(tag::kSequence, id);
    for (int level = 0; level < 4; ++level) request = der_element(tag::kSequence, request);
    return request;
}

Judgement judge_ocsp(ByteView response, const Certificate& subject, const Certificate& issuer, WallClock now,
                     std::span<const Certificate> responders) {
    if (response.size() > kMostOcspBytes) return unknown("is too large");
    ByteView inner;
    if (auto problem = open_response(response, inner)) return *std::move(problem);
    const auto basic = read_basic(inner);
    if (!basic) return unknown("is malformed");
    if (!is_trustworthy(*basic, issuer, now, responders)) {
        return unknown("is not signed by '" + issuer.to_string() + "', nor for it");
    }
    return judge_data(basic->object.content, subject, issuer, now);
}

}  // namespace xfrmd::crypto
