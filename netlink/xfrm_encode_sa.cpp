#include <arpa/inet.h>
#include <linux/netlink.h>

#include <algorithm>

#include "netlink/xfrm_fields.h"
#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

namespace {

// The old field holds windows up to 32 packets; extended sequence numbers need the attribute in any case.
bool needs_window_attribute(const SaProperties& sa) { return sa.esn || sa.replay_window > 32; }

std::uint8_t encode_flags(const SaProperties& sa) {
    unsigned flags = 0;
    // A tunnel may have either family inside, not only the outer one (RFC 4301 4.1).
    if (sa.mode == Mode::tunnel || sa.mode == Mode::iptfs) flags |= XFRM_STATE_AF_UNSPEC;
    if (sa.esn) flags |= XFRM_STATE_ESN;
    // RFC 4302 2.6, 3.3.3.2.1: in IPv4 AH is a multiple of 4 bytes long; without the flag Linux makes it one of 8.
    if (sa.id.protocol == kAh && !sa.source.is_v6()) flags |= XFRM_STATE_ALIGN4;
    if (!sa.flags.copy_df) flags |= XFRM_STATE_NOPMTUDISC;
    if (!sa.flags.copy_ecn) flags |= XFRM_STATE_NOECN;
    if (sa.flags.copy_dscp_in) flags |= XFRM_STATE_DECAP_DSCP;
    if (sa.flags.icmp) flags |= XFRM_STATE_ICMP;
    return static_cast<std::uint8_t>(flags);
}

void fill(xfrm_usersa_info& out, const SaProperties& sa) {
    netlink::fill(out.id, sa.id);
    out.saddr = encode(sa.source);
    netlink::fill(out.lft, sa.lifetime);
    out.reqid = static_cast<std::uint32_t>(sa.reqid);
    out.family = family_of(sa.source);
    out.mode = encode(sa.mode);
    out.flags = encode_flags(sa);
    if (sa.selector) {
        netlink::fill(out.sel, *sa.selector);
    } else if ((out.flags & XFRM_STATE_AF_UNSPEC) == 0) {
        out.sel.family = out.family;  // transport mode has no other inside
    }
    if (!needs_window_attribute(sa)) out.replay_window = static_cast<std::uint8_t>(sa.replay_window);
}

template <typename Algorithm>
Algorithm named(const std::string& name, const base::SecretBytes& key) {
    Algorithm out{};
    std::copy_n(name.data(), std::min(name.size(), sizeof out.alg_name - 1), out.alg_name);
    out.alg_key_len = static_cast<unsigned>(key.size() * 8);
    return out;
}

void put_algorithms(const Aead& aead, MessageBatch& batch) {
    auto head = named<xfrm_algo_aead>(aead.name, aead.key);
    head.alg_icv_len = aead.icv_bits;
    batch.attribute(XFRMA_ALG_AEAD, bytes_of(head), aead.key.view());
}

void put_mac(const std::string& name, const base::SecretBytes& key, std::uint32_t icv_bits, MessageBatch& batch) {
    // XFRMA_ALG_AUTH would truncate as RFC 2404 and the first drafts of RFC 4868 did; this one says how far.
    auto head = named<xfrm_algo_auth>(name, key);
    head.alg_trunc_len = icv_bits;
    batch.attribute(XFRMA_ALG_AUTH_TRUNC, bytes_of(head), key.view());
}

void put_algorithms(const CipherAndMac& pair, MessageBatch& batch) {
    batch.attribute(XFRMA_ALG_CRYPT, bytes_of(named<xfrm_algo>(pair.cipher, pair.cipher_key)), pair.cipher_key.view());
    if (!pair.mac.empty()) put_mac(pair.mac, pair.mac_key, pair.icv_bits, batch);
}

void put_algorithms(const Mac& mac, MessageBatch& batch) { put_mac(mac.name, mac.key, mac.icv_bits, batch); }

void put_algorithms(const Compression& compression, MessageBatch& batch) {
    batch.attribute(XFRMA_ALG_COMP, bytes_of(named<xfrm_algo>(compression.name, {})));
}

void put_encapsulation(const UdpEncapsulation& encapsulation, MessageBatch& batch) {
    Zeroed<xfrm_encap_tmpl> out;
    out.value.encap_type = kEspInUdp;
    out.value.encap_sport = htons(encapsulation.source_port);
    out.value.encap_dport = htons(encapsulation.destination_port);
    batch.attribute(XFRMA_ENCAP, bytes_of(out.value));
}

std::uint32_t low(std::uint64_t number) { return static_cast<std::uint32_t>(number); }
std::uint32_t high(std::uint64_t number) { return static_cast<std::uint32_t>(number >> 32); }

void put_window(const SaProperties& sa, const SaProgress& progress, MessageBatch& batch) {
    xfrm_replay_state_esn out{};
    out.bmp_len = (sa.replay_window + 31) / 32;
    out.replay_window = sa.replay_window;
    out.oseq = low(progress.sent);
    out.oseq_hi = high(progress.sent);
    out.seq = low(progress.received);
    out.seq_hi = high(progress.received);
    std::vector<std::uint32_t> bitmap = progress.received_before;
    bitmap.resize(out.bmp_len);
    batch.attribute(XFRMA_REPLAY_ESN_VAL, bytes_of(out),
                    {reinterpret_cast<const std::uint8_t*>(bitmap.data()), bitmap.size() * sizeof(std::uint32_t)});
}

// Of one that goes on from another. The numbers of a wider window are in put_window().
void put_progress(const SaProperties& sa, const SaProgress& progress, MessageBatch& batch) {
    if (!needs_window_attribute(sa)) {
        xfrm_replay_state out{};
        out.oseq = low(progress.sent);
        out.seq = low(progress.received);
        if (!progress.received_before.empty()) out.bitmap = progress.received_before.front();
        batch.attribute(XFRMA_REPLAY_VAL, bytes_of(out));
    }
    const auto seconds = [](std::chrono::sys_seconds time) {
        return static_cast<std::uint64_t>(time.time_since_epoch().count());
    };
    xfrm_lifetime_cur life{};
    life.bytes = progress.bytes;
    life.packets = progress.packets;
    life.add_time = seconds(progress.added);
    if (progress.first_used) life.use_time = seconds(*progress.first_used);
    batch.attribute(XFRMA_LTIME_VAL, bytes_of(life));
}

void put_extra_flags(const SaFlags& flags, MessageBatch& batch) {
    std::uint32_t out = 0;
    if (!flags.copy_dscp_out) out |= XFRM_SA_XFLAG_DONT_ENCAP_DSCP;
    if (flags.sequence_may_wrap) out |= XFRM_SA_XFLAG_OSEQ_MAY_WRAP;
    if (out != 0) put_number(XFRMA_SA_EXTRA_FLAGS, out, batch);
}

void put_output_mark(const Mark& mark, MessageBatch& batch) {
    if (mark.mask == 0) return;
    put_number(XFRMA_SET_MARK, mark.value, batch);
    put_number(XFRMA_SET_MARK_MASK, mark.mask, batch);
}

void put_offload(const Offload& offload, bool inbound, MessageBatch& batch) {
    Zeroed<xfrm_user_offload> out;
    out.value.ifindex = static_cast<int>(offload.interface);
    const unsigned flags =
        (inbound ? XFRM_OFFLOAD_INBOUND : 0U) | (offload.kind == OffloadKind::packet ? XFRM_OFFLOAD_PACKET : 0U);
    out.value.flags = static_cast<std::uint8_t>(flags);
    batch.attribute(XFRMA_OFFLOAD_DEV, bytes_of(out.value));
}

void put_iptfs(const IpTfs& iptfs, bool inbound, MessageBatch& batch) {
    const auto put = [&](std::uint16_t type, const std::optional<std::uint32_t>& number) {
        if (number) put_number(type, *number, batch);
    };
    if (inbound) {
        put(kIptfsDropTimeAttribute, iptfs.drop_time_microseconds);
        if (iptfs.reorder_window) batch.attribute(kIptfsReorderWindowAttribute, bytes_of(*iptfs.reorder_window));
        return;
    }
    if (iptfs.dont_fragment) batch.attribute(kIptfsDontFragmentAttribute, {});
    put(kIptfsInitialDelayAttribute, iptfs.initial_delay_microseconds);
    put(kIptfsQueueAttribute, iptfs.queue_bytes);
    put(kIptfsPacketAttribute, iptfs.packet_bytes);
}

// What most SAs do without. The last ones are newer than some kernels, which ignore what they do not know.
void put_options(const SaSpec& spec, const SaProperties& sa, MessageBatch& batch) {
    put_mark(sa.id.mark, batch);
    put_output_mark(sa.output_mark, batch);
    put_if_id(sa.if_id, batch);
    put_extra_flags(sa.flags, batch);
    if (sa.tfc_bytes != 0) put_number(XFRMA_TFCPAD, sa.tfc_bytes, batch);
    if (sa.offload) put_offload(*sa.offload, spec.inbound, batch);
    if (tells_direction(spec)) {
        const std::uint8_t direction = spec.inbound ? kSaIn : kSaOut;
        batch.attribute(kSaDirectionAttribute, bytes_of(direction));
    }
    if (sa.nat_keepalive.count() != 0) {
        put_number(kNatKeepaliveAttribute, static_cast<std::uint32_t>(sa.nat_keepalive.count()), batch);
    }
    if (sa.cpu) put_number(kSaCpuAttribute, *sa.cpu, batch);
    if (sa.mode == Mode::iptfs) put_iptfs(spec.iptfs, spec.inbound, batch);
}

void encode_sa(std::uint16_t type, std::uint16_t flags, const SaSpec& spec, MessageBatch& batch) {
    const SaProperties sa = effective(spec);
    Zeroed<xfrm_usersa_info> fixed;
    fill(fixed.value, sa);
    fixed.value.seq = spec.acquire_sequence;
    batch.begin(type, flags, fixed.value);
    std::visit([&](const auto& algorithms) { put_algorithms(algorithms, batch); }, spec.algorithms);
    if (sa.encapsulation) put_encapsulation(*sa.encapsulation, batch);
    if (needs_window_attribute(sa)) put_window(sa, spec.progress.value_or(SaProgress{}), batch);
    if (spec.progress) put_progress(sa, *spec.progress, batch);
    put_options(spec, sa, batch);
}

void name_sa(std::uint16_t type, const SaId& id, MessageBatch& batch) {
    Zeroed<xfrm_usersa_id> fixed;
    xfrm_usersa_id& out = fixed.value;
    out.daddr = encode(id.destination);
    out.spi = htonl(static_cast<std::uint32_t>(id.spi));
    out.family = family_of(id.destination);
    out.proto = id.protocol;
    batch.begin(type, 0, out);
    put_mark(id.mark, batch);
}

}  // namespace

void encode(const AddSa& change, MessageBatch& batch) {
    encode_sa(XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL, change.sa, batch);
}
void encode(const UpdateSa& change, MessageBatch& batch) { encode_sa(XFRM_MSG_UPDSA, NLM_F_REPLACE, change.sa, batch); }
void encode(const DeleteSa& change, MessageBatch& batch) { name_sa(XFRM_MSG_DELSA, change.id, batch); }

void encode_find_sa(const SaId& id, MessageBatch& batch) { name_sa(XFRM_MSG_GETSA, id, batch); }
void encode_list_sas(MessageBatch& batch) { batch.begin(XFRM_MSG_GETSA, NLM_F_DUMP); }

}  // namespace xfrmd::netlink
