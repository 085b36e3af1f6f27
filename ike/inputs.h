// What an engine is told: datagrams, an operator's wishes, answers to its actions, the passing of time. Views in a
// Datagram are borrowed for the length of the call.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/instant.h"
#include "ike/base/result.h"
#include "ike/child_install.h"
#include "ike/child_use.h"
#include "ike/enquiries.h"
#include "ike/peer_news.h"
#include "ike/policy/configuration.h"

namespace xfrmd::ike {

struct Datagram {
    base::Endpoint local;
    base::Endpoint remote;
    base::ByteView bytes;
};

// Bring up a child, and the IKE SA for it where there is none. Ends with OperationDone.
struct Initiate {
    OperationId operation{};
    std::string connection;
    std::string child;    // empty: the IKE SA with the first child
    base::Address local;  // our address towards this peer, as routing says; the core asks nobody
    base::Address remote;
    IkeSaId ike_sa = IkeSaId::none;  // in this one only; its addresses are known
    std::optional<policy::TriggeringPacket> packet = {};
    std::optional<std::uint32_t> cpu = {};  // RFC 9611: one for this CPU, beside the one for all of them
    // The kernel still has SAs with this peer from before a crash, which INITIAL_CONTACT would end (RFC 7296 2.4).
    bool has_inherited_sas = false;
    // An IKE SA that is there serves where these are its ends; any: whatever they are.
    base::Address wanted_local = {};
    base::Address wanted_remote = {};
};

// Delete an IKE SA, or one child of it. `force` does not wait for the peer's answer (a Delete is still sent).
struct Clear {
    OperationId operation{};
    IkeSaId ike_sa{};
    ChildSaId child{};  // none: the IKE SA with all its children; else its number, or that of one it has replaced
    bool force = false;
    bool this_very_child = false;  // and none that has replaced it
};

// Replace an IKE SA's keys, or a child, by new ones (RFC 7296 1.3.2, 1.3.3). Ends with OperationDone.
struct Rekey {
    OperationId operation{};
    IkeSaId ike_sa{};
    ChildSaId child{};  // none: the IKE SA; else as of Clear
    // The IKE SA, where we have begun it: in another one by authenticating again (RFC 7296 2.8.3), without an
    // operation.
    bool authenticates = false;
};

// Send the peer to another gateway (RFC 5685 5). Ends with OperationDone when the peer has heard it; where it does not
// delete the IKE SA in time then, we do. Error: RedirectUnacceptable of a peer that has not said that it follows.
struct Redirect {
    OperationId operation{};
    IkeSaId ike_sa{};
    base::Address gateway;
};

// A child has come near the end of what its SAs may carry; said by the kernel.
struct ChildExpiring {
    IkeSaId ike_sa{};
    ChildSaId child{};
};

// Packets of a child came from another place than its SAs say, and were authentic; said by the kernel.
struct PeerMoved {
    IkeSaId ike_sa{};
    ChildSaId child{};
    base::Endpoint remote;
};

// The way to this peer by our routing: because something has changed in it, or in answer to SeekPath.
struct UsePath {
    IkeSaId ike_sa{};
    base::Address local;
    base::Address remote;
    bool sought = false;
};

// This host's addresses that peers may be told, the best first (RFC 4555 3.4): eight of them are, of those that the
// connection names.
struct OwnAddresses {
    std::vector<base::Address> addresses;
};

// What the wall clock read, or would have, at the start of Instants: certificates are valid by it. Told anew now and
// then, as it may be set.
struct TimeOfDay {
    std::chrono::sys_time<base::Duration> start;
};

struct ChildInstalled {
    IkeSaId ike_sa{};
    ChildSaId child{};
    base::Result<void> result;  // KernelRefused with the kernel's words
};

// Those that the kernel still has, whichever have been asked for.
struct ChildrenUsed {
    IkeSaId ike_sa{};
    std::vector<ChildUse> children;
};

// IKE SAs that stand live on, with their connection as it is now unless anything but its children has changed; those
// that are on their way go on with unchanged connections only. Whom a change ends, the caller clears.
struct Reconfigure {
    policy::Snapshot configuration;
};

// Whether somebody reads why datagrams are dropped; as Options::explain_drops, until it is told anew.
struct ExplainDrops {
    bool explains = false;
};

struct TimePassed {};

// PeerNews: what another engine has given as TellEngines.
using Input = std::variant<Datagram, Initiate, Clear, Rekey, Redirect, ChildExpiring, PeerMoved, UsePath, OwnAddresses,
                           TimeOfDay, ChildInstalled, ChildrenUsed, Fetched, Signed, Leased, PeerNews, Reconfigure,
                           ExplainDrops, TimePassed>;

}  // namespace xfrmd::ike
