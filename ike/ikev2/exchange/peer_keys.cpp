#include "ike/ikev2/exchange/peer_keys.h"

#include <algorithm>
#include <span>

#include "ike/crypto/credentials.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using crypto::Certificate;

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

// `ca_id`
base::Result<void> check_authority_id(const policy::AuthRound& round, const crypto::ValidPath& path) {
    const auto is_it = [&](const Certificate& one) { return one.names(*round.authority_id); };
    const auto authorities = std::span(path.certificates).subspan(1);
    if (!round.authority_id || std::ranges::any_of(authorities, is_it)) return {};
    return base::fail(Reason::CertificateUntrusted, "no CA of '" + path.end().to_string() + "' is '" +
                                                        round.authority_id->to_string() + "', as 'ca_id' wants");
}

// `cert_policy`
base::Result<void> check_policies(const policy::AuthRound& round, const crypto::ValidPath& path) {
    if (round.policies.empty()) return {};
    const std::vector<std::string> valid = crypto::valid_policies(path);
    const auto is_wanted = [&](const std::string& one) {
        return std::ranges::find(round.policies, one) != round.policies.end();
    };
    if (std::ranges::any_of(valid, is_wanted)) return {};
    return base::fail(Reason::CertificateUntrusted,
                      "no policy of 'cert_policy' holds for '" + path.end().to_string() + "'");
}

// `auth`: what is asked of keys on the way; of which kind they are is asked of the last one only.
base::Result<void> check_keys(const policy::KeyRequirements& requirements, const crypto::ValidPath& path) {
    for (const Certificate& one : path.certificates) {
        const crypto::PublicKey& key = one.public_key();
        if (requirements.are_enough(key.type(), key.bits())) continue;
        if (policy::is_ml_dsa(key.type())) {
            return base::fail(Reason::CertificateUntrusted,
                              "'" + one.to_string() + "' has a key for " + std::string(name(key.type())) + ", and " +
                                  std::string(policy::kMlDsaDraft) + " is not switched on");
        }
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

base::Result<PeerKey> check_certificate(sa::Step& step, const Parties& parties, const Sent& sent) {
    const policy::AuthRound& round = parties.peer_round();
    if (!sent.end.names(parties.remote)) {
        return base::fail(Reason::AuthenticationFailed, parties.remote.to_string() + " shows the certificate '" +
                                                            sent.end.to_string() + "', which does not name it");
    }
    auto& validation = step.validation;
    auto path = crypto::validate(sent.end, sent.others, step.sa.configuration->credentials()->trust(round),
                                 validation.time_of_day(step.now), {}, &validation.paths);
    if (!path) return tl::unexpected(path.error());
    if (const auto named = check_authorities(round, *path); !named) return tl::unexpected(named.error());
    if (const auto named = check_authority_id(round, *path); !named) return tl::unexpected(named.error());
    if (const auto policies = check_policies(round, *path); !policies) return tl::unexpected(policies.error());
    if (const auto keys = check_keys(round.requirements, *path); !keys) return tl::unexpected(keys.error());
    if (const auto signs = check_signatures(round.requirements, *path); !signs) return tl::unexpected(signs.error());
    return PeerKey{sent.end.public_key(), std::move(*path)};
}

// A key without a certificate names nobody but itself, unless the connection says whose it is (RFC 4945 3).
bool is_of(const crypto::PublicKey& key, const Parties& parties) {
    if (parties.peer_round().id.is_exact()) return true;
    const policy::Identity& claimed = parties.remote;
    return claimed.type == policy::IdentityType::key_id &&
           (base::equal(claimed.data, key.key_id()) || base::equal(claimed.data, key.info_hash()));
}

std::vector<PeerKey> raw_keys(const sa::Step& step, const Parties& parties) {
    std::vector<PeerKey> keys;
    for (const policy::Fingerprint& fingerprint : parties.peer_round().public_keys) {
        const auto* key = step.sa.configuration->credentials()->public_key(fingerprint);
        if (key != nullptr && is_of(*key, parties)) keys.push_back({*key});
    }
    return keys;
}

// RFC 7296 3.6: hash and URL (12, 13), attribute certificates (10) and the like. Nothing is fetched on the word of who
// is nobody yet, and HTTP_CERT_LOOKUP_SUPPORTED has not been sent.
std::string what_it_has_sent(const std::vector<wire::Certificate>& payloads) {
    for (const wire::Certificate& payload : payloads) {
        if (payload.encoding == kOcspContent) continue;
        return "a certificate of the encoding " + std::to_string(payload.encoding) + ", which is not taken";
    }
    return "no certificate";
}

// RFC 7296 3.6: a peer whose certificate we have need not send it.
base::Result<std::vector<PeerKey>> known_keys(sa::Step& step, const Parties& parties, const PeerProof& proof) {
    std::vector<PeerKey> keys;
    base::Error why{
        Reason::AuthenticationFailed,
        parties.remote.to_string() + " has sent " + what_it_has_sent(proof.certificates) + ", and we have none of it",
        {}};
    for (const Certificate* one : step.sa.configuration->credentials()->certificates_naming(parties.remote)) {
        auto key = check_certificate(step, parties, {*one, {}});
        if (key) keys.push_back(std::move(*key));
        if (!key) why = key.error();
    }
    if (!keys.empty()) return keys;
    return tl::unexpected(std::move(why));
}

}  // namespace

base::Result<std::vector<PeerKey>> find_peer_keys(sa::Step& step, const Parties& parties, const PeerProof& proof) {
    if (step.sa.configuration->credentials() == nullptr) {
        return base::fail(Reason::AuthenticationFailed, "no certificate or public key of any peer is configured");
    }
    // Where raw keys are configured, they are the peer's, whatever it shows beside them.
    if (!parties.peer_round().public_keys.empty()) {
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
    return known_keys(step, parties, proof);
}

std::vector<base::ByteView> ocsp_responses_in(const std::vector<wire::Certificate>& certificates) {
    std::vector<base::ByteView> responses;
    for (const wire::Certificate& payload : certificates) {
        if (payload.encoding == kOcspContent) responses.emplace_back(payload.data);
    }
    return responses;
}

}  // namespace xfrmd::ikev2::exchange
