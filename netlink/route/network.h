// The door to rtnetlink (RFC 3549 3.1): one port with two implementations, LinuxNetwork and MemoryNetwork, kept by the
// contract in tests/unit/route/contract.h. Calls are synchronous; one thread uses an instance. Errors are the kernel's
// (EPERM without CAP_NET_ADMIN) and those told at each call; netlink::answer_was_lost() applies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netlink/kernel_error.h"
#include "netlink/route/interfaces.h"

namespace xfrmd::netlink::route {

// Where routes of ours stand and how packets get there, as with strongSwan (charon.routing_table, routing_table_prio).
inline constexpr std::uint32_t kRouteTable = 220;
inline constexpr std::uint32_t kRulePriority = 220;
// Marks questions that are not to see our own table. RTM_GETROUTE has no way to leave out a table, and strongSwan lists
// them all for that; it asks the single question only with kernel-netlink.fwmark = !MARK, which we make the rule.
inline constexpr std::uint32_t kRouteMark = 220;
inline constexpr std::uint32_t kMainTable = 254;    // RT_TABLE_MAIN
inline constexpr std::uint8_t kStaticProtocol = 4;  // RTPROT_STATIC, as strongSwan has it
// What xfrm interfaces of ours have as their alias (IFLA_IFALIAS), by which any later process knows them.
inline constexpr std::string_view kOwnAlias = "xfrmd";
// What addresses that add_address() adds have as their protocol (IFA_PROTO); Linux's own numbers are small.
inline constexpr std::uint8_t kAddressProtocol = 88;

struct RouteQuestion {
    base::Address destination;
    std::optional<base::Address> source;  // of the same family; must be local for IPv4
    std::uint32_t mark = kRouteMark;      // kRouteMark: past our own table; 0: as an ordinary packet would go
};

struct RouteAnswer {
    base::Address source;                   // what the kernel would send from; the question's where it had one
    InterfaceIndex interface{};             // where it leaves
    std::optional<base::Address> next_hop;  // nullopt: on the link
    std::uint32_t table = 0;                // who knew; means nothing with `local`
    bool local = false;                     // the destination is this host
    friend bool operator==(const RouteAnswer&, const RouteAnswer&) = default;
};

struct RouteSpec {
    base::Prefix destination;  // host bits are ignored
    std::uint32_t table = kRouteTable;
    std::uint32_t metric = 0;  // 0: the kernel's default (0 for IPv4, 1024 for IPv6)
    std::uint8_t protocol = kStaticProtocol;
    std::optional<base::Address> source;   // an own address, which packets to there get
    std::optional<base::Address> gateway;  // nullopt: on the link
    std::string interface;                 // by name: an interface that is made again has another index
    std::uint32_t mtu = 0;                 // bytes; 0: the interface's
    friend bool operator==(const RouteSpec&, const RouteSpec&) = default;
};

// What the kernel tells routes apart by: it has one for each.
struct RouteId {
    base::Prefix destination;
    std::uint32_t table = 0;
    std::uint32_t metric = 0;
    friend bool operator==(const RouteId&, const RouteId&) = default;
};
RouteId id_of(const RouteSpec& route);
RouteId id_of(const RouteState& route);
// As the kernel will have it.
RouteState state_of(const RouteSpec& route, InterfaceIndex interface);

// "10.2.0.0/24 via 192.0.2.2 dev eth0 src 10.1.0.1 table 220"; of a state, without "dev".
std::string to_string(const RouteSpec& route);
std::string to_string(const RouteState& route);

// "220: not from all fwmark 0xdc lookup 220", for both families.
struct RuleSpec {
    std::uint32_t table = kRouteTable;
    std::uint32_t priority = kRulePriority;
    std::optional<std::uint32_t> except_mark = kRouteMark;  // nullopt: for all packets, ours included
    friend bool operator==(const RuleSpec&, const RuleSpec&) = default;
};

struct XfrmInterfaceSpec {
    std::string name;                     // 1..15 bytes without blanks and slashes
    std::uint32_t if_id = 0;              // not 0
    std::string underlying;               // a device's name, for offload and the MTU; may be empty
    std::uint32_t mtu = 0;                // bytes, 68..65535, with IPv6 addresses from 1280; 0: the kernel's choice
    std::vector<base::Prefix> addresses;  // with host bits: fd01::1/64
    friend bool operator==(const XfrmInterfaceSpec&, const XfrmInterfaceSpec&) = default;
};
struct XfrmInterface {
    InterfaceIndex index{};
    bool adopted = false;  // it was there already
};

class Network {
public:
    virtual ~Network() = default;

    // What was read by the last refresh() and learnt by observe() since; our own changes to links and addresses are
    // in it at once.
    const Interfaces& interfaces() const { return interfaces_; }
    // Every event of NetworkEvents belongs here. True where it was news about a link or an address.
    bool observe(const Event& event) { return interfaces_.apply(event); }
    // Reads all links and addresses anew: at the start, and after Overrun. On an error nothing has changed.
    virtual KernelResult<void> refresh() = 0;

    // One question, never a dump. ENETUNREACH, EHOSTUNREACH, EACCES: no route, or one that forbids, or an IPv4
    // source that is not local; EINVAL: a source of the other family. `table` is our own only where a rule of somebody
    // else's leads there for marked packets, too.
    virtual KernelResult<RouteAnswer> route_to(const RouteQuestion& question) = 0;

    // What stands then; adding what is there already changes nothing. In a table that is not one of Linux's own
    // (253..255), whatever stood for that destination and metric is replaced without a gap: such tables are the
    // daemon's. In Linux's own tables nobody's route is touched: EEXIST, even where it is the same. ENODEV: no such
    // interface; ENETDOWN: it is switched off; EINVAL: the source is not an own address; ENETUNREACH or EHOSTUNREACH:
    // the gateway cannot be reached over that interface.
    virtual KernelResult<RouteState> add_route(const RouteSpec& route) = 0;
    // Only a route that is exactly like this (of IPv6 ones Linux does not compare the source), whatever its interface
    // is called by now. One that is gone, or whose interface is, is no error.
    virtual KernelResult<void> delete_route(const RouteState& route) = 0;
    // Of both families, everybody's. For tables of our own, to find leftovers: EINVAL for Linux's own (253..255).
    virtual KernelResult<std::vector<RouteState>> list_routes(std::uint32_t table) = 0;

    // For both families, or for IPv4 alone where the kernel has no IPv6. One that is there already is used and stays
    // when we go. On an error no rule is left behind.
    virtual KernelResult<void> ensure_rule(const RuleSpec& rule) = 0;
    // Only what ensure_rule() of this instance made; nothing else, and no error where that is gone.
    virtual KernelResult<void> remove_rule(const RuleSpec& rule) = 0;

    // Makes it, marks it as ours (kOwnAlias), switches it on and gives it the addresses. One of ours of this name with
    // the same if_id and underlying device is adopted: MTU and addresses are brought in line, further addresses stay.
    // EEXIST: another interface has the name, or another xfrm interface the if_id, and is not touched; EINVAL: the
    // specification makes no sense; ENODEV: no such underlying device; EOPNOTSUPP: the kernel has no xfrm interfaces.
    // On an error one that was just made is removed again.
    virtual KernelResult<XfrmInterface> create_xfrm_interface(const XfrmInterfaceSpec& spec) = 0;
    // EEXIST where the name belongs to something that is not ours, which is not touched. One that is gone is no error.
    virtual KernelResult<void> delete_xfrm_interface(const std::string& name) = 0;

    // `address` with its host bits ("10.3.0.7/32"). Adding what is there, or deleting what is not, changes nothing.
    // IPv6 addresses are usable at once, without duplicate address detection: they are handed out by a peer. They are
    // deprecated, so that only packets get them that a route of ours gives them to. From Linux 5.18 on any later
    // process knows them as ours (LocalAddress::ours). ENODEV.
    virtual KernelResult<void> add_address(const std::string& interface, const base::Prefix& address) = 0;
    virtual KernelResult<void> delete_address(const std::string& interface, const base::Prefix& address) = 0;

protected:
    Interfaces interfaces_;
};

}  // namespace xfrmd::netlink::route
