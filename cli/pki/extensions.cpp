#include "cli/pki/extensions.h"

#include <bit>

#include <botan/asn1_obj.h>
#include <botan/der_enc.h>

namespace xfrmd::cli::pki {

namespace {

using base::Bytes;
using base::ByteView;
using Botan::ASN1_Class;
using Botan::ASN1_Type;
using Botan::DER_Encoder;
using policy::IdentityType;

Bytes extension(std::string_view oid, bool critical, const Bytes& value) {
    Bytes der;
    DER_Encoder out(der);
    out.start_sequence().encode(Botan::OID(oid));
    if (critical) out.encode(true);  // DER leaves out what is the default
    out.encode(value, ASN1_Type::OctetString).end_cons();
    return der;
}

// One whose value is a SEQUENCE of what `fill` encodes.
template <typename Fill>
Bytes sequence(std::string_view oid, bool critical, Fill fill) {
    Bytes value;
    DER_Encoder out(value);
    out.start_sequence();
    fill(out);
    out.end_cons();
    return extension(oid, critical, value);
}

// GeneralName ::= CHOICE { rfc822Name [1], dNSName [2], directoryName [4], uniformResourceIdentifier [6],
//                          iPAddress [7], ... }
constexpr std::uint32_t kUri = 6;

void encode_name(DER_Encoder& out, std::uint32_t number, ByteView contents) {
    out.add_object(ASN1_Type(number), ASN1_Class::ContextSpecific, contents);
}

void encode_name(DER_Encoder& out, const policy::Identity& name) {
    switch (name.type) {
        case IdentityType::rfc822_address:
            return encode_name(out, 1, name.data);
        case IdentityType::fqdn:
            return encode_name(out, 2, name.data);
        case IdentityType::der_asn1_dn:
            out.start_explicit_context_specific(4).raw_bytes(name.data).end_cons();
            return;
        default:
            return encode_name(out, 7, name.data);
    }
}

}  // namespace

// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }
Bytes basic_constraints(bool is_authority) {
    return sequence("2.5.29.19", true, [&](DER_Encoder& out) {
        if (is_authority) out.encode(true);
    });
}

// X.690 11.2.2: a BIT STRING of named bits ends with one that is set.
Bytes key_usage(std::uint8_t bits) {
    const auto unused = static_cast<std::uint8_t>(std::countr_zero(bits));
    return extension("2.5.29.15", true, {0x03, 0x02, unused, bits});
}

Bytes extended_key_usage(std::span<const std::string_view> usages) {
    return sequence("2.5.29.37", false, [&](DER_Encoder& out) {
        for (const std::string_view usage : usages) out.encode(Botan::OID(usage));
    });
}

Bytes subject_key_id(ByteView id) {
    Bytes value;
    DER_Encoder(value).encode(id.data(), id.size(), ASN1_Type::OctetString);
    return extension("2.5.29.14", false, value);
}

// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL, ... }
Bytes authority_key_id(ByteView id) {
    return sequence("2.5.29.35", false, [&](DER_Encoder& out) { encode_name(out, 0, id); });
}

Bytes alternative_names(const std::vector<policy::Identity>& names) {
    return sequence("2.5.29.17", false, [&](DER_Encoder& out) {
        for (const policy::Identity& name : names) encode_name(out, name);
    });
}

// CRLDistributionPoints ::= SEQUENCE OF SEQUENCE { distributionPoint [0] { fullName [0] GeneralNames }, ... }: one
// point, as all of the places have the same list.
Bytes crl_distribution_points(const std::vector<std::string>& uris) {
    return sequence("2.5.29.31", false, [&](DER_Encoder& out) {
        out.start_sequence().start_context_specific(0).start_context_specific(0);
        for (const std::string& uri : uris) encode_name(out, kUri, base::as_bytes(uri));
        out.end_cons().end_cons().end_cons();
    });
}

// AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod, accessLocation GeneralName }
Bytes authority_information_access(const std::vector<std::string>& ocsp_uris) {
    return sequence("1.3.6.1.5.5.7.1.1", false, [&](DER_Encoder& out) {
        for (const std::string& uri : ocsp_uris) {
            out.start_sequence().encode(Botan::OID("1.3.6.1.5.5.7.48.1"));
            encode_name(out, kUri, base::as_bytes(uri));
            out.end_cons();
        }
    });
}

Bytes crl_number(std::size_t number) {
    Bytes value;
    DER_Encoder(value).encode(number);
    return extension("2.5.29.20", false, value);
}

}  // namespace xfrmd::cli::pki
