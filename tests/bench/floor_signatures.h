// The floor's part of certificates: the signature that the responder makes, and those that it checks.
#pragma once

#include <optional>
#include <string>

#include <botan/pubkey.h>
#include <botan/rng.h>

#include "tests/bench/fleet.h"

namespace xfrmd::bench {

class FloorSignatures {
public:
    FloorSignatures(std::string_view keys, bool peer_is_new, Botan::RandomNumberGenerator& rng);

    void run();
    // What certificate and signature add to a message.
    std::size_t octets() const { return certificate_octets_ + peer_signature_.size(); }

private:
    Fleet fleet_;
    std::string padding_;
    Botan::Signature_Format format_;
    Botan::RandomNumberGenerator& rng_;
    Botan::PK_Signer signer_;
    base::Bytes covered_;
    base::Bytes peer_key_;  // each peer has another, so it is read each time
    std::vector<std::uint8_t> peer_signature_;
    std::size_t certificate_octets_;
    std::optional<Botan::PK_Verifier> authority_;  // where the peer is new
    std::vector<std::uint8_t> authority_signature_;
};

}  // namespace xfrmd::bench
