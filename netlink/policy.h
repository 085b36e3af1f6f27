// What a policy is to the kernel: one entry of the SPD (RFC 4301 4.4.1) with the templates of the SAs that have to
// serve it. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netlink/sa.h"
#include "netlink/selector.h"

namespace xfrmd::netlink {

// Linux looks up `forward` for what came out of a tunnel and goes on to another host, `in` for what stays here.
// The numbers are linux/xfrm.h's, which an index carries.
enum class Direction : std::uint8_t { in = 0, out = 1, forward = 2 };

// All of it is the identity: policies that differ in one of these stand beside each other. Which of them a packet meets
// is decided by priority, and for equal ones by the kernel.
struct PolicyId {
    Direction direction = Direction::out;
    Selector selector;
    Mark mark = {};           // the packets that it is for
    std::uint32_t if_id = 0;  // of the xfrm interface that it is for
    friend bool operator==(const PolicyId&, const PolicyId&) = default;
};

// A strict order for maps; it means nothing else.
struct PolicyIdOrder {
    bool operator()(const PolicyId& a, const PolicyId& b) const;
};

// One SA that a packet has to go through, or to have come through.
struct Template {
    Mode mode = Mode::tunnel;
    std::uint8_t protocol = kEsp;
    Reqid reqid{};
    base::Address source;  // outer addresses, in the direction of the packets; transport mode takes the packet's own
    base::Address destination;
    Spi spi{};              // 0: any SA with this reqid
    bool optional = false;  // used where there is an SA; in: packets that were too short for IPComp come without
    friend bool operator==(const Template&, const Template&) = default;
};

enum class PolicyAction : std::uint8_t { allow, block };

// What the kernel takes, XFRM_MAX_DEPTH.
inline constexpr std::size_t kMostTemplates = 6;

struct PolicySpec {
    PolicyId id;
    std::uint32_t priority = 0;  // the kernel prefers the lowest
    PolicyAction action = PolicyAction::allow;
    // Innermost first: IPComp, ESP, AH. None at all: in the clear. All but the first are of transport mode, where
    // theirs is the first one's family outside.
    std::vector<Template> templates;
    // A number to delete the policy by, which is fast however many there are. Its lower three bits are the direction
    // (see policy_index()). 0 lets the kernel choose, which it also does, silently, where the number is taken; it
    // counts up from 8. One that replaces another keeps that one's index.
    std::uint32_t index = 0;
    bool asks_for_cpus = false;  // RFC 9611, out: for an SA for the CPU that a packet is on; it goes by another
    bool icmp = false;           // also ICMP errors about packets that it is for
    std::uint32_t offload_interface = 0;  // the index of the NIC that has the SAs, with OffloadKind::packet
    friend bool operator==(const PolicySpec&, const PolicySpec&) = default;
};

// What the kernel tells of a policy it has; `policy.index` is never 0.
struct PolicyState {
    PolicySpec policy;
    std::chrono::sys_seconds added;
    std::optional<std::chrono::sys_seconds> used;  // first; nullopt before any
};

// 0 where there is no template, as for a bypass or a block.
Reqid reqid_of(const PolicySpec& policy);

// An index for a policy of this direction, from a number of 1..2^29-1.
std::uint32_t policy_index(std::uint32_t number, Direction direction);

// What the kernel has in another way than it was asked for, in one word for the log: "priority", "templates", ...;
// empty where nothing. An index of 0 is any.
std::string difference(const PolicySpec& wanted, const PolicyState& had);

// "the out policy 10.1.0.0/24 === 10.2.0.0/24", behind it " mark 0x1/0xff" and " if_id 7" where it has them
std::string to_string(const PolicyId& id);

// strongSwan's numbers, for scripts that compare: 400000, less 512 for each prefix bit of both ends, 256 with a
// protocol, 4 for each bit of both port masks, 2 with an interface, and 1 as every policy but a trap. Lower is
// preferred.
std::uint32_t policy_priority(const Selector& selector);

}  // namespace xfrmd::netlink
