// ML-DSA in AUTH and in certificates (draft-ietf-ipsecme-ikev2-pqc-auth): where it is switched on, and where not.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "tests/unit/engine/certified.h"

namespace xfrmd::tests {

namespace {

using policy::KeyType;

// An end of a CA below a root, all of them with keys of one kind.
struct Chain {
    explicit Chain(KeyType of)
        : type(of),
          top{"CN=top", TestKey::make(of, 0, 21)},
          below{"CN=below", TestKey::make(of, 0, 22)},
          between(make_certificate(authority_fields(below.name), below.key, top)) {}

    End end(const std::string& name, std::uint64_t seed) const { return end(name, seed, below); }
    End end(const std::string& name, std::uint64_t seed, const TestIssuer& issuer) const {
        CertificateFields fields;
        fields.subject = "CN=" + name;
        fields.names = {name};
        const TestKey key = TestKey::make(type, 0, seed);
        return {key, make_certificate(fields, key, issuer)};
    }
    Side side(const std::string& name, std::uint64_t seed) const {
        Side side{end(name, seed), {make_root(top), between}};
        side.ml_dsa = true;
        return side;
    }

    KeyType type;
    TestIssuer top;
    TestIssuer below;
    Certificate between;
};

std::size_t sent_bytes(const Host& host) {
    std::size_t bytes = 0;
    for (const Parcel& parcel : host.sent) bytes += parcel.bytes.size();
    return bytes;
}

std::size_t longest(const Host& host) {
    std::size_t bytes = 0;
    for (const Parcel& parcel : host.sent) bytes = std::max(bytes, parcel.bytes.size());
    return bytes;
}

}  // namespace

TEST_CASE("both sides prove themselves with chains of ML-DSA, in fragments", "[engine][rfc7427-3][rfc7383-2.5]") {
    const Chain chain(GENERATE(KeyType::ml_dsa_44, KeyType::ml_dsa_65, KeyType::ml_dsa_87));
    World world(chain.side("a.example", 23), chain.side("b.example", 24));
    CHECK(world.outcome() == "ok");
    CHECK(world.gateways.disagreement().empty());
    CHECK(longest(world.gateways.left) <= 1280);
    CHECK(longest(world.gateways.right) <= 1280);
    CHECK(sent_bytes(world.gateways.left) > 10'000);  // of CERT, CERT and AUTH
}

TEST_CASE("the longest chain of ML-DSA fits in the smallest fragments", "[engine][rfc7383-2.5]") {
    const Chain chain(KeyType::ml_dsa_87);
    ike::Options options;
    options.fragment_size = 576;
    Gateways gateways(with_certificates({}, chain.side("a.example", 23)),
                      with_certificates(mirrored({}), chain.side("b.example", 24)), options, options);
    set_clock(gateways);
    CHECK(gateways.left.outcome(gateways.connect()) == "ok");
    CHECK(longest(gateways.left) <= 576);
    CHECK(sent_bytes(gateways.left) > 19'000);
}

TEST_CASE("one side may sign with ML-DSA and the other one with ECDSA", "[engine][rfc7427-3]") {
    const Chain chain(KeyType::ml_dsa_65);
    Side left = chain.side("a.example", 23);
    left.authorities.push_back(make_root(root()));
    Side right{b(), {make_root(root()), make_root(chain.top)}};
    right.ml_dsa = true;
    right.peer_auth = "mldsa65";
    CHECK(World(left, right).outcome() == "ok");
    right.peer_auth = "mldsa87";
    World other_level(left, right);
    CHECK(other_level.outcome() == "authentication_refused");
    CHECK(other_level.refused_by_right(Reason::AuthenticationMethodUnacceptable));
}

TEST_CASE("without the switch, ML-DSA is neither shown nor taken", "[engine]") {
    const Chain chain(KeyType::ml_dsa_65);
    const Side on = chain.side("a.example", 23);
    Side off = chain.side("b.example", 24);
    off.ml_dsa = false;
    World ours_is_off(off, on);
    CHECK(ours_is_off.outcome() == "no_private_key");
    CHECK(ours_is_off.gateways.wire.datagrams() == 0);

    // Of a CA that both trust: it signs certificates for other keys, too.
    Side left{chain.end("a.example", 23, root())};
    left.ml_dsa = true;
    World theirs_is_off(left, {b()});
    CHECK(theirs_is_off.outcome() == "authentication_refused");
    CHECK(theirs_is_off.refused_by_right(Reason::CertificateUntrusted));
    Side right{b()};
    right.ml_dsa = true;
    CHECK(World(left, right).outcome() == "ok");
}

TEST_CASE("without the switch, no CA with ML-DSA leads to anybody", "[engine]") {
    const TestIssuer top{"CN=top", TestKey::make(KeyType::ml_dsa_65, 0, 21)};
    Side left{end_of("a.example", 11, top), {make_root(top), make_root(root())}};
    Side right{b(), {make_root(top), make_root(root())}};
    World off(left, right);
    CHECK(off.outcome() == "authentication_refused");
    CHECK(off.refused_by_right(Reason::CertificateUntrusted));
    right.ml_dsa = true;
    CHECK(World(left, right).outcome() == "ok");
}

}  // namespace xfrmd::tests
