#include "tests/support/certified_peer.h"

#include <utility>

#include "ike/base/writer.h"
#include "ike/crypto/credentials.h"
#include "ike/crypto/signature_algorithm.h"

namespace xfrmd::tests {

namespace {

constexpr std::uint8_t kX509Signature = 4;

crypto::Certificate end_certificate(const std::string& name, std::vector<std::string> names, const TestKey& key,
                                    const TestIssuer& issuer) {
    CertificateFields fields;
    fields.subject = "C=CH, O=xfrmd, CN=" + name;
    fields.key_usage = kDigitalSignature;
    fields.names = std::move(names);
    return make_certificate(fields, key, issuer);
}

crypto::PrivateKey load(const TestKey& key) {
    SeededRandom random(7);
    return *crypto::PrivateKey::load(key.pkcs8(), nullptr, random);
}

// AUTH in its place, and CERT behind the identity (RFC 7296 1.2).
Payloads certified(Payloads payloads, const std::vector<wire::Certificate>& path, wire::Authentication auth) {
    for (wire::Payload& payload : payloads) {
        if (std::holds_alternative<wire::Authentication>(payload)) payload = std::move(auth);
    }
    payloads.insert(payloads.begin() + 1, path.begin(), path.end());
    return payloads;
}

}  // namespace

Certified::Certified()
    : root_{"CN=root", small_key(1)},
      middle_{"CN=middle", small_key(2)},
      gateway_key_(small_key(11)),
      peer_key_(small_key(12)),
      authority_(make_root(root_)),
      gateway_(end_certificate("a.example", {"a.example"}, gateway_key_, root_)),
      between_(make_certificate(authority_fields(middle_.name), middle_.key, root_)),
      end_(end_certificate("b.example", {"b.example", "192.0.2.2"}, peer_key_, middle_)),
      peer_private_(load(peer_key_)) {}

policy::Snapshot Certified::gateway(const std::string& peer_id, bool has_key) const {
    policy::Connection gw = connection({.remote_id = peer_id});
    gw.local.auth = gw.remote.auth = policy::AuthMethod::pubkey;
    gw.local.certificates = {gateway_.fingerprint()};
    crypto::Credentials::Parts parts;
    parts.certificates = {gateway_};
    parts.authorities = {authority_};
    if (has_key) parts.private_keys.push_back(load(gateway_key_));
    policy::Configuration configuration;
    configuration.credentials = *crypto::Credentials::make(std::move(parts), {gw.remote});
    configuration.connections.push_back(std::move(gw));
    return policy::IndexedConfiguration::of(std::move(configuration));
}

std::vector<wire::Certificate> Certified::path() const {
    return {{kX509Signature, end_.der()}, {kX509Signature, between_.der()}};
}

wire::Authentication Certified::sign(const ScriptedPeer& peer, const wire::Identification& identification) const {
    const policy::SignatureScheme scheme{policy::KeyType::ecdsa, policy::Padding::none, policy::HashId::sha2_256};
    SeededRandom random(3);
    const auto signature =
        peer_private_.sign(scheme, crypto::EcdsaFormat::der, peer.auth_octets(identification), random);
    const base::Bytes algorithm = crypto::encode_algorithm(scheme);
    return {wire::AuthMethodId::digital_signature,
            base::Writer().u8(static_cast<std::uint8_t>(algorithm.size())).bytes(algorithm).bytes(*signature).take()};
}

Payloads Certified::request(const ScriptedPeer& peer) const {
    return certified(peer.auth_request(), path(), sign(peer, {identity(peer.id), 0}));
}

Payloads Certified::response(const ScriptedPeer& peer, const wire::Payloads& request) const {
    return certified(peer.auth_response(request), path(), sign(peer, {identity(peer.id), 0}));
}

ike::TimeOfDay test_time_of_day(base::Instant now) {
    return {std::chrono::sys_time<base::Duration>(kTestNow) - now.time_since_epoch()};
}

}  // namespace xfrmd::tests
