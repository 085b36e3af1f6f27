// What an engine wants done. The daemon (or a simulation) runs actions in order; those that have an answer get it back
// as an input later, or never if the SA has gone meanwhile. Nothing here blocks, and nothing refers to engine memory.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/address_actions.h"
#include "ike/attempt.h"
#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/result.h"
#include "ike/child_install.h"
#include "ike/enquiries.h"
#include "ike/peer_news.h"

namespace xfrmd::ike {

// Bytes exactly as they go on the wire, non-ESP marker included (RFC 3948 2.2).
struct SendDatagram {
    base::Endpoint local;
    base::Endpoint remote;
    base::Bytes bytes;
    std::uint8_t dscp = 0;
};

// Answered by ChildInstalled.
struct InstallChild {
    ChildInstall child;
};

// The peer has the child for sure: packets go out on it from now on. Not answered. For children with defer_outbound.
struct UseChild {
    ChildSaId child{};
};

// The IKE SA's endpoints have changed, and with them the child's (RFC 7296 2.23, RFC 4555 3.5): outer addresses, and
// the ports of UDP encapsulation, which may have come or gone. Not answered: a child that cannot follow is lost, and
// the daemon wants another one. There is nothing to do for one that is not there.
struct MoveChild {
    ChildSaId child{};
    base::Endpoint local;
    base::Endpoint remote;
    bool udp_encapsulation = false;
};

// The peer does not answer where it was, or sends us to another gateway (RFC 5685): how would that be reached? Answered
// by UsePath, or not where there is no way.
struct SeekPath {
    IkeSaId ike_sa{};
    base::Address remote;
};

// Not answered. Not given once ChildInstalled has said that the child failed: the installer undid that itself. Before
// that answer it may come for any child; actions are run in order, and there is nothing to do for one that is not
// there.
struct RemoveChild {
    ChildSaId child{};
};

// Answered by ChildrenUsed. Not given all the time, but when the answer decides something.
struct QueryUse {
    IkeSaId ike_sa{};
    std::vector<ChildSaId> children;
};

// An input for all other engines, where there are several.
struct TellEngines {
    PeerNews news;
};

// A child that the peer's silence or its Delete has ended, and that its dpd_action or close_action wants back. Not
// answered.
struct ReviveChild {
    std::string connection;
    std::string child;
    policy::StartAction action{};
};

// An operation asked for with an OperationId has ended, well or badly. Given exactly once for each.
struct OperationDone {
    OperationId operation{};
    IkeSaId ike_sa{};
    ChildSaId child{};
    base::Result<void> result;
    bool existed = false;  // what was asked for was there already
};

enum class Level : std::uint8_t { debug, info, warning, error };

enum class Turn : std::uint8_t {
    none,
    ike_established,
    ike_rekeyed,
    ike_closed,
    ike_failed,  // before it was established
    child_installed,
    child_rekeyed,
    child_removed,
    child_failed,
};

// A turn in the life of an SA, for whoever follows it. Attempts of strangers are none: nobody knows yet who they are.
struct Milestone {
    Turn turn = Turn::none;
    ChildSaId child{};  // of a child's: its number (ChildSa::number); none where it never had one
    std::string child_name = {};
    std::optional<Attempt> attempt = {};  // of ike_failed, where the peer has said something
};

// One sentence for the log, with what it is about. `reason` stands where something went wrong; it is also a counter's
// name. `unproven`: anybody may have caused it, for no peer has been authenticated.
struct Report {
    Level level = Level::info;
    IkeSaId ike_sa{};
    std::string connection;  // empty while not known
    std::optional<base::Reason> reason;
    std::string text;
    bool unproven = false;
    Milestone milestone = {};
    IkeSaId own_id = {};  // of this very IKE SA: none that takes its place has it
};

using Action = std::variant<SendDatagram, InstallChild, UseChild, MoveChild, SeekPath, RemoveChild, QueryUse,
                            TellEngines, ReviveChild, Fetch, Sign, LeaseAddresses, ReturnAddresses, MoveLeases,
                            HoldAddresses, DropAddresses, OperationDone, Report>;
using Actions = std::vector<Action>;

}  // namespace xfrmd::ike
