#include <arpa/inet.h>

#include "netlink/events.h"
#include "netlink/xfrm_fields.h"

namespace xfrmd::netlink {

namespace {

using MaybeEvent = std::optional<Event>;

MaybeEvent decode_acquire(PayloadReader& reader) {
    const auto in = reader.fixed<xfrm_user_acquire>();
    // The attributes, but for the CPU, are the policy's.
    const auto policy = decode_state(in.policy, reader);
    const auto packet = decode(in.sel);
    AcquireEvent out;
    out.cpu = reader.attribute_as<std::uint32_t>(kSaCpuAttribute);
    if (!policy || !packet) return std::nullopt;
    out.sequence = in.seq;
    out.policy = policy->policy.id;
    out.policy_index = policy->policy.index;
    out.packet = *packet;
    out.templates = policy->policy.templates;
    if (!out.templates.empty()) {
        // The kernel does not tell the family of the outer addresses, but all templates end up in the first one's.
        const std::uint16_t family = family_of(out.templates.front().destination);
        out.source = decode(in.saddr, family).value_or(base::Address());
        out.destination = decode(in.id.daddr, family).value_or(base::Address());
    }
    return out;
}

MaybeEvent decode_expire(PayloadReader& reader) {
    const auto in = reader.fixed<xfrm_user_expire>();
    const auto state = decode_state(in.state, reader);
    if (!state) return std::nullopt;
    return ExpireEvent{state->id, state->reqid, in.hard != 0, state->cpu};
}

MaybeEvent decode_mapping(PayloadReader& reader) {
    const auto in = reader.fixed<xfrm_user_mapping>();
    const auto id = decode_id(in.id, {});
    const auto source = decode(in.new_saddr, in.id.family);
    if (!id || !source) return std::nullopt;
    return MappingEvent{*id, Reqid{in.reqid}, *source, ntohs(in.new_sport)};
}

MaybeEvent decode_sa_change(PayloadReader& reader, ChangeOfEntry change) {
    const auto in = reader.fixed<xfrm_usersa_info>();
    const auto state = decode_state(in, reader);
    if (!state) return std::nullopt;
    return SaChangeEvent{state->id, change};
}

// What was deleted is named, and its rest comes as attributes.
MaybeEvent decode_sa_deletion(PayloadReader& reader) {
    const auto in = reader.fixed<xfrm_usersa_id>();
    const auto id = decode_id(in, decode_mark(reader));
    if (!id) return std::nullopt;
    return SaChangeEvent{*id, ChangeOfEntry::deleted};
}

MaybeEvent decode_policy_change(PayloadReader& reader, ChangeOfEntry change) {
    const auto in = reader.fixed<xfrm_userpolicy_info>();
    const auto state = decode_state(in, reader);
    if (!state) return std::nullopt;
    return PolicyChangeEvent{state->policy.id, state->policy.index, change};
}

MaybeEvent decode_policy_deletion(PayloadReader& reader) {
    (void)reader.fixed<xfrm_userpolicy_id>();
    const auto in = reader.attribute_as<xfrm_userpolicy_info>(XFRMA_POLICY);
    const auto state = in ? decode_state(*in, reader) : std::nullopt;
    if (!state) return std::nullopt;
    return PolicyChangeEvent{state->policy.id, state->policy.index, ChangeOfEntry::deleted};
}

MaybeEvent decode_payload(std::uint16_t type, PayloadReader& reader) {
    switch (type) {
        case XFRM_MSG_ACQUIRE:
            return decode_acquire(reader);
        case XFRM_MSG_EXPIRE:
            return decode_expire(reader);
        case XFRM_MSG_MAPPING:
            return decode_mapping(reader);
        case XFRM_MSG_NEWSA:
            return decode_sa_change(reader, ChangeOfEntry::added);
        case XFRM_MSG_UPDSA:
            return decode_sa_change(reader, ChangeOfEntry::updated);
        case XFRM_MSG_DELSA:
            return decode_sa_deletion(reader);
        case XFRM_MSG_FLUSHSA:
            return SaFlushEvent{reader.fixed<xfrm_usersa_flush>().proto};
        case XFRM_MSG_NEWPOLICY:
            return decode_policy_change(reader, ChangeOfEntry::added);
        case XFRM_MSG_UPDPOLICY:
            return decode_policy_change(reader, ChangeOfEntry::updated);
        case XFRM_MSG_DELPOLICY:
            return decode_policy_deletion(reader);
        case XFRM_MSG_FLUSHPOLICY:
            return PolicyFlushEvent{};
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<Event> decode_event(const Message& message) {
    PayloadReader reader(message.payload);
    auto event = decode_payload(message.type, reader);
    if (!reader.ok()) return OverrunEvent{};
    return event;
}

}  // namespace xfrmd::netlink
