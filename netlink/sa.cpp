#include "netlink/sa.h"

#include <array>
#include <cstdio>

namespace xfrmd::netlink {

namespace {

Aead clone(const Aead& aead) { return {aead.name, aead.key.clone(), aead.icv_bits}; }

CipherAndMac clone(const CipherAndMac& pair) {
    return {pair.cipher, pair.cipher_key.clone(), pair.mac, pair.mac_key.clone(), pair.icv_bits};
}

std::string to_string(Spi spi) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<std::uint32_t>(spi));
    return text.data();
}

}  // namespace

Algorithms clone(const Algorithms& algorithms) {
    return std::visit([](const auto& one) -> Algorithms { return clone(one); }, algorithms);
}

SaSpec clone(const SaSpec& sa) {
    return {sa.source,        sa.id,       sa.reqid,         sa.mode, clone(sa.algorithms),
            sa.encapsulation, sa.selector, sa.replay_window, sa.esn,  sa.inbound};
}

std::string to_string(const SaId& id) { return id.destination.to_string() + " spi " + to_string(id.spi); }

std::string to_string(const SaSpec& sa) { return sa.source.to_string() + " -> " + to_string(sa.id); }

}  // namespace xfrmd::netlink
