// An SA with everything that another one would have to be given to go on in its place.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "netlink/xfrm_fields.h"
#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

namespace {

// What follows an algorithm's head. An error where the kernel keeps it to itself, which tells zeros then.
template <Plain Head>
KernelResult<base::SecretBytes> key_in(PayloadReader& reader, std::uint16_t type, std::uint32_t bits) {
    const base::ByteView attribute = reader.attribute(type);
    const std::size_t size = (bits + 7) / 8;
    if (attribute.size() < sizeof(Head) || attribute.size() - sizeof(Head) < size) {
        return refused(EPROTO, "a malformed netlink answer");
    }
    const base::ByteView key = attribute.subspan(sizeof(Head), size);
    const bool is_hidden =
        !key.empty() && std::all_of(key.begin(), key.end(), [](std::uint8_t octet) { return octet == 0; });
    if (is_hidden) return refused(EACCES, "the kernel does not tell keys");
    return base::SecretBytes(key);
}

KernelResult<Algorithms> decode_aead(const AlgorithmNames& names, PayloadReader& reader) {
    return key_in<xfrm_algo_aead>(reader, XFRMA_ALG_AEAD, names.cipher_key_bits).map([&](base::SecretBytes key) {
        return Algorithms(Aead{names.cipher, std::move(key), names.icv_bits});
    });
}

KernelResult<Algorithms> decode_mac(const AlgorithmNames& names, PayloadReader& reader) {
    return key_in<xfrm_algo_auth>(reader, XFRMA_ALG_AUTH_TRUNC, names.mac_key_bits).map([&](base::SecretBytes key) {
        return Algorithms(Mac{names.mac, std::move(key), names.icv_bits});
    });
}

KernelResult<Algorithms> decode_pair(const AlgorithmNames& names, PayloadReader& reader) {
    auto cipher = key_in<xfrm_algo>(reader, XFRMA_ALG_CRYPT, names.cipher_key_bits);
    if (!cipher) return tl::unexpected<KernelError>(cipher.error());
    CipherAndMac pair{names.cipher, std::move(*cipher), {}, {}, 0};
    if (names.mac.empty()) return Algorithms(std::move(pair));
    auto mac = decode_mac(names, reader);
    if (!mac) return mac;
    auto& half = std::get<Mac>(*mac);
    pair.mac = std::move(half.name);
    pair.mac_key = std::move(half.key);
    pair.icv_bits = half.icv_bits;
    return Algorithms(std::move(pair));
}

KernelResult<Algorithms> decode_algorithms(const SaState& state, PayloadReader& reader) {
    const AlgorithmNames& names = state.algorithms;
    if (state.id.protocol == kIpComp) return Algorithms(Compression{names.compression});
    if (state.id.protocol == kAh) return decode_mac(names, reader);
    if (!reader.attribute(XFRMA_ALG_AEAD).empty()) return decode_aead(names, reader);
    return decode_pair(names, reader);
}

void decode_numbers(PayloadReader& reader, SaProgress& out) {
    xfrm_replay_state_esn wide{};
    if (reader.attribute_into(XFRMA_REPLAY_ESN_VAL, wide)) {
        out.sent = std::uint64_t{wide.oseq_hi} << 32 | wide.oseq;
        out.received = std::uint64_t{wide.seq_hi} << 32 | wide.seq;
        const base::ByteView bitmap = reader.attribute(XFRMA_REPLAY_ESN_VAL).subspan(sizeof wide);
        out.received_before.resize(std::min<std::size_t>(bitmap.size() / sizeof(std::uint32_t), wide.bmp_len));
        std::memcpy(out.received_before.data(), bitmap.data(), out.received_before.size() * sizeof(std::uint32_t));
    } else if (const auto narrow = reader.attribute_as<xfrm_replay_state>(XFRMA_REPLAY_VAL)) {
        out.sent = narrow->oseq;
        out.received = narrow->seq;
        out.received_before = {narrow->bitmap};
    }
}

SaProgress decode_progress(const xfrm_lifetime_cur& life, PayloadReader& reader) {
    SaProgress out;
    out.bytes = life.bytes;
    out.packets = life.packets;
    out.added = decode_time(life.add_time);
    if (life.use_time != 0) out.first_used = decode_time(life.use_time);
    decode_numbers(reader, out);
    return out;
}

}  // namespace

KernelResult<std::optional<SaSpec>> decode_whole_sa(const Message& message) {
    if (message.type != XFRM_MSG_NEWSA) return std::nullopt;
    PayloadReader reader(message.payload);
    const auto in = reader.fixed<xfrm_usersa_info>();
    const auto state = decode_state(in, reader);
    if (!reader.ok()) return refused(EPROTO, "a malformed netlink answer");
    if (!state) return std::nullopt;
    SaSpec spec;
    static_cast<SaProperties&>(spec) = *state;
    spec.inbound = state->inbound.value_or(false);
    spec.tell_direction = state->inbound.has_value();
    auto algorithms = decode_algorithms(*state, reader);
    if (!algorithms) return tl::unexpected<KernelError>(algorithms.error());
    spec.algorithms = std::move(*algorithms);
    spec.progress = decode_progress(in.curlft, reader);
    if (!reader.ok()) return refused(EPROTO, "a malformed netlink answer");
    return spec;
}

}  // namespace xfrmd::netlink
