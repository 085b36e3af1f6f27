#include "ike/crypto/name_constraints.h"

#include <algorithm>

#include <botan/pkix_types.h>
#include <botan/x509_ext.h>

#include "ike/crypto/certificate_data.h"
#include "ike/crypto/der.h"

namespace xfrmd::crypto {

namespace {

// Name ::= SEQUENCE OF RelativeDistinguishedName, each a SET OF attributes. What is malformed counts as the worst.
bool has_part_of_several(base::ByteView name) {
    DerReader outer(name);
    DerReader parts = outer.inside(tag::kSequence);
    while (!parts.done()) {
        DerReader attributes = parts.inside(tag::kSet);
        attributes.next();
        if (!attributes.complete()) return true;
    }
    return !parts.complete() || !outer.complete();
}

// GeneralSubtrees ::= SEQUENCE OF GeneralSubtree { base GeneralName, ... }
bool constrains_part_of_several(base::ByteView subtrees) {
    DerReader list(subtrees);
    while (!list.done()) {
        DerReader subtree = list.inside(tag::kSequence);
        const DerElement base = subtree.next();
        if (!subtree.ok()) return true;
        if (base.tag == tag::context(4) && has_part_of_several(base.contents)) return true;
    }
    return !list.complete();
}

// NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }
bool is_evaluated(base::ByteView constraints) {
    DerReader outer(constraints);
    DerReader in = outer.inside(tag::kSequence);
    const auto permitted = in.optional(tag::context(0));
    const auto excluded = in.optional(tag::context(1));
    if (!in.complete() || !outer.complete()) return false;
    return !(permitted && constrains_part_of_several(*permitted)) &&
           !(excluded && constrains_part_of_several(*excluded));
}

bool is_evaluated(const Certificate& certificate) {
    if (CertificateAccess::names_unread(certificate) || has_part_of_several(certificate.subject().data)) return false;
    return std::ranges::none_of(certificate.alternative_names(), [](const policy::Identity& name) {
        return name.type == policy::IdentityType::der_asn1_dn && has_part_of_several(name.data);
    });
}

}  // namespace

bool may_name(const Certificate& authority, const Certificate& certificate) {
    const Botan::X509_Certificate& issuer = CertificateAccess::x509(authority);
    const Botan::OID oid = Botan::Cert_Extension::Name_Constraints::static_oid();
    if (!issuer.v3_extensions().extension_set(oid)) return true;
    if (!is_evaluated(issuer.v3_extensions().get_extension_bits(oid)) || !is_evaluated(certificate)) return false;
    const Botan::X509_Certificate& x509 = CertificateAccess::x509(certificate);
    const Botan::NameConstraints& constraints = issuer.name_constraints();
    return constraints.is_permitted(x509, true) && !constraints.is_excluded(x509, true);
}

}  // namespace xfrmd::crypto
