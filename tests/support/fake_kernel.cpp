#include "tests/support/fake_kernel.h"

#include <algorithm>
#include <utility>

namespace xfrmd::tests {

namespace {

bool hold(const policy::TrafficSelectors& selectors, const base::Address& address) {
    return std::any_of(selectors.begin(), selectors.end(),
                       [&](const policy::TrafficSelector& selector) { return selector.addresses.contains(address); });
}

bool takes_out(const policy::TrafficSelectors& local, const policy::TrafficSelectors& remote, const Packet& packet) {
    return hold(local, packet.source) && hold(remote, packet.destination);
}

Packet turned(const Packet& packet) { return {packet.destination, packet.source}; }

}  // namespace

ike::ChildInstalled FakeKernel::install(ike::ChildInstall child) {
    ++changes_;
    ike::ChildInstalled answer{child.ike_sa, child.child, {}};
    if (verdict) answer.result = verdict(child);
    for (const auto& [id, existing] : children_) {
        if (existing.spi_in == child.spi_in) complaints_.push_back("one SPI for two children");
        if (existing.ipcomp && child.ipcomp && existing.ipcomp->in == child.ipcomp->in) {
            complaints_.push_back("one CPI for two children");
        }
    }
    if (!answer.result) {
        refused_.insert(answer.child);
        return answer;
    }
    if (!child.defer_outbound) used_.push_back(answer.child);
    if (!children_.emplace(answer.child, std::move(child)).second) complaints_.push_back("one child installed twice");
    return answer;
}

void FakeKernel::use(ike::ChildSaId child) {
    ++changes_;
    const auto found = children_.find(child);
    if (found == children_.end() || !std::exchange(found->second.defer_outbound, false)) {
        complaints_.push_back("a child used that does not wait for it");
    }
    used_.push_back(child);
}

void FakeKernel::move(const ike::MoveChild& move) {
    ++changes_;
    const auto found = children_.find(move.child);
    if (found == children_.end()) {
        if (!refused_.contains(move.child)) complaints_.push_back("a child moved that is not there");
        return;
    }
    found->second.local = move.local;
    found->second.remote = move.remote;
    found->second.udp_encapsulation = move.udp_encapsulation;
}

const ike::ChildInstall* FakeKernel::outbound(const std::string& child_name) const {
    for (auto id = used_.rbegin(); id != used_.rend(); ++id) {
        const auto child = children_.find(*id);
        if (child != children_.end() && child->second.child_name == child_name) return &child->second;
    }
    return nullptr;
}

void FakeKernel::guard(policy::TrafficSelectors local, policy::TrafficSelectors remote) {
    guards_.push_back({std::move(local), std::move(remote)});
}

Departure FakeKernel::depart(const Packet& packet) const {
    for (auto id = used_.rbegin(); id != used_.rend(); ++id) {
        const auto child = children_.find(*id);
        if (child == children_.end()) continue;
        if (!takes_out(child->second.local_ts, child->second.remote_ts, packet)) continue;
        const base::ByteView key = child->second.encryption_out.view();
        return {Fate::sealed, child->second.spi_out, base::Bytes(key.begin(), key.end())};
    }
    const bool is_guarded = std::any_of(guards_.begin(), guards_.end(), [&](const Guard& guard) {
        return takes_out(guard.local, guard.remote, packet);
    });
    return {is_guarded ? Fate::dropped : Fate::in_clear, {}, {}};
}

ike::ChildSaId FakeKernel::taker(const Packet& packet, const Departure& sealed) const {
    const auto found = std::find_if(children_.begin(), children_.end(), [&](const auto& entry) {
        const ike::ChildInstall& child = entry.second;
        return child.spi_in == sealed.spi && base::equal(child.encryption_in.view(), sealed.key) &&
               takes_out(child.local_ts, child.remote_ts, turned(packet));
    });
    return found == children_.end() ? ike::ChildSaId::none : found->first;
}

void FakeKernel::carry(ike::ChildSaId child, std::uint64_t in, std::uint64_t out) {
    ike::ChildUse& use = uses_[child];
    use.child = child;
    use.packets_in += in;
    use.packets_out += out;
}

std::vector<ike::ChildUse> FakeKernel::use_of(const std::vector<ike::ChildSaId>& children) const {
    std::vector<ike::ChildUse> uses;
    for (const ike::ChildSaId child : children) {
        if (!children_.contains(child)) continue;
        const auto found = uses_.find(child);
        uses.push_back(found == uses_.end() ? ike::ChildUse{child} : found->second);
    }
    return uses;
}

bool FakeKernel::accepts_in_clear(const Packet& packet) const { return depart(turned(packet)).fate == Fate::in_clear; }

void FakeKernel::remove(ike::ChildSaId child) {
    ++changes_;
    uses_.erase(child);
    if (children_.erase(child) + refused_.erase(child) == 0) complaints_.push_back("a child removed that is not there");
    used_.erase(std::remove(used_.begin(), used_.end(), child), used_.end());
}

std::vector<const ike::ChildInstall*> FakeKernel::list() const {
    std::vector<const ike::ChildInstall*> all;
    for (const auto& [id, child] : children_) all.push_back(&child);
    return all;
}

std::string mismatch(const ike::ChildInstall& ours, const ike::ChildInstall& theirs) {
    if (ours.spi_in != theirs.spi_out || ours.spi_out != theirs.spi_in) return "SPIs";
    if (ours.encryption_in != theirs.encryption_out || ours.encryption_out != theirs.encryption_in) return "keys";
    if (ours.integrity_in != theirs.integrity_out || ours.integrity_out != theirs.integrity_in) return "integrity keys";
    if (ours.encryption_in.size() != ours.suite.encryption_key_bytes()) return "key size";
    if (!ours.encryption_in.empty() && ours.encryption_in == ours.encryption_out) return "one key for both directions";
    if (ours.integrity_in.size() != ours.suite.integrity_key_bytes()) return "integrity key size";
    if (ours.local_ts != theirs.remote_ts || ours.remote_ts != theirs.local_ts) return "selectors";
    if (ours.mode != theirs.mode || ours.udp_encapsulation != theirs.udp_encapsulation) return "mode";
    if (ours.ipcomp.has_value() != theirs.ipcomp.has_value()) return "IPComp";
    if (ours.ipcomp && *ours.ipcomp != ike::IpComp{theirs.ipcomp->out, theirs.ipcomp->in}) return "CPIs";
    if (ours.suite.protocol != theirs.suite.protocol || ours.suite.encryption != theirs.suite.encryption ||
        ours.suite.key_bits != theirs.suite.key_bits || ours.suite.integrity != theirs.suite.integrity ||
        ours.suite.esn != theirs.suite.esn || ours.suite.key_exchange != theirs.suite.key_exchange) {
        return "suite";
    }
    return {};
}

std::string disagreement(const FakeKernel& ours, const FakeKernel& theirs) {
    if (ours.children().size() != theirs.children().size()) {
        return std::to_string(ours.children().size()) + " children here, " + std::to_string(theirs.children().size()) +
               " there";
    }
    for (const auto* child : ours.list()) {
        std::string wrong = "no other end";
        for (const auto* other : theirs.list()) {
            if (other->spi_out == child->spi_in) wrong = mismatch(*child, *other);
        }
        if (!wrong.empty()) return child->child_name + ": " + wrong;
    }
    return {};
}

}  // namespace xfrmd::tests
