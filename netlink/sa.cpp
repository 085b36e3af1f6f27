#include "netlink/sa.h"

#include <array>
#include <cstdio>

namespace xfrmd::netlink {

namespace {

std::string to_text(Spi spi) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<std::uint32_t>(spi));
    return text.data();
}

std::string protocol_name(std::uint8_t protocol) {
    switch (protocol) {
        case kEsp:
            return "";
        case kAh:
            return "ah ";
        case kIpComp:
            return "ipcomp ";
        default:
            return "protocol " + std::to_string(protocol) + " ";
    }
}

// RFC 4303 3.4.3: the window is the receiver's affair, and IPComp has no numbers. Linux does extended sequence numbers
// with a window only, so a sender has the smallest one, unless the kernel knows that it sends.
std::uint32_t effective_window(const SaSpec& sa) {
    if (sa.id.protocol == kIpComp) return 0;
    if (sa.inbound) return sa.replay_window;
    return sa.esn && !tells_direction(sa) ? 1 : 0;
}

SaFlags effective_flags(const SaSpec& sa) {
    SaFlags flags = sa.flags;
    if (sa.inbound) {
        flags.copy_df = flags.copy_dscp_out = true;
        flags.sequence_may_wrap = false;
    } else {
        flags.copy_dscp_in = flags.icmp = false;
    }
    return flags;
}

// As the kernel tells it: nothing for a selector of everything.
std::optional<Selector> effective_selector(const std::optional<Selector>& selector) {
    return selector && !is_any(*selector) ? std::optional(canonical(*selector)) : std::nullopt;
}

}  // namespace

SaSpec clone(const SaSpec& sa) {
    SaSpec copy;
    static_cast<SaProperties&>(copy) = sa;
    copy.algorithms = clone(sa.algorithms);
    copy.inbound = sa.inbound;
    copy.tell_direction = sa.tell_direction;
    copy.acquire_sequence = sa.acquire_sequence;
    copy.iptfs = sa.iptfs;
    copy.progress = sa.progress;
    return copy;
}

bool tells_direction(const SaSpec& sa) {
    return sa.tell_direction || sa.cpu || sa.mode == Mode::iptfs || (!sa.inbound && sa.nat_keepalive.count() != 0);
}

SaProperties effective(const SaSpec& sa) {
    SaProperties kept = sa;
    kept.selector = effective_selector(sa.selector);
    kept.replay_window = effective_window(sa);
    kept.flags = effective_flags(sa);
    if (sa.inbound) {
        kept.tfc_bytes = 0;
        kept.nat_keepalive = {};
    }
    return kept;
}

bool is_larval(const SaState& sa) { return sa.algorithms == AlgorithmNames{}; }

std::string difference(const SaSpec& wanted, const SaState& had) {
    const SaProperties want = effective(wanted);
    if (want.id != had.id) return "identity";
    if (want.source != had.source) return "source";
    if (want.reqid != had.reqid) return "reqid";
    if (want.mode != had.mode) return "mode";
    if (want.if_id != had.if_id) return "if_id";
    if (want.encapsulation != had.encapsulation) return "encapsulation";
    if (want.selector != had.selector) return "selector";
    if (want.replay_window != had.replay_window) return "replay window";
    if (want.esn != had.esn) return "extended sequence numbers";
    if (want.flags != had.flags) return "flags";
    if (want.output_mark != had.output_mark) return "output mark";
    if (want.tfc_bytes != had.tfc_bytes) return "tfc padding";
    if (want.lifetime != had.lifetime) return "lifetime";
    if (want.cpu != had.cpu) return "cpu";
    if (names_of(wanted.algorithms) != had.algorithms) return "algorithms";
    return {};
}

std::string to_string(const SaId& id) {
    std::string text = id.destination.to_string() + " " + protocol_name(id.protocol) + "spi " + to_text(id.spi);
    if (id.mark.mask != 0) text += " " + to_string(id.mark);
    return text;
}

std::string to_string(const SaProperties& sa) { return sa.source.to_string() + " -> " + to_string(sa.id); }

}  // namespace xfrmd::netlink
