#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>

#include <algorithm>

#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

namespace {

using base::Address;
using base::ByteView;

// xfrm_encap_tmpl::encap_type, from linux/udp.h, which does not go together with netinet/udp.h: RFC 3948's
// encapsulation.
constexpr std::uint16_t kEspInUdp = 2;

// A structure whose padding is zero as well: the kernel compares selectors byte by byte, and must not see our stack.
// Such structures are filled in place, because copying one may leave its padding behind.
template <Plain T>
struct Zeroed {
    T value;
    Zeroed() { std::memset(&value, 0, sizeof value); }
};

std::uint16_t family_of(const Address& address) { return address.is_v6() ? AF_INET6 : AF_INET; }

xfrm_address_t encode(const Address& address) {
    xfrm_address_t out{};
    std::copy(address.bytes().begin(), address.bytes().end(), reinterpret_cast<std::uint8_t*>(&out));
    return out;
}

void fill(xfrm_id& out, const SaId& id) {
    out.daddr = encode(id.destination);
    out.spi = htonl(static_cast<std::uint32_t>(id.spi));
    out.proto = id.protocol;
}

std::uint8_t encode(Mode mode) { return mode == Mode::tunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT; }

std::uint8_t encode(Direction direction) {
    switch (direction) {
        case Direction::in:
            return XFRM_POLICY_IN;
        case Direction::forward:
            return XFRM_POLICY_FWD;
        case Direction::out:
            break;
    }
    return XFRM_POLICY_OUT;
}

void fill(xfrm_selector& out, const Selector& given) {
    const Selector selector = canonical(given);  // the kernel compares host bits as well
    out.family = family_of(selector.source.network);
    out.saddr = encode(selector.source.network);
    out.daddr = encode(selector.destination.network);
    out.prefixlen_s = static_cast<std::uint8_t>(selector.source.length);
    out.prefixlen_d = static_cast<std::uint8_t>(selector.destination.length);
    out.proto = selector.protocol;
    out.sport = htons(selector.source_port.value);
    out.sport_mask = htons(selector.source_port.mask);
    out.dport = htons(selector.destination_port.value);
    out.dport_mask = htons(selector.destination_port.mask);
}

// No limits in the kernel: rekeying is driven by the daemon's own timers.
void fill_without_limits(xfrm_lifetime_cfg& out) {
    out.soft_byte_limit = out.hard_byte_limit = XFRM_INF;
    out.soft_packet_limit = out.hard_packet_limit = XFRM_INF;
}

// What a sender keeps of a window is its size only, but with ESN Linux wants one, and the smallest will do.
std::uint32_t window_of(const SaSpec& sa) {
    if (sa.inbound) return sa.replay_window;
    return sa.esn ? 1 : 0;
}

// The legacy field holds no more than 32 packets and does not go together with the attribute.
bool needs_window_attribute(const SaSpec& sa) { return sa.esn || window_of(sa) > 32; }

void fill(xfrm_usersa_info& out, const SaSpec& sa) {
    fill(out.id, sa.id);
    out.saddr = encode(sa.source);
    fill_without_limits(out.lft);
    out.reqid = static_cast<std::uint32_t>(sa.reqid);
    out.family = family_of(sa.source);
    out.mode = encode(sa.mode);
    if (sa.selector) fill(out.sel, *sa.selector);
    if (sa.mode == Mode::tunnel) {
        // Without this flag an unset selector family becomes the outer one, and the SA refuses IPv4 inside IPv6 and the
        // reverse. With it both inner families pass; which packets may is up to the policies (RFC 4301 4.4.1).
        out.flags |= XFRM_STATE_AF_UNSPEC;
    } else {
        out.sel.family = out.family;  // transport mode has no other inside
    }
    if (sa.esn) out.flags |= XFRM_STATE_ESN;
    if (!needs_window_attribute(sa)) out.replay_window = static_cast<std::uint8_t>(window_of(sa));
}

template <typename Algorithm>
Algorithm named(const std::string& name, const base::SecretBytes& key) {
    Algorithm out{};
    std::copy_n(name.data(), std::min(name.size(), sizeof out.alg_name - 1), out.alg_name);
    out.alg_key_len = static_cast<unsigned>(key.size() * 8);
    return out;
}

void encode_algorithms(const Aead& aead, MessageBatch& batch) {
    auto head = named<xfrm_algo_aead>(aead.name, aead.key);
    head.alg_icv_len = aead.icv_bits;
    batch.attribute(XFRMA_ALG_AEAD, bytes_of(head), aead.key.view());
}

void encode_algorithms(const CipherAndMac& pair, MessageBatch& batch) {
    batch.attribute(XFRMA_ALG_CRYPT, bytes_of(named<xfrm_algo>(pair.cipher, pair.cipher_key)), pair.cipher_key.view());
    if (pair.mac.empty()) return;
    // XFRMA_ALG_AUTH would truncate as RFC 2404 and the first drafts of RFC 4868 did; this one says how far.
    auto head = named<xfrm_algo_auth>(pair.mac, pair.mac_key);
    head.alg_trunc_len = pair.icv_bits;
    batch.attribute(XFRMA_ALG_AUTH_TRUNC, bytes_of(head), pair.mac_key.view());
}

void encode_encapsulation(const UdpEncapsulation& encapsulation, MessageBatch& batch) {
    Zeroed<xfrm_encap_tmpl> out;
    out.value.encap_type = kEspInUdp;
    out.value.encap_sport = htons(encapsulation.source_port);
    out.value.encap_dport = htons(encapsulation.destination_port);
    batch.attribute(XFRMA_ENCAP, bytes_of(out.value));
}

void encode_window(std::uint32_t packets, MessageBatch& batch) {
    xfrm_replay_state_esn out{};
    out.bmp_len = (packets + 31) / 32;
    out.replay_window = packets;
    const base::Bytes bitmap(out.bmp_len * sizeof(std::uint32_t));
    batch.attribute(XFRMA_REPLAY_ESN_VAL, bytes_of(out), bitmap);
}

void encode_sa(std::uint16_t type, std::uint16_t flags, const SaSpec& sa, MessageBatch& batch) {
    Zeroed<xfrm_usersa_info> fixed;
    fill(fixed.value, sa);
    batch.begin(type, flags, fixed.value);
    std::visit([&](const auto& algorithms) { encode_algorithms(algorithms, batch); }, sa.algorithms);
    if (sa.encapsulation) encode_encapsulation(*sa.encapsulation, batch);
    if (needs_window_attribute(sa)) encode_window(window_of(sa), batch);
}

void name_sa(std::uint16_t type, const SaId& id, MessageBatch& batch) {
    Zeroed<xfrm_usersa_id> fixed;
    xfrm_usersa_id& out = fixed.value;
    out.daddr = encode(id.destination);
    out.spi = htonl(static_cast<std::uint32_t>(id.spi));
    out.family = family_of(id.destination);
    out.proto = id.protocol;
    batch.begin(type, 0, out);
}

void fill(xfrm_user_tmpl& out, const PolicySpec& policy) {
    fill(out.id, SaId{policy.destination, policy.spi, policy.protocol});
    out.saddr = encode(policy.source);
    out.family = family_of(policy.source);
    out.reqid = static_cast<std::uint32_t>(policy.reqid);
    out.mode = encode(policy.mode);
    out.aalgos = out.ealgos = out.calgos = ~0U;  // the SA was negotiated; the policy does not limit it further
}

void encode_policy(std::uint16_t type, std::uint16_t flags, const PolicySpec& policy, MessageBatch& batch) {
    Zeroed<xfrm_userpolicy_info> fixed;
    xfrm_userpolicy_info& out = fixed.value;
    fill(out.sel, policy.id.selector);
    fill_without_limits(out.lft);
    out.priority = policy.priority;
    out.dir = encode(policy.id.direction);
    out.action = XFRM_POLICY_ALLOW;
    out.share = XFRM_SHARE_ANY;
    batch.begin(type, flags, out);
    Zeroed<xfrm_user_tmpl> served_by;
    fill(served_by.value, policy);
    batch.attribute(XFRMA_TMPL, bytes_of(served_by.value));
}

void encode_change(const AddSa& change, MessageBatch& batch) {
    encode_sa(XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL, change.sa, batch);
}
void encode_change(const UpdateSa& change, MessageBatch& batch) {
    encode_sa(XFRM_MSG_UPDSA, NLM_F_REPLACE, change.sa, batch);
}
void encode_change(const DeleteSa& change, MessageBatch& batch) { name_sa(XFRM_MSG_DELSA, change.id, batch); }
void encode_change(const AddPolicy& change, MessageBatch& batch) {
    encode_policy(XFRM_MSG_NEWPOLICY, NLM_F_CREATE | NLM_F_EXCL, change.policy, batch);
}
void encode_change(const UpdatePolicy& change, MessageBatch& batch) {
    encode_policy(XFRM_MSG_UPDPOLICY, NLM_F_CREATE | NLM_F_REPLACE, change.policy, batch);
}
void encode_change(const DeletePolicy& change, MessageBatch& batch) {
    Zeroed<xfrm_userpolicy_id> fixed;
    fill(fixed.value.sel, change.id.selector);
    fixed.value.dir = encode(change.id.direction);
    batch.begin(XFRM_MSG_DELPOLICY, 0, fixed.value);
}

}  // namespace

void encode(const Change& change, MessageBatch& batch) {
    std::visit([&](const auto& one) { encode_change(one, batch); }, change);
}

void encode_find_sa(const SaId& id, MessageBatch& batch) { name_sa(XFRM_MSG_GETSA, id, batch); }
void encode_list_sas(MessageBatch& batch) { batch.begin(XFRM_MSG_GETSA, NLM_F_DUMP); }
void encode_list_policies(MessageBatch& batch) { batch.begin(XFRM_MSG_GETPOLICY, NLM_F_DUMP); }

}  // namespace xfrmd::netlink
