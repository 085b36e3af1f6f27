// What the operator asked for in one child of a connection: a child SA to negotiate (RFC 7296 1.3), or a shunt, which
// only passes or drops traffic. Every option has swanctl.conf's name, meaning and default.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "ike/policy/mark.h"
#include "ike/policy/proposal.h"
#include "ike/policy/traffic_selector.h"

namespace xfrmd::policy {

enum class Mode : std::uint8_t { tunnel, transport, beet, pass, drop };
enum class CopyDscp : std::uint8_t { out, in, yes, no };
// `automatic` is swanctl.conf's auto: packet, else crypto, else no.
enum class HwOffload : std::uint8_t { no, crypto, packet, automatic };

// Bits, as `trap|start` is both.
enum class StartAction : std::uint8_t { none = 0, trap = 1, start = 2, trap_and_start = 3 };
constexpr bool traps(StartAction action) { return (static_cast<unsigned>(action) & 1U) != 0; }
constexpr bool starts(StartAction action) { return (static_cast<unsigned>(action) & 2U) != 0; }

// tfc_padding = mtu: every packet as long as the path takes.
inline constexpr std::uint32_t kPadToMtu = std::numeric_limits<std::uint32_t>::max();

struct Child {
    std::string name;
    // Of a child SA one of them holds something, at most kMostProposals together; shunts have none.
    std::vector<Proposal> ah_proposals;
    std::vector<Proposal> esp_proposals;
    bool sha256_96 = false;  // HMAC-SHA-256-128 is cut to 96 bits in the kernel, which is not negotiated

    // Never empty. `dynamic` of a shunt stands for any address.
    std::vector<ConfiguredSelector> local_ts;
    std::vector<ConfiguredSelector> remote_ts;
    Mode mode = Mode::tunnel;
    StartAction start_action = StartAction::none;  // when it is loaded
    StartAction dpd_action = StartAction::none;    // when the peer has fallen silent
    StartAction close_action = StartAction::none;  // when the peer has deleted it
    std::uint32_t replay_window = 32;              // packets, 0..4096; never 0 where ESN is proposed (RFC 4303 3.4.3)

    // Soft limits (another SA is negotiated), hard ones (it ends), and what is at most taken off the soft ones at
    // random, so that many SAs do not meet. 0 is none; the loader fills in strongSwan's defaults.
    std::chrono::seconds rekey_time{0};
    std::chrono::seconds life_time{0};
    std::chrono::seconds rand_time{0};
    std::chrono::seconds inactivity{0};  // it is deleted after this time without a packet in or out; 0: never
    std::uint64_t rekey_bytes = 0;
    std::uint64_t life_bytes = 0;
    std::uint64_t rand_bytes = 0;
    std::uint64_t rekey_packets = 0;
    std::uint64_t life_packets = 0;
    std::uint64_t rand_packets = 0;

    bool policies = true;           // install policies, not states alone
    bool policies_fwd_out = false;  // a forward policy for outbound traffic, too
    std::uint32_t priority = 0;     // of policies, the lowest first; 0: by how narrow the selectors are
    std::uint32_t reqid = 0;        // 0: chosen by us
    std::string interface;          // that policies are bound to; empty: none

    Mark mark_in;             // of inbound policies, and of inbound states where mark_in_sa says so
    Mark mark_out;            // of outbound policies and states
    bool mark_in_sa = false;  // the inbound state takes packets with mark_in only
    Mark set_mark_in;         // put on packets that an SA has processed
    Mark set_mark_out;
    InterfaceId if_id_in;  // none: the connection's
    InterfaceId if_id_out;

    std::string updown;       // a command line for /bin/sh when it comes up and when it goes; empty: none
    bool hostaccess = false;  // told to that command

    bool ipcomp = false;
    std::uint32_t tfc_padding = 0;  // bytes that outbound ESP packets are padded to, or kPadToMtu; 0: not at all
    HwOffload hw_offload = HwOffload::no;
    bool per_cpu_sas = false;  // RFC 9611: beside the one for all CPUs, one for each that has packets
    bool copy_df = true;
    bool copy_ecn = true;
    CopyDscp copy_dscp = CopyDscp::out;  // between inner and outer header: on the way out, in, both or neither

    bool is_shunt() const { return mode == Mode::pass || mode == Mode::drop; }
    // A selector depends on who the peer is.
    bool is_dynamic() const;
    // What is negotiated: one list for both protocols, ESP first as it keeps secrets.
    std::vector<Proposal> proposals() const;
    friend bool operator==(const Child&, const Child&) = default;
};

}  // namespace xfrmd::policy
