#include "netlink/sa_algorithms.h"

namespace xfrmd::netlink {

namespace {

Algorithms copy(const Aead& one) { return Aead{one.name, one.key.clone(), one.icv_bits}; }
Algorithms copy(const CipherAndMac& one) {
    return CipherAndMac{one.cipher, one.cipher_key.clone(), one.mac, one.mac_key.clone(), one.icv_bits};
}
Algorithms copy(const Mac& one) { return Mac{one.name, one.key.clone(), one.icv_bits}; }
Algorithms copy(const Compression& one) { return one; }

std::uint32_t bits(const base::SecretBytes& key) { return static_cast<std::uint32_t>(key.size() * 8); }

AlgorithmNames names(const Aead& one) { return {one.name, bits(one.key), {}, 0, one.icv_bits, {}}; }
AlgorithmNames names(const CipherAndMac& one) {
    return {one.cipher, bits(one.cipher_key), one.mac, bits(one.mac_key), one.mac.empty() ? 0 : one.icv_bits, {}};
}
AlgorithmNames names(const Mac& one) { return {{}, 0, one.name, bits(one.key), one.icv_bits, {}}; }
AlgorithmNames names(const Compression& one) { return {{}, 0, {}, 0, 0, one.name}; }

}  // namespace

Algorithms clone(const Algorithms& algorithms) {
    return std::visit([](const auto& one) { return copy(one); }, algorithms);
}

AlgorithmNames names_of(const Algorithms& algorithms) {
    return std::visit([](const auto& one) { return names(one); }, algorithms);
}

}  // namespace xfrmd::netlink
