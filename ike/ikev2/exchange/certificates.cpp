#include "ike/ikev2/exchange/certificates.h"

#include <algorithm>
#include <set>

#include "ike/ikev2/exchange/revocation.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using crypto::Certificate;
using crypto::Credentials;

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
    const policy::AuthRound& round = parties.own_round();
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

std::vector<OwnKey> find_raw_keys(const Credentials& credentials, const policy::AuthRound& round) {
    std::vector<OwnKey> keys;
    for (const policy::Fingerprint& fingerprint : round.public_keys) {
        const crypto::PublicKey* known = credentials.public_key(fingerprint);
        const crypto::PrivateKey* key = known == nullptr ? nullptr : usable_key(credentials, round, *known);
        if (key != nullptr) keys.push_back({key, nullptr});
    }
    return keys;
}

// RFC 4806 3: whoever it trusts to answer, a response is one that its CA has made possible.
bool shows_status(const policy::Connection& connection, const std::vector<wire::CertificateRequest>& asked) {
    using enum policy::OcspInIke;
    const auto wants_it = [](const wire::CertificateRequest& one) { return one.encoding == kOcspContent; };
    return (connection.ocsp == reply || connection.ocsp == both) && std::ranges::any_of(asked, wants_it);
}

// RFC 4806 3.1, 4.1: with the responders that the operator trusts beside those of the CAs.
wire::CertificateRequest status_request(const Credentials& credentials) {
    wire::CertificateRequest request{kOcspContent, {}};
    std::size_t named = 0;
    for (const Certificate& responder : credentials.ocsp_responders()) {
        if (named++ < kMostAuthorities) base::append(request.authorities, responder.public_key().info_hash());
    }
    return request;
}

wire::Payload cert(const Certificate& certificate) { return wire::Certificate{kX509Signature, certificate.der()}; }

void add_authorities(const Credentials& credentials, const policy::AuthRound& round, std::set<crypto::Sha1>& hashes) {
    for (const Certificate* authority : credentials.authorities(round)) {
        if (hashes.size() < kMostAuthorities) hashes.insert(authority->public_key().info_hash());
    }
}

}  // namespace

base::Result<std::vector<OwnKey>> find_own_keys(const sa::Sa& sa, const Parties& parties,
                                                const std::vector<wire::CertificateRequest>& asked) {
    const policy::AuthRound& round = parties.own_round();
    std::vector<OwnKey> keys;
    if (const Credentials* credentials = sa.configuration->credentials()) {
        keys = find_raw_keys(*credentials, round);
        const auto own = keys.empty() ? own_certificates(*credentials, parties) : std::vector<const Certificate*>();
        for (const Certificate* certificate : own) {
            const auto* key = usable_key(*credentials, round, certificate->public_key());
            if (key != nullptr) keys.push_back({key, certificate});
        }
        std::ranges::stable_partition(keys, [&](const OwnKey& one) {
            return one.certificate != nullptr && is_wanted(*credentials, *one.certificate, asked);
        });
    }
    if (!keys.empty()) return keys;
    return base::fail(Reason::NoPrivateKey,
                      "for " + parties.local.to_string() + " in connection " + parties.connection.name);
}

bool asks_for_status(const policy::Connection& connection) {
    using enum policy::OcspInIke;
    return connection.ocsp == request || connection.ocsp == both;
}

base::Result<std::vector<wire::Payload>> certificates_for(sa::Step& step, const policy::Connection& connection,
                                                          const OwnKey& own,
                                                          const std::vector<wire::CertificateRequest>& asked) {
    using enum policy::SendCertificate;
    const bool goes = connection.send_cert == always || (connection.send_cert == if_asked && !asked.empty());
    std::vector<wire::Payload> payloads;
    if (own.certificate == nullptr || !goes) return payloads;
    payloads.push_back(cert(*own.certificate));
    const auto issuers = step.sa.configuration->credentials()->issuers(*own.certificate);
    for (const Certificate* issuer : issuers) {
        if (!issuer->is_self_issued()) payloads.push_back(cert(*issuer));
    }
    if (issuers.empty() || !shows_status(connection, asked)) return payloads;
    auto status = own_status(step, *own.certificate, *issuers.front());
    if (!status) return tl::unexpected(status.error());
    if (!status->empty()) payloads.emplace_back(wire::Certificate{kOcspContent, std::move(*status)});
    return payloads;
}

std::vector<wire::Payload> certificate_request(const sa::Sa& sa,
                                               const std::vector<const policy::Connection*>& connections) {
    const Credentials* credentials = sa.configuration->credentials();
    std::set<crypto::Sha1> hashes;
    bool with_status = false;
    for (const policy::Connection* connection : connections) {
        if (credentials == nullptr || !connection->send_certreq) continue;
        with_status = with_status || asks_for_status(*connection);
        for (std::size_t i = 0; const policy::AuthRound* round = connection->remote_round(i); ++i) {
            if (round->auth == policy::AuthMethod::pubkey) add_authorities(*credentials, *round, hashes);
        }
    }
    if (hashes.empty()) return {};
    wire::CertificateRequest request{kX509Signature, {}};
    for (const crypto::Sha1& hash : hashes) base::append(request.authorities, hash);
    std::vector<wire::Payload> payloads{std::move(request)};
    if (with_status) payloads.emplace_back(status_request(*credentials));
    return payloads;
}

}  // namespace xfrmd::ikev2::exchange
