#include "netlink/change_check.h"

#include <linux/xfrm.h>

#include <algorithm>

namespace xfrmd::netlink {

namespace {

// nullptr where all is well, else what is wrong.
using Complaint = const char*;

bool fits(const base::Prefix& prefix) { return prefix.length <= prefix.network.bits(); }
bool is_host(const base::Prefix& prefix) { return prefix.length == prefix.network.bits(); }

Complaint complaint(const Selector& selector) {
    if (selector.source.network.family() != selector.destination.network.family()) return "a selector of two families";
    if (!fits(selector.source) || !fits(selector.destination)) return "a prefix longer than its address";
    if (selector.interface > INT32_MAX) return "an interface beyond all";
    return nullptr;
}

Complaint complaint(const Mark& mark) { return (mark.value & ~mark.mask) != 0 ? "a mark outside its mask" : nullptr; }

Complaint complaint(const std::string& name, const base::SecretBytes& key) {
    if (name.empty()) return "an SA without algorithm";
    // The kernel's field is NUL-terminated.
    if (name.size() >= sizeof(xfrm_algo::alg_name)) return "an algorithm name without end";
    if (key.size() > kMostKeyBytes) return "a key without end";
    return nullptr;
}

Complaint complaint(const Aead& aead) { return complaint(aead.name, aead.key); }

Complaint complaint(const CipherAndMac& pair) {
    if (const Complaint bad = complaint(pair.cipher, pair.cipher_key)) return bad;
    if (!pair.mac.empty()) return complaint(pair.mac, pair.mac_key);
    return pair.mac_key.empty() ? nullptr : "a key for no MAC";
}

Complaint complaint(const Mac& mac) { return complaint(mac.name, mac.key); }
Complaint complaint(const Compression& compression) { return complaint(compression.name, {}); }

Complaint complaint(const SaId& id) {
    const auto spi = static_cast<std::uint32_t>(id.spi);
    switch (id.protocol) {
        case kEsp:
        case kAh:
            if (spi <= 255) return "a reserved SPI";  // RFC 4303 2.1, RFC 4302 2.4
            break;
        case kIpComp:
            if (spi == 0 || spi > UINT16_MAX) return "a CPI that is none";  // RFC 3173 3.3
            break;
        default:
            return "a protocol other than ESP, AH and IPComp";
    }
    return complaint(id.mark);
}

// What each protocol can do (RFC 4302, RFC 4303, RFC 3173), and what Linux does of it.
Complaint protocol_complaint(const SaSpec& sa) {
    const bool is_esp = sa.id.protocol == kEsp;
    const bool is_mac = std::holds_alternative<Mac>(sa.algorithms);
    const bool is_compression = std::holds_alternative<Compression>(sa.algorithms);
    if (is_mac != (sa.id.protocol == kAh) || is_compression != (sa.id.protocol == kIpComp)) {
        return "algorithms of another protocol";
    }
    if (sa.id.protocol == kIpComp && (sa.mode == Mode::beet || sa.esn)) return "more than IPComp can do";
    if (is_esp) return nullptr;
    if (sa.encapsulation) return "UDP encapsulation of something other than ESP";
    if (sa.tfc_bytes != 0) return "padding of something other than ESP";
    if (sa.mode == Mode::iptfs) return "IP-TFS of something other than ESP";
    return nullptr;
}

Complaint replay_complaint(const SaSpec& sa) {
    if (sa.replay_window > kLargestReplayWindow) return "a replay window above 4096";
    // RFC 4303 3.4.3: the window is what the upper half of the number is guessed from.
    if (sa.esn && sa.inbound && sa.replay_window == 0) return "extended sequence numbers without a replay window";
    return nullptr;
}

Complaint selector_complaint(const SaSpec& sa) {
    if (!sa.selector) return sa.mode == Mode::beet ? "BEET mode without addresses inside" : nullptr;
    if (const Complaint bad = complaint(*sa.selector)) return bad;
    switch (sa.mode) {
        case Mode::beet:
            return is_host(sa.selector->source) && is_host(sa.selector->destination)
                       ? nullptr
                       : "BEET mode between more than two hosts";
        case Mode::transport:
            return sa.selector->source.network.family() == sa.source.family() ? nullptr
                                                                              : "a selector of the other family";
        default:
            return "a selector on an SA in tunnel mode";
    }
}

Complaint encapsulation_complaint(const SaSpec& sa) {
    if (!sa.encapsulation) return sa.nat_keepalive.count() != 0 ? "NAT keepalives without UDP encapsulation" : nullptr;
    return sa.encapsulation->source_port == 0 || sa.encapsulation->destination_port == 0 ? "UDP port 0" : nullptr;
}

bool is_negative(const Limits& limits) { return limits.since_added.count() < 0 || limits.since_used.count() < 0; }

// A soft limit that the hard one comes before will never be told.
template <typename Number>
bool is_reversed(Number soft, Number hard) {
    return hard != Number{} && soft > hard;
}

Complaint complaint(const Lifetime& lifetime) {
    const auto& [soft, hard] = lifetime;
    if (is_negative(soft) || is_negative(hard)) return "a limit before the beginning";
    if (is_reversed(soft.bytes, hard.bytes) || is_reversed(soft.packets, hard.packets) ||
        is_reversed(soft.since_added, hard.since_added) || is_reversed(soft.since_used, hard.since_used)) {
        return "a soft limit behind the hard one";
    }
    return nullptr;
}

Complaint option_complaint(const SaSpec& sa) {
    if (sa.tfc_bytes != 0 && sa.mode != Mode::tunnel) return "padding outside tunnel mode";
    if (sa.nat_keepalive.count() < 0 || sa.nat_keepalive.count() > UINT32_MAX) return "an interval that is none";
    if (sa.offload && (sa.offload->interface == 0 || sa.offload->interface > INT32_MAX))
        return "offload to no interface";
    if (sa.cpu && *sa.cpu == UINT32_MAX) return "a CPU beyond all";
    if (const Complaint bad = complaint(sa.output_mark)) return bad;
    return complaint(sa.lifetime);
}

Complaint complaint(const SaSpec& sa) {
    if (sa.source.family() != sa.id.destination.family()) return "an SA between two families";
    if (const Complaint bad = complaint(sa.id)) return bad;
    if (const Complaint bad = protocol_complaint(sa)) return bad;
    if (const Complaint bad = encapsulation_complaint(sa)) return bad;
    if (const Complaint bad = replay_complaint(sa)) return bad;
    if (const Complaint bad = selector_complaint(sa)) return bad;
    if (const Complaint bad = option_complaint(sa)) return bad;
    return std::visit([](const auto& algorithms) { return complaint(algorithms); }, sa.algorithms);
}

Complaint complaint(const PolicyId& id) {
    if (const Complaint bad = complaint(id.mark)) return bad;
    return complaint(id.selector);
}

// `outside`: the family that packets have when they come to this template; it becomes what they leave with.
Complaint complaint(const Template& served_by, bool is_out, base::Family& outside) {
    const base::Family family = served_by.source.family();
    if (family != served_by.destination.family()) return "a template between two families";
    if (served_by.protocol != kEsp && served_by.protocol != kAh && served_by.protocol != kIpComp) {
        return "a template for another protocol than ESP, AH and IPComp";
    }
    if (served_by.mode == Mode::transport && family != outside) return "transport mode between two families";
    if (served_by.mode != Mode::transport && served_by.optional && is_out) return "an optional tunnel to send through";
    outside = family;
    return nullptr;
}

Complaint complaint(const PolicySpec& policy) {
    if (const Complaint bad = complaint(policy.id)) return bad;
    if (policy.index != 0 && policy.index != policy_index(policy.index >> 3, policy.id.direction)) {
        return "an index of another direction";
    }
    if (policy.templates.size() > kMostTemplates) return "more templates than there are";
    if (policy.action == PolicyAction::block && !policy.templates.empty()) return "templates for what is blocked";
    if (policy.offload_interface > INT32_MAX) return "an interface beyond all";
    base::Family outside = policy.id.selector.source.network.family();
    for (const Template& one : policy.templates) {
        const Complaint bad = complaint(one, policy.id.direction == Direction::out, outside);
        if (bad != nullptr) return bad;
    }
    return nullptr;
}

Complaint complaint(const AddSa& change) { return complaint(change.sa); }
Complaint complaint(const UpdateSa& change) { return complaint(change.sa); }
Complaint complaint(const DeleteSa& /*change*/) { return nullptr; }
Complaint complaint(const AddPolicy& change) { return complaint(change.policy); }
Complaint complaint(const UpdatePolicy& change) { return complaint(change.policy); }
Complaint complaint(const DeletePolicy& change) {
    if (change.index != 0 && change.index != policy_index(change.index >> 3, change.id.direction)) {
        return "an index of another direction";
    }
    return complaint(change.id);
}

}  // namespace

KernelResult<void> check(const Change& change) {
    const Complaint bad = std::visit([](const auto& one) { return complaint(one); }, change);
    if (bad != nullptr) return refused(EINVAL, bad);
    return {};
}

}  // namespace xfrmd::netlink
