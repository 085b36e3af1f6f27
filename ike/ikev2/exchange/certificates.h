// Certificates in IKE_AUTH (RFC 7296 3.6, 3.7; RFC 4945): which of ours go along, and which CAs a peer is asked for.
#pragma once

#include <vector>

#include "ike/crypto/credentials.h"
#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ikev2::exchange {

inline constexpr std::uint8_t kX509Signature = 4;  // RFC 7296 3.6
inline constexpr std::uint8_t kOcspContent = 14;   // RFC 4806 3.2

// Our key, and the certificate for it; nullptr: the peer has the key itself.
struct OwnKey {
    const crypto::PrivateKey* key;
    const crypto::Certificate* certificate;
};
// In the order in which they are to be tried: of several certificates first those of CAs that the peer asks for. Never
// empty. Error: NoPrivateKey.
base::Result<std::vector<OwnKey>> find_own_keys(const sa::Sa& sa, const Parties& parties,
                                                const std::vector<wire::CertificateRequest>& asked);

// Whether the peer is asked for OCSP responses: what nobody has asked for is not looked at (RFC 4806 4.1).
bool asks_for_status(const policy::Connection& connection);

// CERT+, as `send_cert` says: the end certificate, and those between it and an anchor; and where the peer asks for it,
// and `ocsp` allows, what our CA's responder says of it (RFC 4806). Error: AnswerAwaited.
base::Result<std::vector<wire::Payload>> certificates_for(sa::Step& step, const policy::Connection& connection,
                                                          const OwnKey& own,
                                                          const std::vector<wire::CertificateRequest>& asked);

// [CERTREQ]: the CAs that these connections' peers may be of. None where no peer is to sign, or it was not wanted.
std::vector<wire::Payload> certificate_request(const sa::Sa& sa,
                                               const std::vector<const policy::Connection*>& connections);

}  // namespace xfrmd::ikev2::exchange
