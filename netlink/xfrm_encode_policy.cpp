#include <linux/netlink.h>

#include "netlink/xfrm_fields.h"
#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

namespace {

void fill(xfrm_user_tmpl& out, const Template& served_by) {
    netlink::fill(out.id, SaId{served_by.destination, served_by.spi, served_by.protocol});
    out.saddr = encode(served_by.source);
    out.family = family_of(served_by.source);
    out.reqid = static_cast<std::uint32_t>(served_by.reqid);
    out.mode = encode(served_by.mode);
    out.optional = served_by.optional ? 1 : 0;
    out.aalgos = out.ealgos = out.calgos = ~0U;  // the SA was negotiated; the policy does not limit it further
}

void put_templates(const std::vector<Template>& templates, MessageBatch& batch) {
    if (templates.empty()) return;
    Zeroed<xfrm_user_tmpl[kMostTemplates]> out;
    for (std::size_t i = 0; i < templates.size(); ++i) fill(out.value[i], templates[i]);
    batch.attribute(XFRMA_TMPL, bytes_of(out.value).first(templates.size() * sizeof(xfrm_user_tmpl)));
}

void encode_policy(std::uint16_t type, std::uint16_t flags, const PolicySpec& policy, MessageBatch& batch) {
    Zeroed<xfrm_userpolicy_info> fixed;
    xfrm_userpolicy_info& out = fixed.value;
    netlink::fill(out.sel, policy.id.selector);
    netlink::fill(out.lft, Lifetime{});
    out.priority = policy.priority;
    out.index = policy.index;
    out.dir = encode(policy.id.direction);
    out.action = policy.action == PolicyAction::block ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
    out.flags = static_cast<std::uint8_t>((policy.icmp ? XFRM_POLICY_ICMP : 0) |
                                          (policy.asks_for_cpus ? kPolicyAsksForCpus : 0));
    out.share = XFRM_SHARE_ANY;
    batch.begin(type, flags, out);
    put_templates(policy.templates, batch);
    put_mark(policy.id.mark, batch);
    put_if_id(policy.id.if_id, batch);
    if (policy.offload_interface != 0) {
        Zeroed<xfrm_user_offload> offload;
        offload.value.ifindex = static_cast<int>(policy.offload_interface);
        offload.value.flags = XFRM_OFFLOAD_PACKET;
        batch.attribute(XFRMA_OFFLOAD_DEV, bytes_of(offload.value));
    }
}

void name_policy(std::uint16_t type, const PolicyId& id, std::uint32_t index, MessageBatch& batch) {
    Zeroed<xfrm_userpolicy_id> fixed;
    netlink::fill(fixed.value.sel, id.selector);
    fixed.value.index = index;
    fixed.value.dir = encode(id.direction);
    batch.begin(type, 0, fixed.value);
    put_mark(id.mark, batch);
    put_if_id(id.if_id, batch);
}

}  // namespace

void encode(const AddPolicy& change, MessageBatch& batch) {
    encode_policy(XFRM_MSG_NEWPOLICY, NLM_F_CREATE | NLM_F_EXCL, change.policy, batch);
}
void encode(const UpdatePolicy& change, MessageBatch& batch) {
    encode_policy(XFRM_MSG_UPDPOLICY, NLM_F_CREATE | NLM_F_REPLACE, change.policy, batch);
}
void encode(const DeletePolicy& change, MessageBatch& batch) {
    name_policy(XFRM_MSG_DELPOLICY, change.id, change.index, batch);
}

void encode_find_policy(const PolicyId& id, MessageBatch& batch) { name_policy(XFRM_MSG_GETPOLICY, id, 0, batch); }
void encode_list_policies(MessageBatch& batch) { batch.begin(XFRM_MSG_GETPOLICY, NLM_F_DUMP); }

}  // namespace xfrmd::netlink
