// Two gateways on a wire, 192.0.2.1 (`left`, a.example) and 192.0.2.2 (`right`, b.example), that want one tunnel; and
// one gateway facing a scripted peer. What most tests of the engine begin with.
#pragma once

#include <string>

#include "tests/support/policies.h"
#include "tests/support/scripted_peer.h"
#include "tests/support/virtual_wire.h"

namespace xfrmd::tests {

using base::Reason;
using ikev2::sa::PhaseId;

struct Gateways {
    explicit Gateways(const ConnectionWords& words = {}, ike::Options left_options = {},
                      ike::Options right_options = {});
    Gateways(const ConnectionWords& left_words, const ConnectionWords& right_words);
    Gateways(policy::Snapshot left_policy, policy::Snapshot right_policy, ike::Options left_options = {},
             ike::Options right_options = {});

    // left brings up `child` (or the first) and all datagrams arrive. The number of the operation.
    std::uint64_t connect(const std::string& child = {});
    // Empty where both have the same IKE SAs and the same children, in engine and kernel; else what differs.
    std::string disagreement() const;

    VirtualWire wire;
    Host& left;
    Host& right;
};

// Empty where engine and kernel of this host know the same children.
std::string disagreement_inside(const Host& host);
std::string disagreement_between(const Host& one, const Host& other);

// An engine at 192.0.2.1 that the scripted peer talks to.
struct Lonely {
    explicit Lonely(const ConnectionWords& words = {}, ike::Options options = {});
    explicit Lonely(policy::Snapshot configuration) : Lonely(ike::Options(), std::move(configuration)) {}
    Lonely(const ike::Options& options, policy::Snapshot configuration);

    // Delivers, and gives what the engine sent for it.
    std::vector<base::Bytes> tell(base::Bytes bytes);
    std::vector<base::Bytes> tell_from(const base::Endpoint& from, base::Bytes bytes);
    std::vector<base::Bytes> tell(const base::Endpoint& from, const base::Endpoint& to, base::Bytes bytes);
    // IKE_SA_INIT with the peer as initiator.
    void begin();
    // And IKE_AUTH.
    void establish();
    // The engine initiates and the peer answers IKE_SA_INIT; IKE_AUTH stands in `auth_request`.
    std::uint64_t be_called();
    std::uint64_t be_called(ike::Initiate wish);
    // And IKE_AUTH.
    std::uint64_t be_called_and_answer();

    // The one IKE SA there is, nullptr without any.
    const ikev2::sa::IkeSa* sa() const;

    VirtualWire wire;
    Host& host;
    ScriptedPeer peer;
    wire::Payloads auth_request;
};

// A response to that IKE_SA_INIT request with nothing but the notify.
base::Bytes refusal(base::ByteView request, const wire::Notify& notify);
// INVALID_KE_PAYLOAD (RFC 7296 3.10.1): the peer wants this group.
wire::Notify wanted_group(policy::KeyExchangeId group);

}  // namespace xfrmd::tests
