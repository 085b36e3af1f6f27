#include "netlink/change_check.h"

#include <linux/xfrm.h>

namespace xfrmd::netlink {

namespace {

// nullptr where all is well, else what is wrong.
using Complaint = const char*;

bool fits(const base::Prefix& prefix) { return prefix.length <= prefix.network.bits(); }

Complaint complaint(const Selector& selector) {
    if (selector.source.network.family() != selector.destination.network.family()) return "a selector of two families";
    if (!fits(selector.source) || !fits(selector.destination)) return "a prefix longer than its address";
    return nullptr;
}

Complaint complaint(const std::string& name, const base::SecretBytes& key) {
    // The kernel's field is NUL-terminated.
    if (name.size() >= sizeof(xfrm_algo::alg_name)) return "an algorithm name without end";
    if (key.size() > kMostKeyBytes) return "a key without end";
    return nullptr;
}

Complaint complaint(const Aead& aead) {
    if (aead.name.empty()) return "an SA without algorithm";
    return complaint(aead.name, aead.key);
}

Complaint complaint(const CipherAndMac& pair) {
    if (pair.cipher.empty()) return "an SA without algorithm";
    if (pair.mac.empty() && !pair.mac_key.empty()) return "a key for no MAC";
    if (const Complaint bad = complaint(pair.cipher, pair.cipher_key)) return bad;
    return complaint(pair.mac, pair.mac_key);
}

Complaint replay_complaint(const SaSpec& sa) {
    if (sa.replay_window > kLargestReplayWindow) return "a replay window above 4096";
    // RFC 4303 3.4.3: the window is what the upper half of the number is guessed from.
    if (sa.esn && sa.inbound && sa.replay_window == 0) return "extended sequence numbers without a replay window";
    return nullptr;
}

Complaint selector_complaint(const SaSpec& sa) {
    if (!sa.selector) return nullptr;
    if (sa.mode != Mode::transport) return "a selector on an SA in tunnel mode";
    if (sa.selector->source.network.family() != sa.source.family()) return "a selector of the other family";
    return complaint(*sa.selector);
}

Complaint complaint(const SaSpec& sa) {
    if (sa.source.family() != sa.id.destination.family()) return "an SA between two families";
    if (sa.id.protocol != kEsp) return "a protocol other than ESP";
    if (static_cast<std::uint32_t>(sa.id.spi) <= 255) return "a reserved SPI";  // RFC 4303 2.1
    if (sa.encapsulation && (sa.encapsulation->source_port == 0 || sa.encapsulation->destination_port == 0)) {
        return "UDP port 0";
    }
    if (const Complaint bad = replay_complaint(sa)) return bad;
    if (const Complaint bad = selector_complaint(sa)) return bad;
    return std::visit([](const auto& algorithms) { return complaint(algorithms); }, sa.algorithms);
}

Complaint complaint(const PolicySpec& policy) {
    if (policy.source.family() != policy.destination.family()) return "a template between two families";
    const base::Family inner = policy.id.selector.source.network.family();
    if (policy.mode == Mode::transport && inner != policy.source.family()) return "transport mode between two families";
    return complaint(policy.id.selector);
}

Complaint complaint(const AddSa& change) { return complaint(change.sa); }
Complaint complaint(const UpdateSa& change) { return complaint(change.sa); }
Complaint complaint(const DeleteSa& /*change*/) { return nullptr; }
Complaint complaint(const AddPolicy& change) { return complaint(change.policy); }
Complaint complaint(const UpdatePolicy& change) { return complaint(change.policy); }
Complaint complaint(const DeletePolicy& change) { return complaint(change.id.selector); }

}  // namespace

KernelResult<void> check(const Change& change) {
    const Complaint bad = std::visit([](const auto& one) { return complaint(one); }, change);
    if (bad != nullptr) return refused(EINVAL, bad);
    return {};
}

}  // namespace xfrmd::netlink
