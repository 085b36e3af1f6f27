// Gateways that prove who they are with certificates of one CA, or of one below it: what tests of that begin with.
#pragma once

#include "ike/crypto/credentials.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_revocation.h"
#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

using crypto::Certificate;
using policy::SendCertificate;

inline const TestIssuer& root() {
    static const TestIssuer issuer{"CN=root", small_key(1)};
    return issuer;
}
inline const TestIssuer& middle() {
    static const TestIssuer issuer{"CN=middle", small_key(2)};
    return issuer;
}

// An end certificate with its key.
struct End {
    TestKey key;
    Certificate certificate;
};

inline End end_of(const std::string& name, std::uint64_t seed, const TestIssuer& issuer = root(),
                  crypto::WallClock not_after = kTestNow + std::chrono::days(30), const std::string& crl_uri = {}) {
    CertificateFields fields;
    fields.subject = "CN=" + name;
    fields.not_after = not_after;
    fields.names = {name};
    fields.crl_uri = crl_uri;
    const TestKey key = small_key(seed);
    return {key, make_certificate(fields, key, issuer)};
}

// What one gateway has and wants.
struct Side {
    End own;
    std::vector<Certificate> authorities = {make_root(root())};
    std::vector<Certificate> known = {};  // of peers
    std::vector<Certificate> pinned = {};
    std::vector<Certificate> cacerts = {};
    std::string peer_auth = "pubkey";
    SendCertificate send_cert = SendCertificate::if_asked;
    bool send_certreq = true;
    bool peer_has_secret = false;  // and no certificate
    policy::Revocation revocation = policy::Revocation::relaxed;
    std::vector<CrlFields> lists = {};  // of the root's
    crypto::RevocationUris uris = {};   // likewise
    policy::OcspInIke ocsp = policy::OcspInIke::reply;
    std::vector<Certificate> responders = {};  // whom it trusts to answer for any CA
    std::vector<std::string> cert_policy = {};
    std::string ca_id = {};
    bool has_token = false;  // its key is in one
    bool ml_dsa = false;     // is switched on
};

inline std::vector<policy::Fingerprint> fingerprints(const std::vector<Certificate>& certificates) {
    std::vector<policy::Fingerprint> all;
    for (const Certificate& one : certificates) all.push_back(one.fingerprint());
    return all;
}

inline policy::Snapshot with_certificates(const ConnectionWords& words, const Side& side) {
    SeededRandom random(7);
    policy::Connection gw = connection(words);
    gw.local.auth = policy::AuthMethod::pubkey;
    gw.local.certificates = {side.own.certificate.fingerprint()};
    if (!side.peer_has_secret) gw.remote.auth = policy::AuthMethod::pubkey;
    gw.remote.requirements = policy::parse_auth(side.peer_auth)->requirements;
    for (policy::AuthRound* round : {&gw.local, &gw.remote}) round->requirements.ml_dsa = side.ml_dsa;
    gw.remote.certificates = fingerprints(side.pinned);
    gw.remote.authorities = fingerprints(side.cacerts);
    gw.remote.policies = side.cert_policy;
    if (!side.ca_id.empty()) gw.remote.authority_id = *policy::Identity::parse(side.ca_id);
    gw.ocsp = side.ocsp;
    gw.send_cert = side.send_cert;
    gw.send_certreq = side.send_certreq;
    crypto::Credentials::Parts parts;
    parts.certificates = side.known;
    parts.certificates.push_back(side.own.certificate);
    parts.certificates.insert(parts.certificates.end(), side.pinned.begin(), side.pinned.end());
    parts.authorities = side.authorities;
    parts.named = side.cacerts;
    gw.remote.revocation = side.revocation;
    for (const CrlFields& fields : side.lists) {
        parts.lists.push_back(*crypto::Crl::read(crl_der(fields, root()), make_root(root())));
    }
    parts.ocsp_responders = side.responders;
    parts.revocation_uris[make_root(root()).fingerprint()] = side.uris;
    parts.private_keys.push_back(side.has_token ? crypto::PrivateKey::elsewhere(side.own.certificate.public_key())
                                                : *crypto::PrivateKey::load(side.own.key.pkcs8(), nullptr, random));
    policy::Configuration configuration;
    configuration.secrets.push_back({"ike", base::SecretBytes(base::as_bytes(kSecret)), {}});
    configuration.credentials = *crypto::Credentials::make(std::move(parts), {gw.local, gw.remote});
    configuration.connections.push_back(std::move(gw));
    return policy::IndexedConfiguration::of(std::move(configuration));
}

inline void set_clock(Gateways& gateways) {
    const base::Duration past = gateways.wire.now().time_since_epoch();
    for (Host* host : {&gateways.left, &gateways.right}) {
        gateways.wire.feed(*host, ike::TimeOfDay{std::chrono::sys_time<base::Duration>(kTestNow) - past});
    }
}

// Where left ("a.example") brings it up with right ("b.example"), it says this.
struct World {
    World(const Side& left, const Side& right)
        : gateways(with_certificates({}, left), with_certificates(mirrored({}), right)) {
        set_clock(gateways);
    }
    std::string outcome() { return gateways.left.outcome(gateways.connect()); }
    bool refused_by_right(Reason reason) { return gateways.right.engine.counters().reasons.contains(reason); }

    Gateways gateways;
};

inline const End& a() {
    static const End end = end_of("a.example", 11);
    return end;
}
inline const End& b() {
    static const End end = end_of("b.example", 12);
    return end;
}

}  // namespace xfrmd::tests
