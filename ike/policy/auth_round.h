// How one side proves who it is (RFC 7296 2.15): the sections `local` and `remote` of a connection. Certificates and
// keys are named by their hashes here; crypto::Credentials has them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/result.h"
#include "ike/policy/connection_choices.h"
#include "ike/policy/identity.h"
#include "ike/policy/signature_scheme.h"

namespace xfrmd::policy {

// SHA-256 of a certificate, or of a SubjectPublicKeyInfo.
using Fingerprint = std::array<std::uint8_t, 32>;

// What is asked of keys and signatures, beyond what is refused anyway. Empty: nothing.
struct KeyRequirements {
    std::vector<KeyType> keys;
    std::size_t least_rsa_bits = 0;
    std::size_t least_ecdsa_bits = 0;
    std::vector<SignatureScheme> auth;          // of AUTH, in order of preference
    std::vector<SignatureScheme> certificates;  // of the path
    bool ml_dsa = false;                        // is taken at all (kMlDsaDraft)

    bool allow_key(KeyType type, std::size_t bits) const;
    // Of keys on the way to a CA, whatever their kind.
    bool are_enough(KeyType type, std::size_t bits) const;
    bool allow_auth(const SignatureScheme& scheme) const;
    bool allow_certificate(const SignatureScheme& scheme) const;
    friend bool operator==(const KeyRequirements&, const KeyRequirements&) = default;
};

// strongSwan's `auth`: "psk", "pubkey", "rsa-3072-sha256", "rsa/pss-sha512", "ecdsa-384", "ed25519", "pubkey-sha256",
// and the like joined by "-", each kind of key before what is asked of it; "ike:" in front of a kind asks it of AUTH
// alone. Unlike there a kind of key that is named excludes those that are not. Our own: "null" (RFC 7619). Error:
// ConfigurationInvalid, also for the methods of EAP and XAuth.
struct Authentication {
    AuthMethod method = AuthMethod::pubkey;
    KeyRequirements requirements;
};
base::Result<Authentication> parse_auth(std::string_view text);

struct AuthRound {
    AuthMethod auth = AuthMethod::pubkey;
    KeyRequirements requirements;
    Identity
        id;  // local: %any sends the certificate's subject, or our address; remote: %any accepts what the peer says
    std::vector<Fingerprint> certificates;  // local: ours, the first that fits; remote: one of these, without any CA
    std::vector<Fingerprint> public_keys;   // the same of keys without a certificate
    std::vector<Fingerprint> authorities;   // remote: the CAs that may vouch for its certificate; empty: any

    Revocation revocation = Revocation::relaxed;  // remote
    std::vector<std::string> policies = {};       // remote: one of these has to hold for the path (dotted); empty: any
    std::optional<Identity> authority_id = {};    // remote: a CA on the way has this name

    friend bool operator==(const AuthRound&, const AuthRound&) = default;
};

// What both sides do: the first round of each, and those that follow (RFC 4739).
struct AuthRounds {
    AuthRound local;
    AuthRound remote;
    std::vector<AuthRound> further_local;
    std::vector<AuthRound> further_remote;

    // Counted from 0; nullptr where there are fewer.
    const AuthRound* local_round(std::size_t number) const;
    const AuthRound* remote_round(std::size_t number) const;
    std::vector<const AuthRound*> all() const;  // of both sides
    // As who the IKE SA is known: who has been proved last, as with strongSwan.
    const AuthRound& last_local() const { return further_local.empty() ? local : further_local.back(); }
    const AuthRound& last_remote() const { return further_remote.empty() ? remote : further_remote.back(); }
    bool has_several_rounds() const { return !further_local.empty() || !further_remote.empty(); }
    // The first so many rounds of both sides are the same.
    bool begin_like(const AuthRounds& other, std::size_t rounds) const;
    friend bool operator==(const AuthRounds&, const AuthRounds&) = default;
};

}  // namespace xfrmd::policy
