// A scripted peer that proves who it is with a certificate, and the gateway that wants it to: of a CA below the root
// that the gateway trusts. The same each time.
#pragma once

#include "ike/crypto/private_key.h"
#include "ike/inputs.h"
#include "tests/support/scripted_peer.h"
#include "tests/support/test_certificate.h"

namespace xfrmd::tests {

class Certified {
public:
    Certified();

    // a.example at 192.0.2.1 has a certificate of the root and wants one of its peer at 192.0.2.2. `peer_id`: whose;
    // "": anybody's. `has_key`: that of its own certificate.
    policy::Snapshot gateway(const std::string& peer_id = "b.example", bool has_key = true) const;

    // The peer's: FQDN b.example, 192.0.2.2, and its subject.
    const crypto::Certificate& end() const { return end_; }
    const crypto::Certificate& between() const { return between_; }
    std::vector<wire::Certificate> path() const;
    // AUTH of method 14 with the peer's key, for whom it says it is.
    wire::Authentication sign(const ScriptedPeer& peer, const wire::Identification& identification) const;
    // auth_request() and auth_response() of the peer, with the path and the signature.
    Payloads request(const ScriptedPeer& peer) const;
    Payloads response(const ScriptedPeer& peer, const wire::Payloads& request) const;

private:
    TestIssuer root_;
    TestIssuer middle_;
    TestKey gateway_key_;
    TestKey peer_key_;
    crypto::Certificate authority_;
    crypto::Certificate gateway_;
    crypto::Certificate between_;
    crypto::Certificate end_;
    crypto::PrivateKey peer_private_;
};

// Where certificates of tests are valid.
ike::TimeOfDay test_time_of_day(base::Instant now);

}  // namespace xfrmd::tests
