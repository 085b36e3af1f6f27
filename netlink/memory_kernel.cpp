#include "netlink/memory_kernel.h"

#include <algorithm>
#include <cerrno>

#include "netlink/algorithms.h"
#include "netlink/change_check.h"

namespace xfrmd::netlink {

namespace {

// 0 fills up the table's rows, so it counts as a size in a row without any other only.
template <std::size_t N>
bool contains(const std::array<std::uint16_t, N>& sizes, std::size_t bits) {
    if (bits == 0) return sizes.front() == 0;
    return std::find(sizes.begin(), sizes.end(), bits) != sizes.end();
}

const KernelAlgorithm* find(AlgorithmKind kind, const std::string& name) {
    const auto* const found =
        std::find_if(kKernelAlgorithms.begin(), kKernelAlgorithms.end(),
                     [&](const KernelAlgorithm& one) { return one.kind == kind && one.name == name; });
    return found != kKernelAlgorithms.end() ? found : nullptr;
}

KernelResult<void> check_key(const KernelAlgorithm& algorithm, const base::SecretBytes& key) {
    if (!contains(algorithm.key_bits, key.size() * 8)) return refused(EINVAL, "key size");
    return {};
}

KernelResult<void> check_algorithms(const Aead& aead) {
    const KernelAlgorithm* known = find(AlgorithmKind::aead, aead.name);
    // Linux looks up AEADs by name and ICV together.
    if (known == nullptr || !contains(known->icv_bits, aead.icv_bits)) {
        return refused(ENOSYS, "Requested AEAD algorithm not found");
    }
    return check_key(*known, aead.key);
}

KernelResult<void> check_algorithms(const CipherAndMac& pair) {
    const KernelAlgorithm* cipher = find(AlgorithmKind::cipher, pair.cipher);
    if (cipher == nullptr) return refused(ENOSYS, "Requested CRYPT algorithm not found");
    if (auto good = check_key(*cipher, pair.cipher_key); !good || pair.mac.empty()) return good;
    const KernelAlgorithm* mac = find(AlgorithmKind::mac, pair.mac);
    if (mac == nullptr) return refused(ENOSYS, "Requested AUTH_TRUNC algorithm not found");
    if (!contains(mac->icv_bits, pair.icv_bits)) return refused(EINVAL, "ICV size");
    return check_key(*mac, pair.mac_key);
}

PolicySpec canonical(const PolicySpec& policy) {
    PolicySpec stored = policy;
    stored.id.selector = netlink::canonical(policy.id.selector);
    return stored;
}

PolicyId canonical(const PolicyId& id) { return {id.direction, netlink::canonical(id.selector)}; }

}  // namespace

bool MemoryKernel::PolicyOrder::operator()(const PolicyId& a, const PolicyId& b) const {
    if (a.direction != b.direction) return a.direction < b.direction;
    return SelectorOrder{}(a.selector, b.selector);
}

std::vector<KernelResult<void>> MemoryKernel::apply(std::span<const Change> changes) {
    std::vector<KernelResult<void>> results;
    results.reserve(changes.size());
    for (const Change& change : changes) {
        results.push_back(
            check(change).and_then([&] { return std::visit([this](const auto& one) { return make(one); }, change); }));
    }
    return results;
}

KernelResult<void> MemoryKernel::make(const AddSa& change) {
    auto known = std::visit([](const auto& one) { return check_algorithms(one); }, change.sa.algorithms);
    if (!known) return known;
    if (sas_.contains(change.sa.id)) return refused(EEXIST);
    sas_.emplace(change.sa.id, Sa{clone(change.sa), now_});
    return {};
}

KernelResult<void> MemoryKernel::make(const UpdateSa& change) {
    const auto found = sas_.find(change.sa.id);
    if (found == sas_.end()) return refused(ESRCH);
    SaSpec& spec = found->second.spec;
    if (spec.encapsulation.has_value() != change.sa.encapsulation.has_value()) return refused(EINVAL);
    spec.encapsulation = change.sa.encapsulation;
    return {};
}

KernelResult<void> MemoryKernel::make(const DeleteSa& change) {
    if (sas_.erase(change.id) == 0) return refused(ESRCH);
    return {};
}

KernelResult<void> MemoryKernel::make(const AddPolicy& change) {
    const PolicySpec policy = canonical(change.policy);
    if (!policies_.emplace(policy.id, policy).second) return refused(EEXIST);
    return {};
}

KernelResult<void> MemoryKernel::make(const UpdatePolicy& change) {
    const PolicySpec policy = canonical(change.policy);
    policies_.insert_or_assign(policy.id, policy);
    return {};
}

KernelResult<void> MemoryKernel::make(const DeletePolicy& change) {
    if (policies_.erase(canonical(change.id)) == 0) return refused(ENOENT);
    return {};
}

KernelResult<SaState> MemoryKernel::find_sa(const SaId& id) {
    const auto found = sas_.find(id);
    if (found == sas_.end()) return refused(ESRCH);
    const auto& [spec, added] = found->second;
    return SaState{spec.id, spec.source, spec.reqid, spec.mode, 0, 0, added, std::nullopt};
}

KernelResult<std::vector<SaState>> MemoryKernel::list_sas() {
    std::vector<SaState> states;
    states.reserve(sas_.size());
    for (const auto& [id, sa] : sas_) states.push_back(*find_sa(id));
    return states;
}

KernelResult<std::vector<PolicyState>> MemoryKernel::list_policies() {
    std::vector<PolicyState> states;
    states.reserve(policies_.size());
    for (const auto& [id, policy] : policies_) {
        states.push_back({id, policy.priority, policy.reqid, policy.spi, policy.source, policy.destination});
    }
    return states;
}

const SaSpec* MemoryKernel::sa(const SaId& id) const {
    const auto found = sas_.find(id);
    return found != sas_.end() ? &found->second.spec : nullptr;
}

const PolicySpec* MemoryKernel::policy(const PolicyId& id) const {
    const auto found = policies_.find(canonical(id));
    return found != policies_.end() ? &found->second : nullptr;
}

}  // namespace xfrmd::netlink
