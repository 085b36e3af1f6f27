// Virtual addresses in IKE_AUTH (RFC 7296 2.19, 3.15): a client asks for them, a gateway gives them. `dynamic`
// selectors stand for them then.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// An IKE SA that asks for leases, or is given addresses, is their holder by this name.
policy::LeaseHolder holder_of(const sa::Sa& sa);
// What `dynamic` stands for at either end: the virtual addresses, or else the IKE SA's own.
std::vector<base::Address> local_hosts(const sa::Sa& sa);
std::vector<base::Address> remote_hosts(const sa::Sa& sa);
policy::TrafficSelectors resolve(const std::vector<policy::ConfiguredSelector>& configured,
                                 const std::vector<base::Address>& hosts);

// --- Client ---

// For the child that goes along with the request for addresses, which may be any.
std::vector<base::Address> hosts_to_come(const sa::Sa& sa);
// [CP(CFG_REQUEST)]
void append_address_request(const sa::Step& step, std::vector<wire::Payload>& payloads);
// Addresses of CP(CFG_REPLY), of families that were asked for, are the IKE SA's. What else it holds is of no use
// without one.
void take_addresses(sa::Step& step, const wire::Payloads& answer);
// What `dynamic` has come to. Errors: PeerRefused where addresses were asked for, and there are none;
// TrafficSelectorsUnacceptable.
base::Result<NegotiatedChild> narrow_to_addresses(const sa::Sa& sa, const policy::Child& child,
                                                  NegotiatedChild negotiated);

// --- Gateway ---

// Whom the peer is, is known: are there addresses for it? Error: AnswerAwaited, while it is not known.
base::Result<void> await_addresses(sa::Step& step, const policy::Connection& connection, const policy::Identity& peer,
                                   const wire::Payloads& request);
// [CP(CFG_REPLY)], once they have been awaited. Else what the peer is told, INTERNAL_ADDRESS_FAILURE or
// FAILED_CP_REQUIRED, and why: there is no child then.
struct NoAddress {
    wire::NotifyType tells{};
    std::string why;
};
tl::expected<void, NoAddress> give_addresses(sa::Step& step, const policy::Identity& peer,
                                             const wire::Payloads& request, std::vector<wire::Payload>& payloads);

inline constexpr std::size_t kMostAddresses = 16;  // of one IKE SA; a peer that asks for more gets these
inline constexpr std::size_t kMostNameServers = 8;
inline constexpr std::size_t kMostDomains = 32;

}  // namespace xfrmd::ikev2::exchange
