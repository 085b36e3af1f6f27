// Certificates in IKE_AUTH (RFC 7296 3.6, 3.7; RFC 4945): which of ours go along, which CAs a peer is asked for, and
// whose key it is that a peer has signed with.
#pragma once

#include <vector>

#include "ike/crypto/credentials.h"
#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ikev2::exchange {

// Our key, and the certificate for it; nullptr: the peer has the key itself.
struct OwnKey {
    const crypto::PrivateKey* key;
    const crypto::Certificate* certificate;
};
// Of several certificates one that is of a CA that the peer asks for, if any is. Error: NoPrivateKey.
base::Result<OwnKey> find_own_key(const sa::Sa& sa, const Parties& parties,
                                  const std::vector<wire::CertificateRequest>& asked);

// CERT+, as `send_cert` says: the end certificate, and those between it and an anchor.
std::vector<wire::Payload> certificates_for(const sa::Sa& sa, const policy::Connection& connection, const OwnKey& own,
                                            const std::vector<wire::CertificateRequest>& asked);

// [CERTREQ]: the CAs that these connections' peers may be of. None where no peer is to sign, or it was not wanted.
std::vector<wire::Payload> certificate_request(const sa::Sa& sa,
                                               const std::vector<const policy::Connection*>& connections);

// The public keys that may be the peer's: of the certificate that it has sent, which is checked and has to name it, or
// else those that the configuration has for it. Errors: CertificateMalformed, CertificateUntrusted,
// AuthenticationFailed (no key for this identity, or the certificate names somebody else), PayloadCountExceeded.
base::Result<std::vector<crypto::PublicKey>> find_peer_keys(sa::Step& step, const Parties& parties,
                                                            const PeerProof& proof);

}  // namespace xfrmd::ikev2::exchange
