#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>

#include "netlink/xfrm_fields.h"
#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

namespace {

bool is_ours_to_know(std::uint8_t protocol) { return protocol == kEsp || protocol == kAh || protocol == kIpComp; }

// NUL-terminated, if the kernel is to be believed.
template <typename Algorithm>
std::string name_in(const Algorithm& algorithm) {
    const char* const end = std::find(std::begin(algorithm.alg_name), std::end(algorithm.alg_name), '\0');
    return {algorithm.alg_name, end};
}

// The keys behind the names are left where they are.
AlgorithmNames decode_algorithms(PayloadReader& reader) {
    AlgorithmNames out;
    xfrm_algo_aead aead{};
    if (reader.attribute_into(XFRMA_ALG_AEAD, aead)) {
        out.cipher = name_in(aead);
        out.cipher_key_bits = aead.alg_key_len;
        out.icv_bits = aead.alg_icv_len;
    }
    xfrm_algo cipher{};
    if (reader.attribute_into(XFRMA_ALG_CRYPT, cipher)) {
        out.cipher = name_in(cipher);
        out.cipher_key_bits = cipher.alg_key_len;
    }
    xfrm_algo_auth mac{};
    if (reader.attribute_into(XFRMA_ALG_AUTH_TRUNC, mac)) {
        out.mac = name_in(mac);
        out.mac_key_bits = mac.alg_key_len;
        out.icv_bits = mac.alg_trunc_len;
    }
    xfrm_algo compression{};
    if (reader.attribute_into(XFRMA_ALG_COMP, compression)) out.compression = name_in(compression);
    return out;
}

std::optional<UdpEncapsulation> decode_encapsulation(PayloadReader& reader) {
    const auto in = reader.attribute_as<xfrm_encap_tmpl>(XFRMA_ENCAP);
    if (!in || in->encap_type != kEspInUdp) return std::nullopt;
    return UdpEncapsulation{ntohs(in->encap_sport), ntohs(in->encap_dport)};
}

SaFlags decode_flags(std::uint8_t in, PayloadReader& reader) {
    const std::uint32_t extra = reader.attribute_as<std::uint32_t>(XFRMA_SA_EXTRA_FLAGS).value_or(0);
    SaFlags out;
    out.copy_df = (in & XFRM_STATE_NOPMTUDISC) == 0;
    out.copy_ecn = (in & XFRM_STATE_NOECN) == 0;
    out.copy_dscp_in = (in & XFRM_STATE_DECAP_DSCP) != 0;
    out.copy_dscp_out = (extra & XFRM_SA_XFLAG_DONT_ENCAP_DSCP) == 0;
    out.icmp = (in & XFRM_STATE_ICMP) != 0;
    out.sequence_may_wrap = (extra & XFRM_SA_XFLAG_OSEQ_MAY_WRAP) != 0;
    return out;
}

Mark decode_output_mark(PayloadReader& reader) {
    const auto value = reader.attribute_as<std::uint32_t>(XFRMA_SET_MARK);
    const auto mask = reader.attribute_as<std::uint32_t>(XFRMA_SET_MARK_MASK);
    // Kernels before 4.19 have no mask.
    return value ? Mark{*value, mask.value_or(~0U)} : Mark{};
}

// An SA without selector is told with one of everything, or of no family.
std::optional<Selector> decode_own_selector(const xfrm_selector& in) {
    const auto selector = decode(in);
    return selector && !is_any(*selector) ? selector : std::nullopt;
}

void decode_offload(PayloadReader& reader, SaState& out) {
    const auto in = reader.attribute_as<xfrm_user_offload>(XFRMA_OFFLOAD_DEV);
    if (!in) return;
    out.offload = Offload{static_cast<std::uint32_t>(in->ifindex),
                          (in->flags & XFRM_OFFLOAD_PACKET) != 0 ? OffloadKind::packet : OffloadKind::crypto};
    out.inbound = (in->flags & XFRM_OFFLOAD_INBOUND) != 0;
}

void decode_options(PayloadReader& reader, SaState& out) {
    out.output_mark = decode_output_mark(reader);
    out.if_id = decode_if_id(reader);
    out.tfc_bytes = reader.attribute_as<std::uint32_t>(XFRMA_TFCPAD).value_or(0);
    out.nat_keepalive = std::chrono::seconds(reader.attribute_as<std::uint32_t>(kNatKeepaliveAttribute).value_or(0));
    out.cpu = reader.attribute_as<std::uint32_t>(kSaCpuAttribute);
    decode_offload(reader, out);
    if (const auto direction = reader.attribute_as<std::uint8_t>(kSaDirectionAttribute)) {
        out.inbound = *direction == kSaIn;
    }
}

void decode_counters(const xfrm_lifetime_cur& in, PayloadReader& reader, SaState& out) {
    out.bytes = in.bytes;
    out.packets = in.packets;
    out.added = decode_time(in.add_time);
    const auto last_used = reader.attribute_as<std::uint64_t>(XFRMA_LASTUSED);
    if (last_used) {
        out.used = decode_time(*last_used);
    } else if (in.use_time != 0) {
        out.used = decode_time(in.use_time);
    }
}

}  // namespace

std::optional<SaState> decode_state(const xfrm_usersa_info& in, PayloadReader& reader) {
    const auto source = decode(in.saddr, in.family);
    const auto destination = decode(in.id.daddr, in.family);
    if (!source || !destination || !is_ours_to_know(in.id.proto)) return std::nullopt;
    SaState out;
    out.id = {*destination, Spi{ntohl(in.id.spi)}, in.id.proto, decode_mark(reader)};
    out.source = *source;
    out.reqid = Reqid{in.reqid};
    out.mode = decode_mode(in.mode);
    out.encapsulation = decode_encapsulation(reader);
    out.selector = decode_own_selector(in.sel);
    xfrm_replay_state_esn window{};
    out.replay_window = reader.attribute_into(XFRMA_REPLAY_ESN_VAL, window) ? window.replay_window : in.replay_window;
    out.esn = (in.flags & XFRM_STATE_ESN) != 0;
    out.flags = decode_flags(in.flags, reader);
    out.lifetime = decode(in.lft);
    out.algorithms = decode_algorithms(reader);
    decode_options(reader, out);
    decode_counters(in.curlft, reader, out);
    return out;
}

std::optional<SaId> decode_id(const xfrm_usersa_id& in, const Mark& mark) {
    const auto destination = decode(in.daddr, in.family);
    if (!destination || !is_ours_to_know(in.proto)) return std::nullopt;
    return SaId{*destination, Spi{ntohl(in.spi)}, in.proto, mark};
}

KernelResult<std::optional<SaState>> decode_sa(const Message& message) {
    if (message.type != XFRM_MSG_NEWSA) return std::nullopt;
    PayloadReader reader(message.payload);
    const auto in = reader.fixed<xfrm_usersa_info>();
    auto state = decode_state(in, reader);
    if (!reader.ok()) return refused(EPROTO, "a malformed netlink answer");
    return state;
}

}  // namespace xfrmd::netlink
