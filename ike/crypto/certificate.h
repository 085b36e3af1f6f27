// X.509 certificates (RFC 5280, and RFC 4945 for IPsec) of peers, CAs and our own: what they say, nothing of whether it
// is true (chain.h). Immutable and cheap to copy; may be used by several threads at once. The bytes come from anybody.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ike/base/result.h"
#include "ike/crypto/digest.h"
#include "ike/crypto/public_key.h"
#include "ike/policy/identity.h"

namespace xfrmd::crypto {

using WallClock = std::chrono::sys_seconds;

// "2031-01-31 12:00:00 UTC"
std::string to_string(WallClock time);

struct Validity {
    WallClock not_before;
    WallClock not_after;  // both included

    bool contains(WallClock time) const { return not_before <= time && time <= not_after; }
};

class Certificate {
public:
    // One certificate in DER with nothing after it, at most kMostBytes, with a key that PublicKey accepts, at most
    // kMostNames names, and years from 1950 to 3100. Error: CertificateMalformed, or PublicKeyUnacceptable.
    static base::Result<Certificate> decode(base::ByteView der);
    // A file: one in DER, or all in a PEM text (other blocks in it are passed over), at least one.
    static base::Result<std::vector<Certificate>> load(base::ByteView file);

    const base::Bytes& der() const;
    const Sha256& fingerprint() const;     // of the whole certificate
    const Sha1& sha1_fingerprint() const;  // likewise: a key id may name it

    // Distinguished names; the subject's may be empty (RFC 5280 4.1.2.6).
    const policy::Identity& subject() const;
    const policy::Identity& issuer() const;
    const base::Bytes& serial() const;  // the number, without leading zeros
    const Validity& validity() const;
    const PublicKey& public_key() const;
    // How its issuer has signed it; nothing where AUTH has no such scheme.
    const std::optional<policy::SignatureScheme>& signature_scheme() const;

    // Of the extensions; empty where there are none.
    const base::Bytes& subject_key_id() const;
    const base::Bytes& authority_key_id() const;
    // subjectAltName: FQDNs, mail addresses, addresses and DNs; other kinds are left out.
    const std::vector<policy::Identity>& alternative_names() const;
    const std::vector<std::string>& crl_uris() const;  // of any scheme, unchecked: to be printed and fetched with care
    const std::vector<std::string>& delta_crl_uris() const;       // freshestCRL (RFC 5280 4.2.1.15); likewise
    const std::vector<std::string>& ocsp_uris() const;            // likewise
    const std::vector<std::string>& extended_key_usages() const;  // "1.3.6.1.5.5.7.3.1"
    const std::vector<std::string>& policies() const;             // likewise

    bool is_ca() const;           // basicConstraints with cA (RFC 5280 4.2.1.9)
    bool is_self_issued() const;  // subject and issuer are the same, whoever signed
    bool may_sign() const;        // keyUsage is not there or has digitalSignature or nonRepudiation (RFC 4945 5.1.3.2)
    bool may_sign_crls() const;   // keyUsage is not there or has cRLSign

    // Does the certificate name `claimed`, which a peer says it is (RFC 4945 3.1)? The subject in any order of its
    // parts, an alternative name, or as key id: the key's id or info_hash, subjectKeyIdentifier, serial number, or
    // SHA-1 of the certificate. Never by a wildcard, whoever's it is.
    bool names(const policy::Identity& claimed) const;
    // How well `pattern`, which may have wildcards, fits the best of these names: as policy::match.
    int match(const policy::Identity& pattern) const;

    // "C=CH, O=strongSwan, CN=moon", safe to print; where that is empty the first alternative name or the serial
    // number.
    std::string to_string() const;

    friend bool operator==(const Certificate& a, const Certificate& b) { return a.der() == b.der(); }

    static constexpr std::size_t kMostBytes = 65536;
    static constexpr std::size_t kMostNames = 256;

private:
    friend struct CertificateAccess;  // chain and revocation, which need Botan's view of it
    struct Impl;
    explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

}  // namespace xfrmd::crypto
