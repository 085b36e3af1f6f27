// IKE SAs between gateways that prove who they are with signatures (RFC 7296 2.15, RFC 7427, RFC 4754, RFC 8420), the
// keys as both have them.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/crypto/credentials.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_key.h"
#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

using policy::KeyType;

struct Kind {
    KeyType type;
    std::size_t bits;
};

policy::Fingerprint fingerprint(const TestKey& key) { return crypto::sha256(key.subject_public_key_info()); }

// What one side has: its own key, and the public keys of both.
struct Side {
    const TestKey& own;
    const TestKey& other;
    std::string auth = "pubkey";
    std::string peer_auth = "pubkey";
    const TestKey* first = nullptr;  // of its own, before the other one
};

policy::AuthRound round(const policy::Identity& id, const TestKey& key, const std::string& text) {
    auto auth = policy::parse_auth(text);
    REQUIRE(auth);
    auth->requirements.ml_dsa = true;
    return {.auth = auth->method,
            .requirements = auth->requirements,
            .id = id,
            .certificates = {},
            .public_keys = {fingerprint(key)},
            .authorities = {}};
}

policy::Snapshot with_keys(const ConnectionWords& words, const Side& side) {
    SeededRandom random(7);
    policy::Configuration configuration;
    policy::Connection gw = connection(words);
    gw.local = round(gw.local.id, side.own, side.auth);
    gw.remote = round(gw.remote.id, side.other, side.peer_auth);
    crypto::Credentials::Parts parts;
    if (side.first != nullptr) gw.local.public_keys.insert(gw.local.public_keys.begin(), fingerprint(*side.first));
    for (const TestKey* one : {side.first, &side.own}) {
        if (one == nullptr) continue;
        auto key = crypto::PrivateKey::load(one->pkcs8(), nullptr, random);
        REQUIRE(key);
        parts.private_keys.push_back(std::move(*key));
    }
    for (const TestKey* one : {side.first, &side.own, &side.other}) {
        if (one == nullptr) continue;
        parts.public_keys.push_back(*crypto::PublicKey::decode(one->subject_public_key_info()));
    }
    auto credentials = crypto::Credentials::make(std::move(parts), {gw.local, gw.remote});
    REQUIRE(credentials);
    configuration.credentials = *credentials;
    configuration.connections.push_back(std::move(gw));
    return policy::IndexedConfiguration::of(std::move(configuration));
}

Gateways gateways(const Side& left, const Side& right) {
    const ConnectionWords words;
    return {with_keys(words, left), with_keys(mirrored(words), right)};
}

}  // namespace

TEST_CASE("both sides sign with any kind of key", "[engine][rfc7296-2.15][rfc7427-3][rfc8420-2]") {
    const Kind kind = GENERATE(Kind{KeyType::rsa, 2048}, Kind{KeyType::ecdsa, 256}, Kind{KeyType::ecdsa, 384},
                               Kind{KeyType::ecdsa, 521}, Kind{KeyType::ed25519, 255}, Kind{KeyType::ed448, 448},
                               Kind{KeyType::ml_dsa_44, 0}, Kind{KeyType::ml_dsa_65, 0}, Kind{KeyType::ml_dsa_87, 0});
    const TestKey one = TestKey::make(kind.type, kind.bits, 1);
    const TestKey other = TestKey::make(kind.type, kind.bits, 2);
    Gateways world = gateways({one, other}, {other, one});
    CHECK(world.left.outcome(world.connect()) == "ok");
    CHECK(world.disagreement().empty());
}

TEST_CASE("the two sides may have keys of different kinds", "[engine][rfc7296-2.15]") {
    const TestKey one = TestKey::make(KeyType::ecdsa, 256, 1);
    const TestKey other = TestKey::make(KeyType::ed25519, 255, 2);
    Gateways world = gateways({one, other, "ecdsa-sha512", "ed25519"}, {other, one, "ed25519", "ecdsa-256-sha512"});
    CHECK(world.left.outcome(world.connect()) == "ok");
}

TEST_CASE("of several keys the first goes that signs as the peer can read it", "[engine][rfc7427-4]") {
    const TestKey first = TestKey::make(KeyType::ed25519, 255, 3);
    const TestKey one = TestKey::make(KeyType::ecdsa, 256, 1);
    Lonely lonely(with_keys({}, {one, one, "pubkey", "pubkey", &first}));
    lonely.be_called();  // by who tells no hashes, and so knows RFC 4754 only
    REQUIRE(lonely.auth_request.auth);
    CHECK(lonely.auth_request.auth->method == ikev2::wire::AuthMethodId::ecdsa_256);
}

TEST_CASE("without the hash Identity of the peer's, nothing is signed with ML-DSA", "[engine][rfc7427-4]") {
    const TestKey one = TestKey::make(KeyType::ml_dsa_65, 0, 1);
    Lonely lonely(with_keys({}, {one, one}));
    const std::uint64_t operation = lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    CHECK(lonely.tell(lonely.peer.answer_init(lonely.host.sent.back().bytes)).empty());
    CHECK(lonely.host.outcome(operation) == "authentication_method_unacceptable");
}

TEST_CASE("a key that is not the peer's authenticates nobody", "[engine][rfc7296-2.15][hostile-d5]") {
    const Kind kind = GENERATE(Kind{KeyType::ecdsa, 256}, Kind{KeyType::ml_dsa_65, 0});
    const TestKey one = TestKey::make(kind.type, kind.bits, 1);
    const TestKey other = TestKey::make(kind.type, kind.bits, 2);
    const TestKey stranger = TestKey::make(kind.type, kind.bits, 3);
    Gateways responder_refuses = gateways({stranger, other}, {other, one});
    CHECK(responder_refuses.left.outcome(responder_refuses.connect()) == "authentication_refused");
    CHECK(responder_refuses.right.established() == 0);
    Gateways initiator_refuses = gateways({one, other}, {stranger, one});
    CHECK(initiator_refuses.left.outcome(initiator_refuses.connect()) == "authentication_failed");
    CHECK(initiator_refuses.left.established() == 0);
}

TEST_CASE("what auth does not allow is refused", "[engine][rfc7427-4]") {
    const TestKey one = TestKey::make(KeyType::ecdsa, 256, 1);
    const TestKey other = TestKey::make(KeyType::ecdsa, 256, 2);
    const std::string wanted = GENERATE("rsa", "ecdsa-384", "ike:ecdsa-sha512");
    Gateways world = gateways({one, other}, {other, one, "pubkey", wanted});
    CHECK(world.left.outcome(world.connect()) == "authentication_refused");
    CHECK(world.right.engine.counters().reasons.contains(Reason::AuthenticationMethodUnacceptable));
}

TEST_CASE("a key names nobody but itself where the connection does not say whose it is", "[engine][hostile-d5]") {
    const TestKey one = TestKey::make(KeyType::ecdsa, 256, 1);
    const TestKey other = TestKey::make(KeyType::ecdsa, 256, 2);
    const std::string key_id = "@#" + base::to_hex(crypto::PublicKey::decode(one.subject_public_key_info())->key_id());
    const auto outcome = [&](const std::string& id) {
        ConnectionWords left;
        left.local_id = id;
        ConnectionWords right = mirrored({});
        right.remote_id = "";  // anybody
        Gateways world(with_keys(left, {one, other}), with_keys(right, {other, one}));
        return world.left.outcome(world.connect());
    };
    CHECK(outcome("a.example") == "authentication_refused");
    CHECK(outcome(key_id) == "ok");
}

TEST_CASE("SHA-1 is not taken from who knows better", "[engine][rfc8247-4.2][hostile-d2]") {
    const TestKey one = TestKey::make(KeyType::rsa, 2048, 1);
    const TestKey other = TestKey::make(KeyType::rsa, 2048, 2);
    Gateways world = gateways({one, other, "ike:rsa-sha1"}, {other, one});
    CHECK(world.left.outcome(world.connect()) == "authentication_method_unacceptable");
}

TEST_CASE("who has no key asks nobody", "[engine][rfc7296-2.15][hostile-d20]") {
    const TestKey one = TestKey::make(KeyType::ecdsa, 256, 1);
    const TestKey other = TestKey::make(KeyType::ecdsa, 256, 2);
    Gateways world = gateways({one, other, "rsa"}, {other, one});
    CHECK(world.left.outcome(world.connect()) == "no_private_key");
    CHECK(world.wire.datagrams() == 0);
}

}  // namespace xfrmd::tests
