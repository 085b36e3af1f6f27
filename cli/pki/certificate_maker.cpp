#include "cli/pki/certificate_maker.h"

#include <exception>

#include <botan/asn1_time.h>
#include <botan/bigint.h>
#include <botan/der_enc.h>

#include "cli/pki/extensions.h"
#include "cli/pki/signing.h"

namespace xfrmd::cli::pki {

namespace {

using base::Bytes;

constexpr std::string_view kGatewayUsages[] = {kServerAuth, kIkeIntermediate};
constexpr std::string_view kClientUsages[] = {kClientAuth};

// RFC 5280 4.1.2.2: positive, at most 20 octets; random, so that nobody foresees what is signed.
Botan::BigInt serial_number(base::Random& random) {
    Bytes number = random.bytes(16);
    number.front() = static_cast<std::uint8_t>((number.front() & 0x3f) | 0x40);
    return Botan::BigInt::from_bytes(number);
}

Bytes usages_of(Role role) {
    if (role == Role::authority) return key_usage(kKeyCertSign | kCrlSign);
    Bytes all = key_usage(kDigitalSignature);
    base::append(all, role == Role::gateway ? extended_key_usage(kGatewayUsages) : extended_key_usage(kClientUsages));
    return all;
}

Bytes extensions_of(const Contents& contents, const crypto::PublicKey& key, const Issuer& issuer) {
    Bytes all = basic_constraints(contents.role == Role::authority);
    base::append(all, usages_of(contents.role));
    base::append(all, subject_key_id(key.key_id()));
    base::append(all, authority_key_id(issuer.key_id()));
    if (!contents.names.empty()) base::append(all, alternative_names(contents.names));
    if (!contents.crl_uris.empty()) base::append(all, crl_distribution_points(contents.crl_uris));
    if (!contents.ocsp_uris.empty()) base::append(all, authority_information_access(contents.ocsp_uris));
    return all;
}

// TBSCertificate ::= SEQUENCE { version [0], serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo,
//                               extensions [3] }
Bytes to_be_signed(const Contents& contents, const crypto::PublicKey& key, const Issuer& issuer, base::Random& random) {
    constexpr std::size_t kVersion3 = 2;
    const policy::Identity& name = issuer.certificate == nullptr ? contents.subject : issuer.certificate->subject();
    Bytes der;
    Botan::DER_Encoder(der)
        .start_sequence()
        .start_explicit(0)
        .encode(kVersion3)
        .end_explicit()
        .encode(serial_number(random))
        .raw_bytes(signature_algorithm(issuer.key.public_key()))
        .raw_bytes(name.data)
        .start_sequence()
        .encode(Botan::X509_Time(contents.validity.not_before))
        .encode(Botan::X509_Time(contents.validity.not_after))
        .end_cons()
        .raw_bytes(contents.subject.data)
        .raw_bytes(key.subject_public_key_info())
        .start_explicit(3)
        .start_sequence()
        .raw_bytes(extensions_of(contents, key, issuer))
        .end_cons()
        .end_explicit()
        .end_cons();
    return der;
}

}  // namespace

Bytes Issuer::key_id() const {
    if (certificate != nullptr && !certificate->subject_key_id().empty()) return certificate->subject_key_id();
    return base::to_bytes(key.public_key().key_id());
}

Outcome<crypto::Certificate> make_certificate(const Contents& contents, const crypto::PublicKey& key,
                                              const Issuer& issuer, base::Random& random) {
    try {
        const auto der = sign(to_be_signed(contents, key, issuer, random), issuer.key, random);
        if (!der) return tl::unexpected(der.error());
        auto made = crypto::Certificate::decode(*der);
        if (!made) return unusable("the new certificate", made.error(), "");
        return *std::move(made);
    } catch (const std::exception& error) {
        return trouble(kUnusable, "cannot make the certificate: " + std::string(error.what()), "");
    }
}

}  // namespace xfrmd::cli::pki
