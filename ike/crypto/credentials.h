// What there is to prove and to check identities with: certificates, keys and CAs, as the operator has them. Immutable;
// engines on several threads share it through the configuration's snapshot. Pointers that it gives live as long.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "ike/crypto/certificate.h"
#include "ike/crypto/chain.h"
#include "ike/crypto/crl.h"
#include "ike/crypto/private_key.h"
#include "ike/policy/auth_round.h"

namespace xfrmd::crypto {

// Where to ask about what a CA has issued, beside what certificates say themselves (`authorities`).
struct RevocationUris {
    std::vector<std::string> crl;
    std::vector<std::string> ocsp;

    void add(const RevocationUris& more);
    friend bool operator==(const RevocationUris&, const RevocationUris&) = default;
};

class Credentials {
public:
    // `authorities`: CAs that anybody's certificate may be traced to. `named`: what rounds refer to beside these.
    struct Parts {
        std::vector<Certificate> certificates;  // of ends: ours, and peers' that are trusted as they are
        std::vector<Certificate> authorities;
        std::vector<Certificate> named;  // of CAs that count only where a connection names them
        std::vector<Crl> lists;
        std::map<policy::Fingerprint, RevocationUris> revocation_uris;  // by the fingerprint of a CA
        std::vector<Certificate> ocsp_responders;                       // whom the operator trusts to answer for any CA
        std::vector<PublicKey> public_keys;
        std::vector<PrivateKey> private_keys;
    };
    // `rounds`: all that trust() will be asked for. Error: ConfigurationInvalid, where an authority is no CA.
    static base::Result<std::shared_ptr<const Credentials>> make(Parts parts,
                                                                 const std::vector<policy::AuthRound>& rounds);

    const Parts& parts() const { return parts_; }
    // Is trust() ready for such a round?
    bool knows_trust_of(const policy::AuthRound& round) const;

    const Certificate* certificate(const policy::Fingerprint& fingerprint) const;
    const PublicKey* public_key(const policy::Fingerprint& fingerprint) const;
    // Ours that belongs to it; nullptr where somebody else has it.
    const PrivateKey* private_key(const PublicKey& key) const;
    // End certificates that name this identity, in the order of loading.
    std::vector<const Certificate*> certificates_naming(const policy::Identity& identity) const;
    // The CAs above it, by their names, as far as they are known: its issuer first, an anchor last.
    std::vector<const Certificate*> issuers(const Certificate& end) const;
    // What a peer's certificate is checked against: nothing at all for a round that make() was not told of.
    const TrustStore& trust(const policy::AuthRound& round) const;
    // What the lists say of `subject`, which `issuer` has issued.
    Judgement judge(const Certificate& subject, const Certificate& issuer, WallClock now) const;
    // Empty where nothing is configured for this CA.
    const RevocationUris& revocation_uris(const Certificate& authority) const;
    const std::vector<Certificate>& ocsp_responders() const { return parts_.ocsp_responders; }
    // Another one where other lists are there.
    const Sha256& lists_digest() const { return lists_digest_; }
    // CAs that such a peer's certificate may be of: what CERTREQ names.
    std::vector<const Certificate*> authorities(const policy::AuthRound& round) const;

private:
    using Chosen = std::pair<std::vector<policy::Fingerprint>, std::vector<policy::Fingerprint>>;

    explicit Credentials(Parts parts) : parts_(std::move(parts)) {}
    base::Result<void> add_trust(const policy::AuthRound& round);
    std::vector<Certificate> those(const std::vector<policy::Fingerprint>& fingerprints) const;

    Parts parts_;
    std::map<policy::Fingerprint, Certificate> by_fingerprint_;
    std::map<policy::Fingerprint, std::size_t> public_keys_;  // places
    std::map<Sha1, std::size_t> private_keys_;                // places, by key id
    std::map<Chosen, TrustStore> trust_;
    TrustStore nothing_;
    Sha256 lists_digest_{};
};

}  // namespace xfrmd::crypto
