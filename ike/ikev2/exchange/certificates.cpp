#include "ike/ikev2/exchange/certificates.h"

#include <algorithm>
#include <set>
#include <span>

#include "ike/ikev2/exchange/revocation.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using crypto::Certificate;
using crypto::Credentials;

constexpr std::uint8_t kX509Signature = 4;    // RFC 7296 3.6
constexpr std::size_t kMostAuthorities = 20;  // that a peer, who may be anybody, is told in one message

// RFC 7296 3.7: SHA-1 of the CA's SubjectPublicKeyInfo, one after the other.
bool asks_for(const wire::CertificateRequest& request, const Certificate& authority) {
    const crypto::Sha1& hash = authority.public_key().info_hash();
    if (request.encoding != kX509Signature) return false;
    for (std::size_t at = 0; at + hash.size() <= request.authorities.size(); at += hash.size()) {
        if (std::equal(hash.begin(), hash.end(), request.authorities.begin() + static_cast<std::ptrdiff_t>(at))) {
            return true;
        }
    }
    return false;
}

bool is_wanted(const Credentials& credentials, const Certificate& certificate,
               const std::vector<wire::CertificateRequest>& asked) {
    const auto issuers = credentials.issuers(certificate);
    return std::ranges::any_of(asked, [&](const wire::CertificateRequest& request) {
        return std::ranges::any_of(issuers, [&](const Certificate* one) { return asks_for(request, *one); });
    });
}

std::vector<const Certificate*> own_certificates(const Credentials& credentials, const Parties& parties) {
    const policy::AuthRound& round = parties.connection.local;
    if (round.certificates.empty()) return credentials.certificates_naming(parties.local);
    std::vector<const Certificate*> found;
    for (const policy::Fingerprint& fingerprint : round.certificates) {
        if (const Certificate* certificate = credentials.certificate(fingerprint)) found.push_back(certificate);
    }
    return found;
}

const crypto::PrivateKey* usable_key(const Credentials& credentials, const policy::AuthRound& round,
                                     const crypto::PublicKey& key) {
    return round.requirements.allow_key(key.type(), key.bits()) ? credentials.private_key(key) : nullptr;
}

std::optional<OwnKey> find_raw_key(const Credentials& credentials, const policy::AuthRound& round) {
    for (const policy::Fingerprint& fingerprint : round.public_keys) {
        const crypto::PublicKey* known = credentials.public_key(fingerprint);
        const crypto::PrivateKey* key = known == nullptr ? nullptr : usable_key(credentials, round, *known);
        if (key != nullptr) return OwnKey{key, nullptr};
    }
    return std::nullopt;
}

wire::Payload cert(const Certificate& certificate) { return wire::Certificate{kX509Signature, certificate.der()}; }

// Of all that it has sent, the first is its own (RFC 7296 3.6), the others may help.
struct Sent {
    Certificate end;
    std::vector<Certificate> others;
};

base::Result<std::optional<Sent>> read_certificates(const std::vector<wire::Certificate>& payloads) {
    if (payloads.size() > crypto::PathLimits{}.offered + 1) {
        return base::fail(Reason::PayloadCountExceeded, std::to_string(payloads.size()) + " certificates");
    }
    std::optional<Sent> sent;
    for (const wire::Certificate& payload : payloads) {
        if (payload.encoding != kX509Signature) continue;
        auto certificate = Certificate::decode(payload.data);
        if (!sent && !certificate) return tl::unexpected(certificate.error());
        if (!sent) {
            sent = Sent{std::move(*certificate), {}};
        } else if (certificate) {  // one that is no use may be there all the same
            sent->others.push_back(std::move(*certificate));
        }
    }
    return sent;
}

// `cacerts`: one of these has to be on the way.
base::Result<void> check_authorities(const policy::AuthRound& round, const crypto::ValidPath& path) {
    const auto is_named = [&](const Certificate& one) {
        return std::ranges::find(round.authorities, one.fingerprint()) != round.authorities.end();
    };
    if (round.authorities.empty() || std::ranges::any_of(path.certificates, is_named)) return {};
    return base::fail(Reason::CertificateUntrusted, "'" + path.end().to_string() + "' comes from '" +
                                                        path.anchor().to_string() +
                                                        "' and from none of the connection's cacerts");
}

// `auth`: what is asked of keys on the way; of which kind they are is asked of the last one only.
base::Result<void> check_keys(const policy::KeyRequirements& requirements, const crypto::ValidPath& path) {
    for (const Certificate& one : path.certificates) {
        const crypto::PublicKey& key = one.public_key();
        if (requirements.are_enough(key.type(), key.bits())) continue;
        return base::fail(Reason::CertificateUntrusted, "'" + one.to_string() + "' has a key of " +
                                                            std::to_string(key.bits()) +
                                                            " bits, which 'auth' does not allow");
    }
    return {};
}

// And of the signatures. That of an anchor is nobody's.
base::Result<void> check_signatures(const policy::KeyRequirements& requirements, const crypto::ValidPath& path) {
    if (requirements.certificates.empty() || path.certificates.size() == 1) return {};
    for (const Certificate& one : std::span(path.certificates).first(path.certificates.size() - 1)) {
        const auto& scheme = one.signature_scheme();
        if (scheme && requirements.allow_certificate(*scheme)) continue;
        return base::fail(Reason::CertificateUntrusted, "'" + one.to_string() + "' is signed with " +
                                                            (scheme ? scheme->to_string() : "something unknown") +
                                                            ", which 'auth' does not allow");
    }
    return {};
}

base::Result<crypto::PublicKey> check_certificate(sa::Step& step, const Parties& parties, const Sent& sent) {
    const policy::AuthRound& round = parties.connection.remote;
    if (!sent.end.names(parties.remote)) {
        return base::fail(Reason::AuthenticationFailed, parties.remote.to_string() + " shows the certificate '" +
                                                            sent.end.to_string() + "', which does not name it");
    }
    auto& validation = step.validation;
    const auto path = crypto::validate(sent.end, sent.others, step.sa.configuration->credentials()->trust(round),
                                       validation.time_of_day(step.now), {}, &validation.paths);
    if (!path) return tl::unexpected(path.error());
    if (const auto named = check_authorities(round, *path); !named) return tl::unexpected(named.error());
    if (const auto good = check_revocation(step, round, *path); !good) return tl::unexpected(good.error());
    if (const auto keys = check_keys(round.requirements, *path); !keys) return tl::unexpected(keys.error());
    if (const auto signs = check_signatures(round.requirements, *path); !signs) return tl::unexpected(signs.error());
    return sent.end.public_key();
}

// A key without a certificate names nobody but itself, unless the connection says whose it is (RFC 4945 3).
bool is_of(const crypto::PublicKey& key, const Parties& parties) {
    if (parties.connection.remote.id.is_exact()) return true;
    const policy::Identity& claimed = parties.remote;
    return claimed.type == policy::IdentityType::key_id &&
           (base::equal(claimed.data, key.key_id()) || base::equal(claimed.data, key.info_hash()));
}

std::vector<crypto::PublicKey> raw_keys(const sa::Step& step, const Parties& parties) {
    std::vector<crypto::PublicKey> keys;
    for (const policy::Fingerprint& fingerprint : parties.connection.remote.public_keys) {
        const auto* key = step.sa.configuration->credentials()->public_key(fingerprint);
        if (key != nullptr && is_of(*key, parties)) keys.push_back(*key);
    }
    return keys;
}

// RFC 7296 3.6: a peer whose certificate we have need not send it.
base::Result<std::vector<crypto::PublicKey>> known_keys(sa::Step& step, const Parties& parties) {
    std::vector<crypto::PublicKey> keys;
    base::Error why{Reason::AuthenticationFailed,
                    parties.remote.to_string() + " has sent no certificate, and we have none of it",
                    {}};
    for (const Certificate* one : step.sa.configuration->credentials()->certificates_naming(parties.remote)) {
        auto key = check_certificate(step, parties, {*one, {}});
        if (key) keys.push_back(std::move(*key));
        if (!key && base::is_to_wait(key.error().reason))
            return tl::unexpected(key.error());
        if (!key) why = key.error();
    }
    if (!keys.empty()) return keys;
    return tl::unexpected(std::move(why));
}

}  // namespace

base::Result<OwnKey> find_own_key(const sa::Sa& sa, const Parties& parties,
                                  const std::vector<wire::CertificateRequest>& asked) {
    const policy::AuthRound& round = parties.connection.local;
    std::optional<OwnKey> best;
    if (const Credentials* credentials = sa.configuration->credentials()) {
        if (const auto raw = find_raw_key(*credentials, round)) return *raw;
        for (const Certificate* certificate : own_certificates(*credentials, parties)) {
            const auto* key = usable_key(*credentials, round, certificate->public_key());
            if (key == nullptr) continue;
            if (is_wanted(*credentials, *certificate, asked)) return OwnKey{key, certificate};
            if (!best) best = OwnKey{key, certificate};
        }
    }
    if (best) return *best;
    return base::fail(Reason::NoPrivateKey,
                      "for " + parties.local.to_string() + " in connection " + parties.connection.name);
}

std::vector<wire::Payload> certificates_for(const sa::Sa& sa, const policy::Connection& connection, const OwnKey& own,
                                            const std::vector<wire::CertificateRequest>& asked) {
    using enum policy::SendCertificate;
    const bool goes = connection.send_cert == always || (connection.send_cert == if_asked && !asked.empty());
    std::vector<wire::Payload> payloads;
    if (own.certificate == nullptr || !goes) return payloads;
    payloads.push_back(cert(*own.certificate));
    for (const Certificate* issuer : sa.configuration->credentials()->issuers(*own.certificate)) {
        if (!issuer->is_self_issued()) payloads.push_back(cert(*issuer));
    }
    return payloads;
}

std::vector<wire::Payload> certificate_request(const sa::Sa& sa,
                                               const std::vector<const policy::Connection*>& connections) {
    const Credentials* credentials = sa.configuration->credentials();
    std::set<crypto::Sha1> hashes;
    for (const policy::Connection* connection : connections) {
        const bool signs = connection->remote.auth == policy::AuthMethod::pubkey;
        if (credentials == nullptr || !signs || !connection->send_certreq) continue;
        for (const Certificate* authority : credentials->authorities(connection->remote)) {
            if (hashes.size() < kMostAuthorities) hashes.insert(authority->public_key().info_hash());
        }
    }
    if (hashes.empty()) return {};
    wire::CertificateRequest request{kX509Signature, {}};
    for (const crypto::Sha1& hash : hashes) base::append(request.authorities, hash);
    return {std::move(request)};
}

base::Result<std::vector<crypto::PublicKey>> find_peer_keys(sa::Step& step, const Parties& parties,
                                                            const PeerProof& proof) {
    if (step.sa.configuration->credentials() == nullptr) {
        return base::fail(Reason::AuthenticationFailed, "no certificate or public key of any peer is configured");
    }
    // Where raw keys are configured, they are the peer's, whatever it shows beside them.
    if (!parties.connection.remote.public_keys.empty()) {
        auto keys = raw_keys(step, parties);
        if (!keys.empty()) return keys;
        return base::fail(Reason::AuthenticationFailed, "none of the public keys of connection " +
                                                            parties.connection.name + " is that of " +
                                                            parties.remote.to_string());
    }
    const auto sent = read_certificates(proof.certificates);
    if (!sent) return tl::unexpected(sent.error());
    if (*sent) {
        auto key = check_certificate(step, parties, **sent);
        if (!key) return tl::unexpected(key.error());
        return std::vector{std::move(*key)};
    }
    return known_keys(step, parties);
}

}  // namespace xfrmd::ikev2::exchange
