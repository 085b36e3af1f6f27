// Who takes part in a benchmark with certificates: a CA, a gateway of its, and as many peers, each with a certificate
// of its own. All is the same each time, so that the process that writes the gateway's files and the one that plays the
// peers need nothing of each other.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/test_certificate.h"

namespace xfrmd::bench {

class Fleet {
public:
    // `keys`: "ecdsa-256", "rsa-2048" or "ed25519", the CA's as well. Throws std::runtime_error for others.
    explicit Fleet(std::string_view keys);

    crypto::Certificate authority() const;
    crypto::Certificate gateway() const;
    // Peers share a key: making thousands of RSA keys would take minutes, and the responder cannot know.
    crypto::Certificate peer(std::size_t number) const;
    const tests::TestKey& authority_key() const { return authority_.key; }
    const tests::TestKey& gateway_key() const { return gateway_key_; }
    const tests::TestKey& peer_key() const { return peer_key_; }

private:
    crypto::Certificate certificate(const std::string& name, std::uint64_t serial, const tests::TestKey& key) const;

    tests::TestIssuer authority_;
    tests::TestKey gateway_key_;
    tests::TestKey peer_key_;
};

// What they call themselves.
inline constexpr const char* kGatewayName = "gateway.bench.example";
std::string peer_name(std::size_t number);

}  // namespace xfrmd::bench
