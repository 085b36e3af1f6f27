#include "ike/ikev2/exchange/signature_auth.h"

#include <algorithm>
#include <array>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/crypto/signature_algorithm.h"
#include "ike/ikev2/exchange/certificates.h"
#include "ike/ikev2/exchange/peer_keys.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/revocation.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using policy::HashId;
using policy::KeyType;
using policy::Padding;
using policy::SignatureScheme;

// RFC 7427 4, RFC 8420 2; SHA-1 is not to be used (RFC 8247 4.2).
constexpr std::size_t kMostHashes = 16;
constexpr std::array kOwnHashes{HashId::sha2_256, HashId::sha2_384, HashId::sha2_512, HashId::identity};

bool takes(const std::vector<HashId>& hashes, HashId hash) { return std::ranges::find(hashes, hash) != hashes.end(); }

// As strong as the key (RFC 7427 4, NIST SP 800-57).
HashId hash_for(const crypto::PublicKey& key) {
    const bool is_rsa = key.type() == KeyType::rsa;
    if (key.bits() <= (is_rsa ? 3072 : 256)) return HashId::sha2_256;
    return key.bits() <= (is_rsa ? 7680 : 384) ? HashId::sha2_384 : HashId::sha2_512;
}

SignatureScheme scheme_of(const crypto::PublicKey& key, HashId hash) {
    if (policy::signs_without_hash(key.type())) return {key.type(), Padding::none, HashId::identity};
    return {key.type(), key.type() == KeyType::rsa ? Padding::pkcs1 : Padding::none, hash};
}

// What the connection says, in its order, else what suits the key best.
std::vector<SignatureScheme> preferences(const crypto::PublicKey& key, const policy::KeyRequirements& requirements) {
    std::vector<SignatureScheme> schemes = requirements.auth;
    if (schemes.empty()) {
        schemes.push_back(scheme_of(key, hash_for(key)));
        for (const HashId hash : kOwnHashes) schemes.push_back(scheme_of(key, hash));
    }
    std::erase_if(schemes, [&](const SignatureScheme& scheme) {
        return scheme.key != key.type() || !scheme.is_meaningful() || scheme.hash == HashId::sha1;
    });
    return schemes;
}

struct OwnSignature {
    wire::AuthMethodId method;
    SignatureScheme scheme;
};

// RFC 7427 3: a peer that tells no hashes knows the methods of old only.
base::Result<OwnSignature> choose_signature(const crypto::PublicKey& key, const policy::KeyRequirements& requirements,
                                            const std::vector<HashId>& hashes) {
    if (hashes.empty()) {
        using enum wire::AuthMethodId;
        for (const auto method : {rsa_signature, ecdsa_256, ecdsa_384, ecdsa_521}) {
            const auto classic = *policy::classic_method(static_cast<std::uint8_t>(method));
            const bool fits =
                classic.scheme.key == key.type() && (classic.key_bits == 0 || classic.key_bits == key.bits());
            if (fits && requirements.allow_auth(classic.scheme)) return OwnSignature{method, classic.scheme};
        }
    }
    for (const SignatureScheme& scheme : preferences(key, requirements)) {
        if (takes(hashes, scheme.hash)) return OwnSignature{wire::AuthMethodId::digital_signature, scheme};
    }
    return base::fail(Reason::AuthenticationMethodUnacceptable,
                      "the peer takes no signature that our " + std::string(name(key.type())) + " key can make" +
                          (requirements.auth.empty() ? "" : " and 'auth' allows"));
}

struct ChosenKey {
    OwnKey own;
    OwnSignature signature;
};

// The first of ours with which we can sign as the peer wants; what is wrong with the first is told.
base::Result<ChosenKey> choose_key(const sa::Sa& sa, const Parties& parties, const Wishes& wishes) {
    const auto keys = find_own_keys(sa, parties, wishes.certificates);
    if (!keys) return tl::unexpected(keys.error());
    base::Error why;
    for (const OwnKey& own : *keys) {
        auto signature = choose_signature(own.key->public_key(), parties.own_round().requirements, wishes.hashes);
        if (signature) return ChosenKey{own, *signature};
        if (&own == &keys->front()) why = signature.error();
    }
    return tl::unexpected(std::move(why));
}

crypto::EcdsaFormat format_of(wire::AuthMethodId method) {
    return method == wire::AuthMethodId::digital_signature ? crypto::EcdsaFormat::der
                                                           : crypto::EcdsaFormat::concatenated;
}

// RFC 7427 3: the length of the AlgorithmIdentifier, itself, the signature.
base::Bytes with_algorithm(const SignatureScheme& scheme, const base::Bytes& signature) {
    const base::Bytes algorithm = crypto::encode_algorithm(scheme);
    return base::Writer().u8(static_cast<std::uint8_t>(algorithm.size())).bytes(algorithm).bytes(signature).take();
}

struct PeerSignature {
    SignatureScheme scheme;
    std::size_t key_bits = 0;  // 0: any
    base::ByteView bytes;
};

base::Result<PeerSignature> read_signature(const wire::Authentication& auth) {
    if (const auto classic = policy::classic_method(static_cast<std::uint8_t>(auth.method))) {
        return PeerSignature{classic->scheme, classic->key_bits, auth.data};
    }
    base::Reader reader(auth.data);
    const base::ByteView algorithm = reader.bytes(reader.u8());
    const base::ByteView signature = reader.remaining();
    if (!reader.complete()) return base::fail(Reason::AuthenticationFailed, "AUTH ends within its algorithm");
    const auto scheme = crypto::decode_algorithm(algorithm);
    if (!scheme) return tl::unexpected(scheme.error());
    if (std::ranges::find(kOwnHashes, scheme->hash) == kOwnHashes.end()) {
        return base::fail(Reason::AuthenticationMethodUnacceptable, scheme->to_string() + " was not offered");
    }
    return PeerSignature{*scheme, 0, signature};
}

base::Result<void> check_allowed(const policy::KeyRequirements& requirements, const SignatureScheme& scheme,
                                 const crypto::PublicKey& key) {
    if (!requirements.allow_key(key.type(), key.bits())) {
        return base::fail(
            Reason::AuthenticationMethodUnacceptable,
            "'auth' allows no " + std::string(name(key.type())) + " key of " + std::to_string(key.bits()) + " bits");
    }
    if (requirements.allow_auth(scheme)) return {};
    return base::fail(Reason::AuthenticationMethodUnacceptable, "'auth' does not allow " + scheme.to_string());
}

base::Result<void> verify(const Parties& parties, const PeerSignature& signature, wire::AuthMethodId method,
                          const crypto::PublicKey& key, base::ByteView octets) {
    const bool fits =
        signature.scheme.key == key.type() && (signature.key_bits == 0 || signature.key_bits == key.bits());
    if (!fits) {
        return base::fail(Reason::AuthenticationFailed, parties.remote.to_string() + " signs with " +
                                                            signature.scheme.to_string() + ", and its key is " +
                                                            std::string(name(key.type())));
    }
    const auto allowed = check_allowed(parties.peer_round().requirements, signature.scheme, key);
    return allowed ? key.verify(signature.scheme, format_of(method), octets, signature.bytes) : allowed;
}

// A token takes its time: AnswerAwaited.
base::Result<base::Bytes> sign(sa::Step& step, const crypto::PrivateKey& key, const OwnSignature& chosen,
                               base::ByteView octets) {
    const crypto::EcdsaFormat format = format_of(chosen.method);
    if (!key.is_elsewhere()) return step.validation.signers.sign(key, chosen.scheme, format, octets);
    const auto* made = step.validation.enquiries.sign(
        {{}, key.public_key().key_id(), chosen.scheme, format, base::to_bytes(octets)}, step.sa.id, step.now);
    if (made == nullptr) return base::fail(Reason::AnswerAwaited, "the token's signature");
    return *made;
}

}  // namespace

wire::Notify hash_algorithms() {
    base::Writer writer;
    for (const HashId hash : kOwnHashes) writer.u16(static_cast<std::uint16_t>(hash));
    return notify(wire::NotifyType::signature_hash_algorithms, writer.take());
}

std::vector<HashId> hashes_in(const wire::Payloads& payloads) {
    std::vector<HashId> hashes;
    const auto* told = payloads.find(wire::NotifyType::signature_hash_algorithms);
    if (told == nullptr) return hashes;
    base::Reader reader(told->data);
    while (reader.left() >= 2) {
        const auto hash = static_cast<HashId>(reader.u16());
        if (hashes.size() < kMostHashes && !takes(hashes, hash)) hashes.push_back(hash);
    }
    if (hashes.empty()) hashes.push_back(HashId::sha1);  // it told nothing, but that it knows of RFC 7427
    return hashes;
}

base::Result<OwnProof> make_signature_auth(sa::Step& step, base::ByteView octets, const Parties& parties,
                                           const Wishes& wishes) {
    const auto chosen = choose_key(step.sa, parties, wishes);
    if (!chosen) return tl::unexpected(chosen.error());
    auto certificates = certificates_for(step, parties.connection, chosen->own, wishes.certificates);
    if (!certificates) return tl::unexpected(certificates.error());
    const OwnSignature& how = chosen->signature;
    auto signature = sign(step, *chosen->own.key, how, octets);
    if (!signature) return tl::unexpected(signature.error());
    if (how.method == wire::AuthMethodId::digital_signature) signature = with_algorithm(how.scheme, *signature);
    return OwnProof{std::move(*certificates), {how.method, std::move(*signature)}};
}

base::Result<void> check_private_key(const sa::Sa& sa, const Parties& parties) {
    return find_own_keys(sa, parties, {}).map([](const std::vector<OwnKey>&) {});
}

base::Result<void> verify_signature_auth(sa::Step& step, base::ByteView octets, const Parties& parties,
                                         const PeerProof& proof, const std::vector<HashId>& told) {
    const auto signature = read_signature(proof.auth);
    if (!signature) return tl::unexpected(signature.error());
    if (signature->scheme.hash == HashId::sha1 && !told.empty()) {  // RFC 8247 4.2
        return base::fail(Reason::AuthenticationMethodUnacceptable, "SHA-1, although both sides know of better ones");
    }
    const auto keys = find_peer_keys(step, parties, proof);
    if (!keys) return tl::unexpected(keys.error());
    const bool asked = asks_for_status(parties.connection);
    const auto shown = asked ? ocsp_responses_in(proof.certificates) : std::vector<base::ByteView>();
    base::Result<void> verified;
    for (const PeerKey& one : *keys) {
        verified = verify(parties, *signature, proof.auth.method, one.key, octets);
        if (verified && one.path) verified = check_revocation(step, parties.peer_round(), *one.path, shown);
        if (verified || base::is_to_wait(verified.error().reason)) break;
    }
    return verified;
}

}  // namespace xfrmd::ikev2::exchange
