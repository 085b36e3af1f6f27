// Sending within an IKE SA: headers, message ids, the Encrypted payload, the non-ESP marker. The one place that seals
// and opens (RFC 7296 3.1, 3.14; RFC 3948 2.2).
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// The bytes as they go on the wire from `local`: with four zero bytes in front on the NAT traversal port.
base::Bytes with_marker(const sa::Step& step, const base::Endpoint& local, base::Bytes message);

wire::Header request_header(const sa::Step& step, wire::ExchangeType exchange);
wire::Header response_header(const sa::Sa& sa, wire::ExchangeType exchange, wire::MessageId id);

base::Bytes protect(sa::Keyed& keyed, base::Random& random, wire::Header header,
                    const std::vector<wire::Payload>& payloads);

// Decrypts: the inner payloads, unless they are in fragments and more of these are to come. Errors:
// EncryptedPayloadMalformed, IntegrityCheckFailed, FragmentInvalid.
base::Result<std::optional<sa::InnerChain>> unprotect(const sa::Step& step, sa::Keyed& keyed,
                                                      const wire::Received& received);
// Whether it is the peer's. The same errors.
base::Result<void> check_authentic(crypto::SkCipher& inbound, const wire::Encrypted& encrypted);
// What AUTH will cover of an IKE_INTERMEDIATE message (RFC 9242 3.3.2); empty of any other.
base::Bytes covered_by_auth(const wire::Header& header, const sa::InnerChain& inner);
// The same of one that is sent.
base::Bytes covered_by_auth(const wire::Header& header, const std::vector<wire::Payload>& payloads);

// Sends the next request of ours and starts its retransmission. The window must be idle.
void send_request(sa::Step& step, sa::Keyed& keyed, wire::ExchangeType exchange,
                  const std::vector<wire::Payload>& payloads);
// Answers the request that was accepted last, and keeps the answer for its repetition.
void send_response(sa::Step& step, sa::Keyed& keyed, wire::ExchangeType exchange,
                   const std::vector<wire::Payload>& payloads);

// A notify about the IKE SA itself (RFC 7296 3.10: protocol 0, no SPI).
wire::Notify notify(wire::NotifyType type, base::Bytes data = {});
// An error that no notify is for is our own trouble, and the peer is told TEMPORARY_FAILURE.
wire::Notify notify(const base::Error& error);

}  // namespace xfrmd::ikev2::exchange
