#include <cerrno>

#include "netlink/xfrm_fields.h"
#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

std::optional<PolicyState> decode_state(const xfrm_userpolicy_info& in, PayloadReader& reader) {
    const auto type = reader.attribute_as<xfrm_userpolicy_type>(XFRMA_POLICY_TYPE);
    const auto selector = decode(in.sel);
    const auto direction = decode_direction(in.dir);
    if (!selector || !direction || (type && type->type != XFRM_POLICY_TYPE_MAIN)) return std::nullopt;
    PolicyState out;
    out.policy.id = {*direction, *selector, decode_mark(reader), decode_if_id(reader)};
    out.policy.priority = in.priority;
    out.policy.action = in.action == XFRM_POLICY_ALLOW ? PolicyAction::allow : PolicyAction::block;
    out.policy.templates = decode_templates(reader);
    out.policy.index = in.index;
    out.policy.icmp = (in.flags & XFRM_POLICY_ICMP) != 0;
    out.policy.asks_for_cpus = (in.flags & kPolicyAsksForCpus) != 0;
    const auto offload = reader.attribute_as<xfrm_user_offload>(XFRMA_OFFLOAD_DEV);
    if (offload) out.policy.offload_interface = static_cast<std::uint32_t>(offload->ifindex);
    out.added = decode_time(in.curlft.add_time);
    if (in.curlft.use_time != 0) out.used = decode_time(in.curlft.use_time);
    return out;
}

KernelResult<std::optional<PolicyState>> decode_policy(const Message& message) {
    if (message.type != XFRM_MSG_NEWPOLICY) return std::nullopt;
    PayloadReader reader(message.payload);
    const auto in = reader.fixed<xfrm_userpolicy_info>();
    auto state = decode_state(in, reader);
    if (!reader.ok()) return refused(EPROTO, "a malformed netlink answer");
    return state;
}

}  // namespace xfrmd::netlink
