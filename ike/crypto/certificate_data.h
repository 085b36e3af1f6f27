// What a Certificate holds, for those who need Botan's view of it too. Internal to ike/crypto.
#pragma once

#include <string>
#include <vector>

#include <botan/asn1_obj.h>
#include <botan/x509cert.h>

#include "ike/crypto/certificate.h"

namespace xfrmd::crypto {

struct Certificate::Impl {
    Botan::X509_Certificate x509;
    base::Bytes der;
    PublicKey public_key;
    Sha256 fingerprint;
    Sha1 sha1_fingerprint;
    policy::Identity subject;
    policy::Identity issuer;
    base::Bytes subject_key;  // name_key() of it
    base::Bytes issuer_key;
    base::Bytes serial;
    Validity validity;
    std::optional<policy::SignatureScheme> signature_scheme;
    std::vector<policy::Identity> alternative_names;
    bool names_unread;  // by Botan, and nothing else is: it cannot check them
    std::vector<std::string> crl_uris;
    std::vector<std::string> delta_crl_uris;
    std::vector<std::string> ocsp_uris;
    std::vector<std::string> extended_key_usages;
    std::vector<std::string> policies;
};

struct CertificateAccess {
    static const Botan::X509_Certificate& x509(const Certificate& certificate) { return certificate.impl_->x509; }
    static const base::Bytes& subject_key(const Certificate& certificate) { return certificate.impl_->subject_key; }
    static bool names_unread(const Certificate& certificate) { return certificate.impl_->names_unread; }
    static const base::Bytes& issuer_key(const Certificate& certificate) { return certificate.impl_->issuer_key; }
};

WallClock wall_clock(const Botan::X509_Time& time);

}  // namespace xfrmd::crypto
