#include "daemon/tunnel_options.h"

#include <net/if.h>

#include <variant>

namespace xfrmd::daemon {

namespace {

using policy::NumberKind;

bool is_unique(NumberKind kind) { return kind == NumberKind::unique || kind == NumberKind::unique_dir; }

netlink::Mark mark_of(const policy::Mark& mark, std::uint32_t chosen) {
    if (!mark.is_set()) return {};
    return {(mark.kind == NumberKind::given ? mark.value : chosen) & mark.mask, mark.mask};
}

// %same: the value that packets of this direction are matched by.
netlink::Mark output_mark_of(const policy::Mark& mark, const netlink::Mark& matched, std::uint32_t chosen) {
    return mark_of(mark, mark.kind == NumberKind::same ? matched.value : chosen);
}

std::uint32_t id_of(const policy::InterfaceId& id, std::uint32_t chosen) {
    return id.kind == NumberKind::given ? id.value : chosen;
}

void set_marks(netlink::TunnelSpec& spec, const policy::Child& child, const UniqueNumbers::Pair& chosen,
               const UniqueNumbers::Pair& set) {
    spec.policy.mark_in = mark_of(child.mark_in, chosen.in);
    spec.policy.mark_out = mark_of(child.mark_out, chosen.out);
    spec.sa.mark_in_sa = child.mark_in_sa;
    spec.sa.output_mark_in = output_mark_of(child.set_mark_in, spec.policy.mark_in, set.in);
    spec.sa.output_mark_out = output_mark_of(child.set_mark_out, spec.policy.mark_out, set.out);
}

void set_interface_ids(netlink::TunnelSpec& spec, const policy::Child& child, const UniqueNumbers::Pair& common,
                       const UniqueNumbers::Pair& chosen) {
    spec.policy.if_id_in = child.if_id_in.is_set() ? id_of(child.if_id_in, chosen.in) : common.in;
    spec.policy.if_id_out = child.if_id_out.is_set() ? id_of(child.if_id_out, chosen.out) : common.out;
}

netlink::Limits hard_limits_of(const policy::Child& child) {
    netlink::Limits limits;
    limits.since_added = child.life_time;
    limits.bytes = child.life_bytes;
    limits.packets = child.life_packets;
    return limits;
}

netlink::SaFlags flags_of(const policy::Child& child) {
    netlink::SaFlags flags;
    flags.copy_df = child.copy_df;
    flags.copy_ecn = child.copy_ecn;
    flags.copy_dscp_in = child.copy_dscp == policy::CopyDscp::in || child.copy_dscp == policy::CopyDscp::yes;
    flags.copy_dscp_out = child.copy_dscp == policy::CopyDscp::out || child.copy_dscp == policy::CopyDscp::yes;
    return flags;
}

// sha256_96: some peers cut HMAC-SHA-256 as its first draft did.
void cut_sha256(netlink::Algorithms& algorithms) {
    constexpr std::uint32_t kOfTheDraft = 96;
    if (auto* pair = std::get_if<netlink::CipherAndMac>(&algorithms); pair != nullptr && pair->mac == "hmac(sha256)") {
        pair->icv_bits = kOfTheDraft;
    }
    if (auto* mac = std::get_if<netlink::Mac>(&algorithms); mac != nullptr && mac->name == "hmac(sha256)") {
        mac->icv_bits = kOfTheDraft;
    }
}

}  // namespace

UniqueNumbers::Pair UniqueNumbers::next(NumberKind in, NumberKind out) {
    Pair pair;
    if (is_unique(in) || is_unique(out)) pair.in = pair.out = ++last_;
    if (in == NumberKind::unique_dir || out == NumberKind::unique_dir) pair.out = ++last_;
    return pair;
}

UniqueNumbers::Pair UniqueNumbers::of_ike_sa(ike::IkeSaId ike_sa, const policy::Connection& connection) {
    const policy::InterfaceId& in = connection.if_id_in;
    const policy::InterfaceId& out = connection.if_id_out;
    if (!is_unique(in.kind) && !is_unique(out.kind)) return {in.value, out.value};
    const auto [found, is_new] = of_ike_sas_.try_emplace(ike_sa);
    Shared& shared = found->second;
    if (is_new) {
        const Pair chosen = next(in.kind, out.kind);
        shared.pair = {id_of(in, chosen.in), id_of(out, chosen.out)};
    }
    ++shared.uses;
    return shared.pair;
}

void UniqueNumbers::release(ike::IkeSaId ike_sa) {
    const auto found = of_ike_sas_.find(ike_sa);
    if (found != of_ike_sas_.end() && --found->second.uses == 0) of_ike_sas_.erase(found);
}

UniqueNumbers::OfChild UniqueNumbers::of_child(const policy::Child& child) {
    OfChild chosen;
    chosen.marks = next(child.mark_in.kind, child.mark_out.kind);
    chosen.set_marks = next(child.set_mark_in.kind, child.set_mark_out.kind);
    chosen.interface_ids = next(child.if_id_in.kind, child.if_id_out.kind);
    return chosen;
}

netlink::Mode kernel_mode(policy::Mode mode) {
    if (mode == policy::Mode::transport) return netlink::Mode::transport;
    return mode == policy::Mode::beet ? netlink::Mode::beet : netlink::Mode::tunnel;
}

base::Result<void> set_policy_options(netlink::PolicyOptions& options, const policy::Connection& connection,
                                      const policy::Child& child) {
    options.install = child.policies;
    options.forward_out = child.policies_fwd_out;
    options.priority = child.priority;
    if (child.mark_in.kind == NumberKind::given) options.mark_in = mark_of(child.mark_in, 0);
    if (child.mark_out.kind == NumberKind::given) options.mark_out = mark_of(child.mark_out, 0);
    options.if_id_in = id_of(child.if_id_in.is_set() ? child.if_id_in : connection.if_id_in, 0);
    options.if_id_out = id_of(child.if_id_out.is_set() ? child.if_id_out : connection.if_id_out, 0);
    if (child.interface.empty()) return {};
    options.interface = if_nametoindex(child.interface.c_str());
    if (options.interface != 0) return {};
    return base::fail(base::Reason::ConfigurationInvalid, "there is no interface " + child.interface);
}

base::Result<void> set_options(netlink::TunnelSpec& spec, const policy::Connection& connection,
                               const policy::Child& child, const UniqueNumbers::Pair& common,
                               const UniqueNumbers::OfChild& chosen) {
    const auto set = set_policy_options(spec.policy, connection, child);
    set_marks(spec, child, chosen.marks, chosen.set_marks);
    set_interface_ids(spec, child, common, chosen.interface_ids);
    spec.sa.lifetime.hard = hard_limits_of(child);
    spec.sa.flags = flags_of(child);
    spec.sa.tfc_bytes = child.tfc_padding;  // the kernel pads no further than the path's MTU
    spec.replay_window = child.replay_window;
    if (child.reqid != 0) spec.reqid = netlink::Reqid{child.reqid};
    if (child.sha256_96) {
        cut_sha256(spec.algorithms_in);
        cut_sha256(spec.algorithms_out);
    }
    return set;
}

}  // namespace xfrmd::daemon
