// IPComp of a child SA on the wire (RFC 7296 2.22): whoever wants it names algorithms with the CPI it will receive on,
// the responder accepts one of them with a CPI of its own or says nothing. We speak DEFLATE (RFC 2394).
#pragma once

#include <optional>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

wire::Notify ipcomp_supported(ike::Cpi cpi);

// As responder: the peer's CPI of the first notify that we can accept. What names another algorithm, has a CPI that is
// not for negotiation, or is malformed, is no more than an offer we do not take.
std::optional<ike::Cpi> offered_cpi(const wire::Payloads& request);

// As initiator: the peer's CPI, nothing where IPComp is declined. Error: ResponderChoseUnofferedTransform (RFC 7296
// 2.22: an algorithm that was not proposed, or more than one).
base::Result<std::optional<ike::Cpi>> answered_cpi(const sa::ProposedChild& proposed, const wire::Payloads& answer);

}  // namespace xfrmd::ikev2::exchange
