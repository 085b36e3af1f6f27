#include "cli/pki/revocation_list.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include <botan/asn1_time.h>
#include <botan/bigint.h>
#include <botan/data_src.h>
#include <botan/der_enc.h>
#include <botan/pkix_types.h>
#include <botan/x509_crl.h>
#include <botan/x509_ext.h>

#include "cli/pki/extensions.h"
#include "cli/pki/signing.h"

namespace xfrmd::cli::pki {

namespace {

using base::Bytes;
using Botan::ASN1_Type;
using Botan::DER_Encoder;

// nextUpdate may be missing in old ones.
crypto::WallClock wall_clock(const Botan::X509_Time& time) {
    if (!time.time_is_set()) return {};
    return std::chrono::floor<std::chrono::seconds>(time.to_std_timepoint());
}

Bytes without_zeros(const Bytes& number) {
    const auto first = std::find_if(number.begin(), number.end(), [](std::uint8_t octet) { return octet != 0; });
    return Bytes(first, number.end());
}

// CRLEntry ::= SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }, whose SEQUENCE of extensions
// is never empty.
void encode_entry(DER_Encoder& out, const Bytes& serial, const Botan::X509_Time& since,
                  const Botan::Extensions& extensions) {
    out.start_sequence().encode(Botan::BigInt::from_bytes(serial)).encode(since);
    if (!extensions.get_extension_oids().empty()) out.start_sequence().encode(extensions).end_cons();
    out.end_cons();
}

// RFC 5280 5.3.1: no reason rather than "unspecified".
Botan::Extensions extensions_of(const Revocation& revocation) {
    Botan::Extensions extensions;
    if (revocation.reason == crypto::RevocationReason::unspecified) return extensions;
    const auto code = static_cast<Botan::CRL_Code>(revocation.reason);
    extensions.add(std::make_unique<Botan::Cert_Extension::CRL_ReasonCode>(code));
    return extensions;
}

Bytes entries_of(const Botan::X509_CRL* before, const std::vector<Revocation>& more) {
    Bytes all;
    DER_Encoder out(all);
    if (before != nullptr) {
        for (const Botan::CRL_Entry& entry : before->get_revoked())
            encode_entry(out, entry.serial_number(), entry.expire_time(), entry.extensions());
    }
    for (const Revocation& one : more) encode_entry(out, one.serial, Botan::X509_Time(one.since), extensions_of(one));
    return all;
}

Bytes list_extensions(const Issuer& issuer, std::size_t number) {
    Bytes all = authority_key_id(issuer.key_id());
    base::append(all, crl_number(number));
    return all;
}

// TBSCertList ::= SEQUENCE { version, signature, issuer, thisUpdate, nextUpdate, revokedCertificates OPTIONAL,
//                            crlExtensions [0] }
Bytes to_be_signed(const Bytes& entries, std::size_t number, const Issuer& issuer, const crypto::Validity& updates) {
    constexpr std::size_t kVersion2 = 1;
    Bytes der;
    DER_Encoder out(der);
    out.start_sequence()
        .encode(kVersion2)
        .raw_bytes(signature_algorithm(issuer.key.public_key()))
        .raw_bytes(issuer.certificate->subject().data)
        .encode(Botan::X509_Time(updates.not_before))
        .encode(Botan::X509_Time(updates.not_after));
    if (!entries.empty()) out.start_sequence().raw_bytes(entries).end_cons();
    out.start_explicit(0)
        .start_sequence()
        .raw_bytes(list_extensions(issuer, number))
        .end_cons()
        .end_explicit()
        .end_cons();
    return der;
}

}  // namespace

Outcome<RevocationList> RevocationList::read(base::ByteView file) {
    try {
        Botan::DataSource_Memory source(file.data(), file.size());
        RevocationList list(std::make_shared<const Botan::X509_CRL>(source));
        // Botan throws at times that its clock has not: here, and not later.
        static_cast<void>(list.this_update());
        static_cast<void>(list.next_update());
        static_cast<void>(list.entries());
        return list;
    } catch (const std::exception& error) {
        return trouble(kUnusable, "is no CRL: " + base::printable(std::string_view(error.what())), "");
    }
}

policy::Identity RevocationList::issuer() const {
    return {policy::IdentityType::der_asn1_dn, list_->issuer_dn().BER_encode()};
}

Bytes RevocationList::authority_key_id() const { return list_->authority_key_id(); }

std::size_t RevocationList::number() const {
    const auto* number = list_->extensions().get_extension_object_as<Botan::Cert_Extension::CRL_Number>();
    return number == nullptr ? 0 : number->get_crl_number();
}

crypto::WallClock RevocationList::this_update() const { return wall_clock(list_->this_update()); }
crypto::WallClock RevocationList::next_update() const { return wall_clock(list_->next_update()); }

std::vector<Revocation> RevocationList::entries() const {
    std::vector<Revocation> all;
    std::ranges::transform(list_->get_revoked(), std::back_inserter(all), [](const Botan::CRL_Entry& entry) {
        return Revocation{without_zeros(entry.serial_number()), crypto::RevocationReason(entry.reason_code()),
                          wall_clock(entry.expire_time())};
    });
    return all;
}

bool RevocationList::has(base::ByteView serial) const {
    return std::ranges::any_of(list_->get_revoked(), [serial](const Botan::CRL_Entry& entry) {
        return base::equal(without_zeros(entry.serial_number()), serial);
    });
}

bool RevocationList::is_special() const { return !list_->extensions().critical_extensions().empty(); }

bool RevocationList::is_delta() const { return list_->extensions().extension_set(Botan::OID("2.5.29.27")); }

Outcome<Bytes> RevocationList::make(const RevocationList* before, const std::vector<Revocation>& more,
                                    const Issuer& issuer, const crypto::Validity& updates, base::Random& random) {
    try {
        const Botan::X509_CRL* last = before == nullptr ? nullptr : before->list_.get();
        const std::size_t number = last == nullptr ? 1 : before->number() + 1;
        return sign(to_be_signed(entries_of(last, more), number, issuer, updates), issuer.key, random);
    } catch (const std::exception& error) {
        return trouble(kUnusable, "cannot make the CRL: " + std::string(error.what()), "");
    }
}

}  // namespace xfrmd::cli::pki
