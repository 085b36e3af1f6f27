#include "ike/crypto/chain.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <string_view>

#include <botan/x509path.h>

#include "ike/crypto/accepted_hashes.h"
#include "ike/crypto/certificate_data.h"
#include "ike/crypto/name_constraints.h"
#include "ike/crypto/path_search.h"

namespace xfrmd::crypto {

namespace {

using base::fail;
using base::Reason;
using base::Result;
using Botan::Certificate_Status_Code;
using Path = std::vector<Certificate>;

constexpr std::string_view kAnyPolicy = "2.5.29.32.0";  // RFC 5280 4.2.1.4

std::string named(const Certificate& certificate) { return "certificate '" + certificate.to_string() + "'"; }

tl::unexpected<base::Error> untrusted(std::string why) { return fail(Reason::CertificateUntrusted, std::move(why)); }

std::string complaint(const Certificate& certificate, Certificate_Status_Code code) {
    switch (code) {
        case Certificate_Status_Code::CERT_HAS_EXPIRED:
            return named(certificate) + " has expired on " + to_string(certificate.validity().not_after);
        case Certificate_Status_Code::CERT_NOT_YET_VALID:
            return named(certificate) + " is not valid before " + to_string(certificate.validity().not_before);
        case Certificate_Status_Code::SIGNATURE_ERROR:
            return named(certificate) + " is not signed by '" + certificate.issuer().to_string() + "'";
        case Certificate_Status_Code::UNTRUSTED_HASH:
            return named(certificate) + " is signed with a weak hash";
        default:
            return named(certificate) + ": " + Botan::Path_Validation_Result::status_string(code);
    }
}

std::optional<Certificate_Status_Code> worst(const Certificate& certificate, std::set<Certificate_Status_Code> codes) {
    // Names that no host has do no harm where nobody constrains them, which checked_names() looks at.
    if (CertificateAccess::names_unread(certificate)) codes.erase(Certificate_Status_Code::EXTENSION_ENCODING_ERROR);
    const bool wrong = !codes.empty() && *codes.rbegin() >= Certificate_Status_Code::FIRST_ERROR_STATUS;
    return wrong ? std::optional(*codes.rbegin()) : std::nullopt;
}

std::optional<std::string> checked_by_botan(const Path& path, WallClock now) {
    std::vector<Botan::X509_Certificate> certificates;
    for (const Certificate& certificate : path) certificates.push_back(CertificateAccess::x509(certificate));
    // Strength of keys is what PublicKey has looked at; the hash in an anchor's signature on itself says nothing.
    const Botan::Path_Validation_Restrictions restrictions(false, 0, false, accepted_hashes());
    const auto statuses = Botan::PKIX::check_chain(certificates, now, "", Botan::Usage_Type::UNSPECIFIED, restrictions);
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (const auto code = worst(path[i], statuses.at(i))) return complaint(path[i], *code);
    }
    return std::nullopt;
}

// RFC 5280 6.1.4 (b): not of what a CA issues itself, but for the last one.
std::optional<std::string> checked_names(const Path& path) {
    for (std::size_t authority = 1; authority < path.size(); ++authority) {
        for (std::size_t i = 0; i < authority; ++i) {
            if ((i > 0 && path[i].is_self_issued()) || may_name(path[authority], path[i])) continue;
            return named(path[i]) + " has a name that '" + path[authority].to_string() + "' may not give";
        }
    }
    return std::nullopt;
}

std::optional<std::string> checked(const Path& path, WallClock now) {
    try {
        if (auto complaint = checked_by_botan(path, now)) return complaint;
        return checked_names(path);
    } catch (const std::exception& error) {
        return named(path.front()) + ": " + base::printable(std::string_view(error.what()));
    }
}

ValidPath valid(Path path) {
    Validity validity = path.front().validity();
    for (const Certificate& certificate : path) {
        validity.not_before = std::max(validity.not_before, certificate.validity().not_before);
        validity.not_after = std::min(validity.not_after, certificate.validity().not_after);
    }
    return {std::move(path), validity};
}

Result<void> within_limits(std::span<const Certificate> offered, const PathLimits& limits) {
    if (offered.size() > limits.offered)
        return untrusted(std::to_string(offered.size()) + " certificates are too many");
    std::size_t bytes = 0;
    for (const Certificate& certificate : offered) bytes += certificate.der().size();
    if (bytes > limits.offered_bytes) return untrusted(std::to_string(bytes) + " bytes of certificates are too many");
    return {};
}

Result<ValidPath> trusted_as_it_is(const Certificate& end, WallClock now) {
    if (now > end.validity().not_after) return untrusted(complaint(end, Certificate_Status_Code::CERT_HAS_EXPIRED));
    if (now < end.validity().not_before) return untrusted(complaint(end, Certificate_Status_Code::CERT_NOT_YET_VALID));
    return valid({end});
}

Result<ValidPath> seek(const Certificate& end, std::span<const Certificate> offered, const TrustStore& trust,
                       WallClock now, const PathLimits& limits) {
    PathSearch search(offered, trust, limits.length);
    std::optional<std::string> first_complaint;
    std::size_t checks = 0;
    std::optional<ValidPath> found;
    search.run(end, [&](const Path& path) {
        checks += path.size();
        if (checks > limits.signature_checks) return true;
        auto complaint = checked(path, now);
        if (!complaint) {
            found = valid(path);
        } else if (!first_complaint) {
            first_complaint = std::move(complaint);
        }
        return found.has_value();
    });
    if (found) return *std::move(found);
    if (first_complaint) return untrusted(*std::move(first_complaint));
    const Certificate& last = search.stuck_at() != nullptr ? *search.stuck_at() : end;
    return untrusted(search.is_exhausted()
                         ? named(end) + " leads nowhere in too many ways"
                         : "no trusted CA '" + last.issuer().to_string() + "', which issued " + named(last));
}

}  // namespace

Result<ValidPath> validate(const Certificate& end, std::span<const Certificate> offered, const TrustStore& trust,
                           WallClock now, const PathLimits& limits, PathCache* cache) {
    // RFC 4945 5.1.3.2: with keyUsage, one for signatures.
    if (!end.may_sign()) return untrusted(named(end) + " is not for signatures");
    if (trust.is_pinned(end) || trust.is_anchor(end)) return trusted_as_it_is(end, now);
    if (cache != nullptr) {
        if (const ValidPath* known = cache->find(end.fingerprint(), trust.digest(), now)) return *known;
    }
    if (const auto fits = within_limits(offered, limits); !fits) return tl::unexpected(fits.error());
    auto path = seek(end, offered, trust, now, limits);
    if (path && cache != nullptr) cache->insert(trust.digest(), *path);
    return path;
}

std::vector<std::string> valid_policies(const ValidPath& path) {
    const auto has = [](const Certificate& authority, const std::string& policy) {
        const std::vector<std::string>& policies = authority.policies();
        return std::ranges::find(policies, policy) != policies.end() ||
               std::ranges::find(policies, kAnyPolicy) != policies.end();
    };
    std::vector<std::string> policies = path.end().policies();
    for (std::size_t i = 1; i + 1 < path.certificates.size(); ++i) {
        std::erase_if(policies, [&](const std::string& policy) { return !has(path.certificates[i], policy); });
    }
    return policies;
}

}  // namespace xfrmd::crypto
