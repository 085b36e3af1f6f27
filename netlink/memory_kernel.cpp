#include "netlink/memory_kernel.h"

#include <algorithm>
#include <cerrno>
#include <tuple>

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

KernelResult<void> check_mac(const std::string& name, const base::SecretBytes& key, std::uint32_t icv_bits) {
    const KernelAlgorithm* mac = find(AlgorithmKind::mac, name);
    if (mac == nullptr) return refused(ENOSYS, "Requested AUTH_TRUNC algorithm not found");
    if (!contains(mac->icv_bits, icv_bits)) return refused(EINVAL, "ICV size");
    return check_key(*mac, key);
}

KernelResult<void> check_algorithms(const CipherAndMac& pair) {
    const KernelAlgorithm* cipher = find(AlgorithmKind::cipher, pair.cipher);
    if (cipher == nullptr) return refused(ENOSYS, "Requested CRYPT algorithm not found");
    if (auto good = check_key(*cipher, pair.cipher_key); !good || pair.mac.empty()) return good;
    return check_mac(pair.mac, pair.mac_key, pair.icv_bits);
}

KernelResult<void> check_algorithms(const Mac& mac) { return check_mac(mac.name, mac.key, mac.icv_bits); }

KernelResult<void> check_algorithms(const Compression& compression) {
    if (find(AlgorithmKind::compression, compression.name) != nullptr) return {};
    return refused(ENOSYS, "Requested COMP algorithm not found");
}

PolicyId canonical(const PolicyId& id) {
    PolicyId stored = id;
    stored.selector = netlink::canonical(id.selector);
    return stored;
}

bool has_found(const Mark& mark, const Mark& asked_for) {
    return (asked_for.value & asked_for.mask & mark.mask) == mark.value;
}

}  // namespace

bool MemoryKernel::does(const Offload& offload) const {
    const auto device = devices_.find(offload.interface);
    return device != devices_.end() && device->second >= offload.kind;
}

KernelResult<void> MemoryKernel::check_offload(const std::optional<Offload>& offload) const {
    if (!offload || offload->kind == OffloadKind::crypto || does(*offload)) return {};
    return refused(EINVAL, "Device doesn't support offload");
}

KernelResult<void> MemoryKernel::check_offload(const PolicySpec& policy) const {
    if (policy.offload_interface == 0 || does({policy.offload_interface, OffloadKind::packet})) return {};
    return refused(EINVAL, "Policy offload is not supported");
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

// The one with this mark, else the first that the mark finds.
MemoryKernel::Sas::const_iterator MemoryKernel::find(const SaId& id) const {
    const auto exact = sas_.find(id);
    if (exact != sas_.end()) return exact;
    SaId first = id;
    first.mark = {};
    for (auto it = sas_.lower_bound(first); it != sas_.end(); ++it) {
        const SaId& other = it->first;
        if (std::tie(other.destination, other.spi, other.protocol) != std::tie(id.destination, id.spi, id.protocol)) {
            break;
        }
        if (has_found(other.mark, id.mark)) return it;
    }
    return sas_.end();
}

KernelResult<void> MemoryKernel::make(const AddSa& change) {
    auto known = std::visit([](const auto& one) { return check_algorithms(one); }, change.sa.algorithms);
    if (!known) return known;
    if (auto good = check_offload(change.sa.offload); !good) return good;
    if (find(change.sa.id) != sas_.end()) return refused(EEXIST);
    SaSpec kept = clone(change.sa);
    if (kept.offload && !does(*kept.offload)) kept.offload.reset();
    const std::chrono::sys_seconds added = kept.progress ? kept.progress->added : now_;
    sas_.emplace(change.sa.id, Sa{std::move(kept), added});
    return {};
}

namespace {

std::optional<bool> told_direction(const SaSpec& sa) {
    return tells_direction(sa) ? std::optional(sa.inbound) : std::nullopt;
}

SaState state_of(const SaSpec& spec, std::chrono::sys_seconds added) {
    SaState state;
    static_cast<SaProperties&>(state) = effective(spec);
    state.algorithms = names_of(spec.algorithms);
    state.inbound = told_direction(spec);
    state.added = added;
    if (spec.progress) {
        state.bytes = spec.progress->bytes;
        state.packets = spec.progress->packets;
    }
    return state;
}

PolicyState state_of(const PolicySpec& spec, std::uint32_t index, std::chrono::sys_seconds added) {
    PolicyState state{spec, added, std::nullopt};
    state.policy.index = index;
    return state;
}

}  // namespace

KernelResult<void> MemoryKernel::make(const UpdateSa& change) {
    const auto found = find(change.sa.id);
    if (found == sas_.end()) return refused(ESRCH);
    Sa& sa = sas_.at(found->first);
    if (is_larval(state_of(sa.spec, sa.added))) {
        sa = Sa{clone(change.sa), now_};
        return {};
    }
    SaSpec& spec = sa.spec;
    if (spec.encapsulation.has_value() != change.sa.encapsulation.has_value()) return refused(EINVAL);
    if (told_direction(spec) != told_direction(change.sa)) return refused(ESRCH);
    spec.encapsulation = change.sa.encapsulation;
    spec.lifetime = change.sa.lifetime;
    if (change.sa.output_mark.mask != 0) spec.output_mark = change.sa.output_mark;
    if (change.sa.if_id != 0) spec.if_id = change.sa.if_id;
    return {};
}

KernelResult<void> MemoryKernel::make(const DeleteSa& change) {
    const auto found = find(change.id);
    if (found == sas_.end()) return refused(ESRCH);
    sas_.erase(found);
    return {};
}

std::uint32_t MemoryKernel::free_index(const PolicySpec& policy) {
    if (policy.index != 0 && !by_index_.contains(policy.index)) return policy.index;
    std::uint32_t index = 0;
    do {
        index = policy_index(next_number_++, policy.id.direction);
    } while (by_index_.contains(index));
    return index;
}

void MemoryKernel::insert(const PolicySpec& policy, std::uint32_t index) {
    PolicySpec spec = policy;
    spec.id = canonical(policy.id);
    by_index_.insert_or_assign(index, spec.id);
    const PolicyId id = spec.id;
    policies_.insert_or_assign(id, Policy{std::move(spec), index, now_});
}

KernelResult<void> MemoryKernel::make(const AddPolicy& change) {
    if (auto good = check_offload(change.policy); !good) return good;
    if (policies_.contains(canonical(change.policy.id))) return refused(EEXIST);
    insert(change.policy, free_index(change.policy));
    return {};
}

KernelResult<void> MemoryKernel::make(const UpdatePolicy& change) {
    if (auto good = check_offload(change.policy); !good) return good;
    const auto replaced = policies_.find(canonical(change.policy.id));
    insert(change.policy, replaced != policies_.end() ? replaced->second.index : free_index(change.policy));
    return {};
}

MemoryKernel::Policies::const_iterator MemoryKernel::find(const DeletePolicy& change) const {
    if (change.index == 0) return policies_.find(canonical(change.id));
    const auto known = by_index_.find(change.index);
    if (known == by_index_.end()) return policies_.end();
    const PolicyId& id = known->second;
    return id.mark == change.id.mark && id.if_id == change.id.if_id ? policies_.find(id) : policies_.end();
}

KernelResult<void> MemoryKernel::make(const DeletePolicy& change) {
    const auto found = find(change);
    if (found == policies_.end()) return refused(ENOENT);
    by_index_.erase(found->second.index);
    policies_.erase(found);
    return {};
}

KernelResult<SaState> MemoryKernel::find_sa(const SaId& id) {
    const auto found = find(id);
    if (found == sas_.end()) return refused(ESRCH);
    return state_of(found->second.spec, found->second.added);
}

KernelResult<SaSpec> MemoryKernel::read_sa(const SaId& id) {
    const auto found = find(id);
    if (found == sas_.end()) return refused(ESRCH);
    SaSpec spec = clone(found->second.spec);
    if (!spec.progress) spec.progress = SaProgress{0, 0, {}, 0, 0, found->second.added, std::nullopt};
    return spec;
}

void MemoryKernel::advance(const SaId& id, std::uint64_t sent, std::uint64_t received) {
    Sa& sa = sas_.at(id);
    sa.spec.progress = SaProgress{sent, received, {}, 0, 0, sa.added, std::nullopt};
}

KernelResult<PolicyState> MemoryKernel::find_policy(const PolicyId& id) {
    const auto found = policies_.find(canonical(id));
    if (found == policies_.end()) return refused(ENOENT);
    return state_of(found->second.spec, found->second.index, found->second.added);
}

KernelResult<std::vector<SaState>> MemoryKernel::list_sas() {
    std::vector<SaState> states;
    states.reserve(sas_.size());
    for (const auto& [id, sa] : sas_) states.push_back(state_of(sa.spec, sa.added));
    return states;
}

KernelResult<std::vector<PolicyState>> MemoryKernel::list_policies() {
    std::vector<PolicyState> states;
    states.reserve(policies_.size());
    for (const auto& [id, policy] : policies_) states.push_back(state_of(policy.spec, policy.index, policy.added));
    return states;
}

void MemoryKernel::put_larval(const SaId& id, const base::Address& source, Reqid reqid) {
    SaSpec larval;
    larval.id = id;
    larval.source = source;
    larval.reqid = reqid;
    larval.algorithms = CipherAndMac{};
    sas_.insert_or_assign(id, Sa{std::move(larval), now_});
}

const SaSpec* MemoryKernel::sa(const SaId& id) const {
    const auto found = find(id);
    return found != sas_.end() ? &found->second.spec : nullptr;
}

const PolicySpec* MemoryKernel::policy(const PolicyId& id) const {
    const auto found = policies_.find(canonical(id));
    return found != policies_.end() ? &found->second.spec : nullptr;
}

}  // namespace xfrmd::netlink
