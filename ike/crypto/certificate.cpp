#include "ike/crypto/certificate.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <optional>
#include <ranges>

#include <botan/der_enc.h>
#include <botan/pkix_types.h>
#include <botan/x509_ext.h>

#include "ike/crypto/certificate_data.h"
#include "ike/crypto/der.h"
#include "ike/crypto/distribution_point.h"
#include "ike/crypto/name_key.h"
#include "ike/crypto/pem.h"
#include "ike/crypto/signature_algorithm.h"
#include "ike/policy/asn1_name.h"

namespace xfrmd::crypto {

namespace {

using base::Bytes;
using base::ByteView;
using base::fail;
using base::Reason;
using base::Result;
using policy::Identity;
using policy::IdentityType;

tl::unexpected<base::Error> malformed(std::string why) { return fail(Reason::CertificateMalformed, std::move(why)); }

// One of GeneralNames, by its tag (RFC 5280 4.2.1.6), where an ID payload can say it (RFC 4945 3.1).
std::optional<IdentityType> type_of(const DerElement& name) {
    switch (name.tag) {
        case tag::implicit(1):
            return IdentityType::rfc822_address;
        case tag::implicit(2):
            return IdentityType::fqdn;
        case tag::context(4):
            return IdentityType::der_asn1_dn;
        case tag::implicit(7):
            return name.contents.size() == 4 ? IdentityType::ipv4_address : IdentityType::ipv6_address;
        default:
            return std::nullopt;
    }
}

// nullopt where it is none, or names more than we would compare. Not Botan's view of it, which has no names at all
// where one of them is none that a host could have, such as with an underscore.
std::optional<std::vector<Identity>> read_names(ByteView der) {
    DerReader outer(der);
    DerReader list = outer.inside(tag::kSequence);
    std::vector<Identity> names;
    while (!list.done()) {
        const DerElement name = list.next();
        const auto type = type_of(name);
        if (!type || name.contents.empty()) continue;
        if (*type == IdentityType::ipv6_address && name.contents.size() != 16) return std::nullopt;
        if (names.size() == Certificate::kMostNames) return std::nullopt;
        names.push_back({*type, base::to_bytes(name.contents)});
    }
    return list.complete() && outer.complete() ? std::optional(std::move(names)) : std::nullopt;
}

std::optional<std::vector<Identity>> names_in(const Botan::X509_Certificate& x509) {
    const Botan::Extensions& extensions = x509.v3_extensions();
    const Botan::OID oid = Botan::Cert_Extension::Subject_Alternative_Name::static_oid();
    if (!extensions.extension_set(oid)) return std::vector<Identity>{};
    return read_names(extensions.get_extension_bits(oid));
}

// Not critical, so what is malformed is as if it was not there.
std::vector<std::string> delta_uris_in(const Botan::X509_Certificate& x509) {
    const Botan::OID freshest_crl{2, 5, 29, 46};
    if (!x509.v3_extensions().extension_set(freshest_crl)) return {};
    return read_distribution_points(x509.v3_extensions().get_extension_bits(freshest_crl))
        .value_or(std::vector<std::string>{});
}

// Certificate { TBSCertificate { version [0], serialNumber, ... } }
Bytes serial_in(ByteView der) {
    DerReader outer(der);
    DerReader certificate = outer.inside(tag::kSequence);
    DerReader in = certificate.inside(tag::kSequence);
    in.optional(tag::context(0));
    return base::to_bytes(in.serial());
}

// What Botan knows, and could not read.
bool is_unread(const Botan::Certificate_Extension* extension) {
    const auto* unknown = dynamic_cast<const Botan::Cert_Extension::Unknown_Extension*>(extension);
    return unknown != nullptr && unknown->failed_to_decode();
}

bool only_names_are_unread(const Botan::X509_Certificate& x509) {
    const Botan::Extensions& extensions = x509.v3_extensions();
    const Botan::OID names = Botan::Cert_Extension::Subject_Alternative_Name::static_oid();
    if (!is_unread(extensions.get_extension_object(names))) return false;
    return std::ranges::none_of(extensions.get_extension_oids(), [&](const Botan::OID& oid) {
        return oid != names && is_unread(extensions.get_extension_object(oid));
    });
}

std::vector<std::string> dotted(const std::vector<Botan::OID>& oids) {
    std::vector<std::string> out;
    std::ranges::transform(oids, std::back_inserter(out), [](const Botan::OID& oid) { return oid.to_string(); });
    return out;
}

bool is_readable(const Identity& name) { return policy::read_name(name.data).has_value(); }

bool names_key(const Certificate& certificate, ByteView key_id) {
    const auto is = [key_id](ByteView candidate) { return !candidate.empty() && base::equal(candidate, key_id); };
    return is(certificate.public_key().key_id()) || is(certificate.public_key().info_hash()) ||
           is(certificate.subject_key_id()) || is(certificate.serial()) || is(certificate.sha1_fingerprint());
}

bool has_subject(const Certificate& certificate) {
    const auto name = policy::read_name(certificate.subject().data);
    return name && !name->empty();
}

constexpr Botan::Key_Constraints::Bits kSign = Botan::Key_Constraints::DigitalSignature;
constexpr Botan::Key_Constraints::Bits kNonRepudiation = Botan::Key_Constraints::NonRepudiation;

std::optional<policy::SignatureScheme> scheme_of(const Botan::X509_Certificate& x509) {
    Bytes algorithm;
    Botan::DER_Encoder(algorithm).encode(x509.signature_algorithm());
    const auto scheme = decode_algorithm(algorithm);
    return scheme ? std::optional(*scheme) : std::nullopt;
}

}  // namespace

Result<Certificate> Certificate::decode(ByteView der) {
    if (der.size() > kMostBytes) return malformed(std::to_string(der.size()) + " bytes");
    // Botan would look for PEM in what is not DER.
    if (der.empty() || der.front() != 0x30) return malformed("not in DER");
    try {
        Botan::X509_Certificate x509(der);
        // One certificate, in the one encoding that DER has for it: the hash of these bytes is what it is known by.
        if (!base::equal(x509.BER_encode(), der)) return malformed("not in DER, or with something after it");
        const auto names = names_in(x509);
        if (!names) return malformed("its alternative names are none, or too many");
        auto key = PublicKey::decode(x509.subject_public_key_info());
        if (!key) return tl::unexpected(key.error());
        const Identity subject{IdentityType::der_asn1_dn, x509.raw_subject_dn()};
        const Identity issuer{IdentityType::der_asn1_dn, x509.raw_issuer_dn()};
        if (!is_readable(subject) || !is_readable(issuer)) return malformed("subject or issuer is no name");
        const Validity validity{wall_clock(x509.not_before()), wall_clock(x509.not_after())};
        return Certificate(std::make_shared<const Impl>(
            Impl{x509, base::to_bytes(der), *std::move(key), sha256(der), sha1(der), subject, issuer,
                 name_key(subject.data), name_key(issuer.data), serial_in(der), validity, scheme_of(x509), *names,
                 only_names_are_unread(x509), x509.crl_distribution_points(), delta_uris_in(x509),
                 x509.ocsp_responders(), dotted(x509.extended_key_usage()), dotted(x509.certificate_policy_oids())}));
    } catch (const std::exception& error) {
        return malformed(base::printable(std::string_view(error.what())));
    }
}

Result<std::vector<Certificate>> Certificate::load(ByteView file) {
    std::vector<Certificate> certificates;
    const auto add = [&certificates](ByteView der) -> Result<void> {
        auto certificate = decode(der);
        if (!certificate) return tl::unexpected(certificate.error());
        certificates.push_back(*std::move(certificate));
        return {};
    };
    if (!is_pem(file)) return add(file).map([&] { return certificates; });
    const auto blocks = read_pem(file);
    if (!blocks) return malformed(blocks.error().detail);
    for (const PemBlock& block : *blocks) {
        if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
        if (const auto added = add(block.contents.view()); !added) return tl::unexpected(added.error());
    }
    if (certificates.empty()) return malformed("no block 'CERTIFICATE' in it");
    return certificates;
}

const Bytes& Certificate::der() const { return impl_->der; }
const Sha256& Certificate::fingerprint() const { return impl_->fingerprint; }
const Sha1& Certificate::sha1_fingerprint() const { return impl_->sha1_fingerprint; }
const Identity& Certificate::subject() const { return impl_->subject; }
const Identity& Certificate::issuer() const { return impl_->issuer; }
const Bytes& Certificate::serial() const { return impl_->serial; }
const Validity& Certificate::validity() const { return impl_->validity; }
const PublicKey& Certificate::public_key() const { return impl_->public_key; }
const std::optional<policy::SignatureScheme>& Certificate::signature_scheme() const { return impl_->signature_scheme; }
const Bytes& Certificate::subject_key_id() const { return impl_->x509.subject_key_id(); }
const Bytes& Certificate::authority_key_id() const { return impl_->x509.authority_key_id(); }
const std::vector<Identity>& Certificate::alternative_names() const { return impl_->alternative_names; }
const std::vector<std::string>& Certificate::crl_uris() const { return impl_->crl_uris; }
const std::vector<std::string>& Certificate::delta_crl_uris() const { return impl_->delta_crl_uris; }
const std::vector<std::string>& Certificate::ocsp_uris() const { return impl_->ocsp_uris; }
const std::vector<std::string>& Certificate::extended_key_usages() const { return impl_->extended_key_usages; }
const std::vector<std::string>& Certificate::policies() const { return impl_->policies; }

bool Certificate::is_ca() const { return impl_->x509.is_CA_cert(); }
bool Certificate::is_self_issued() const { return impl_->subject_key == impl_->issuer_key; }

bool Certificate::may_sign() const {
    const Botan::Key_Constraints usage = impl_->x509.constraints();
    return usage.empty() || usage.includes(kSign) || usage.includes(kNonRepudiation);
}

bool Certificate::may_sign_crls() const {
    return impl_->x509.allowed_usage(Botan::Key_Constraints(Botan::Key_Constraints::CrlSign));
}

bool Certificate::names(const Identity& claimed) const {
    if (claimed.type == IdentityType::key_id) return names_key(*this, claimed.data);
    const auto is_claimed = [&claimed](const Identity& name) {
        return policy::match(claimed, name) == policy::kExactMatch;
    };
    return (has_subject(*this) && is_claimed(subject())) || std::ranges::any_of(alternative_names(), is_claimed);
}

int Certificate::match(const Identity& pattern) const {
    if (pattern.type == IdentityType::key_id) return names_key(*this, pattern.data) ? policy::kExactMatch : 0;
    int best = policy::match(pattern, subject());
    for (const Identity& name : alternative_names()) best = std::max(best, policy::match(pattern, name));
    return best;
}

std::string Certificate::to_string() const {
    if (has_subject(*this)) return subject().to_string();
    if (!alternative_names().empty()) return alternative_names().front().to_string();
    return "serial number " + base::to_hex(serial());
}

}  // namespace xfrmd::crypto
