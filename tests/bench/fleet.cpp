#include "tests/bench/fleet.h"

#include <stdexcept>

namespace xfrmd::bench {

namespace {

using policy::KeyType;
using tests::TestKey;

// Valid whenever somebody measures.
constexpr crypto::WallClock kFrom = std::chrono::sys_days{std::chrono::year(2020) / 1 / 1};
constexpr crypto::WallClock kUntil = std::chrono::sys_days{std::chrono::year(2049) / 1 / 1};

TestKey make_key(std::string_view kind, std::uint64_t seed) {
    if (kind == "ecdsa-256") return TestKey::make(KeyType::ecdsa, 256, seed);
    if (kind == "rsa-2048") return TestKey::make(KeyType::rsa, 2048, seed);
    if (kind == "ed25519") return TestKey::make(KeyType::ed25519, 255, seed);
    throw std::runtime_error("no certificates with keys of the kind " + std::string(kind));
}

}  // namespace

std::string peer_name(std::size_t number) { return "c" + std::to_string(number) + ".bench.example"; }

Fleet::Fleet(std::string_view keys)
    : authority_{"C=CH, O=xfrmd bench, CN=CA", make_key(keys, 1)},
      gateway_key_(make_key(keys, 2)),
      peer_key_(make_key(keys, 3)) {}

crypto::Certificate Fleet::certificate(const std::string& name, std::uint64_t serial, const TestKey& key) const {
    tests::CertificateFields fields;
    fields.subject = "C=CH, O=xfrmd bench, CN=" + name;
    fields.serial = serial;
    fields.not_before = kFrom;
    fields.not_after = kUntil;
    fields.key_usage = tests::kDigitalSignature;
    fields.names = {name};
    return tests::make_certificate(fields, key, authority_);
}

crypto::Certificate Fleet::authority() const {
    tests::CertificateFields fields = tests::authority_fields(authority_.name);
    fields.not_before = kFrom;
    fields.not_after = kUntil;
    return tests::make_certificate(fields, authority_.key, authority_);
}

crypto::Certificate Fleet::gateway() const { return certificate(kGatewayName, 2, gateway_key_); }

crypto::Certificate Fleet::peer(std::size_t number) const {
    constexpr std::uint64_t kFirst = 1000;
    return certificate(peer_name(number), kFirst + number, peer_key_);
}

}  // namespace xfrmd::bench
