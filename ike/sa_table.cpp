#include "ike/sa_table.h"

#include <algorithm>
#include <utility>

namespace xfrmd::ike {

using ikev2::sa::IkeSa;
using ikev2::wire::IkeSpi;

namespace {

constexpr unsigned kShardShift = 56;
// strongSwan's range, which scripts and firewalls know.
constexpr std::uint32_t kFirstEspSpi = 0xc0000000;
constexpr std::uint32_t kEspSpiMask = 0x0fffffff;

// Who has begun an IKE SA with MOBIKE may have moved since, and told so in another one only (RFC 4555 3.5).
bool may_be_at(const ikev2::sa::Sa& sa, const base::Address& address) {
    return sa.remote.address == address || (sa.mobility.agreed && !sa.mobility.decides);
}

bool is_older(const ikev2::sa::ChildSa& one, const ikev2::sa::ChildSa& other) {
    return std::pair(one.used_since, one.id) < std::pair(other.used_since, other.id);
}

std::string key_of(const policy::Identity& local, const policy::Identity& remote) {
    const auto part = [](const policy::Identity& identity) {
        const base::Bytes folded = identity.folded();
        return std::to_string(folded.size()) + ":" + std::string(base::as_text(folded));
    };
    return part(local) + part(remote);
}

IkeSpi offered_by(const IkeSa& sa) {
    const auto* established = sa.established();
    const auto* rekeying =
        established == nullptr ? nullptr : std::get_if<ikev2::sa::RekeyingIke>(&established->exchange);
    return rekeying == nullptr ? IkeSpi::none : rekeying->spi;
}

}  // namespace

IkeSpi SaTable::new_ike_spi() {
    for (;;) {
        const std::uint64_t random = random_.number() & ((std::uint64_t{1} << kShardShift) - 1);
        const IkeSpi spi{std::uint64_t{shard_} << kShardShift | random};
        if (random != 0 && !by_spi_.contains(spi)) return spi;
    }
}

IkeSaId SaTable::new_ike_id() { return IkeSaId{numbered(ike_ids_++)}; }

ChildSaId SaTable::new_child_id() { return ChildSaId{numbered(child_ids_++)}; }

std::uint64_t SaTable::numbered(std::uint64_t given) const {
    return std::uint64_t{shard_} << kShardShift | (given * shards_ + shard_ + 1);
}

EspSpi SaTable::new_esp_spi() {
    for (;;) {
        const EspSpi spi{kFirstEspSpi | (static_cast<std::uint32_t>(random_.number()) & kEspSpiMask)};
        if (esp_spis_.insert(spi).second) return spi;
    }
}

const ikev2::sa::Established* SaTable::established(IkeSaId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second->established();
}

bool SaTable::is_live(IkeSaId id) const {
    const auto* sa = established(id);
    return sa != nullptr && !sa->is_succeeded;
}

bool SaTable::awaits_delete(IkeSaId id) const {
    const auto* sa = established(id);
    return sa != nullptr && sa->is_succeeded;
}

bool SaTable::has_elsewhere(const policy::Identity& local, const policy::Identity& remote,
                            const policy::Connection& connection, const base::Address& address) const {
    const std::string key = key_of(local, remote);
    const auto any = [&key](const Group& group, const auto& is_meant) {
        const auto found = group.find(key);
        return found != group.end() && std::any_of(found->second.begin(), found->second.end(), is_meant);
    };
    const auto here = [&](IkeSaId id) {
        const ikev2::sa::Sa& sa = by_id_.at(id)->sa();
        return is_live(id) && sa.remote.address != address && connection.counts_with(*sa.connection);
    };
    const auto there = [&](IkeSaId id) {
        const Elsewhere& other = elsewhere_.at(id);
        return other.remote != address && connection.counts_with(*other.connection);
    };
    return any(by_identities_, here) || any(elsewhere_by_identities_, there);
}

ChildSaId SaTable::twin_of(const ikev2::sa::Sa& sa, const ikev2::sa::Established& phase, const std::string& name,
                           const policy::TrafficSelectors& local, const policy::TrafficSelectors& remote) const {
    const auto group = by_identities_.find(key_of(phase.local_id, phase.remote_id));
    if (group == by_identities_.end()) return ChildSaId::none;
    const ikev2::sa::ChildSa* twin = nullptr;
    for (const IkeSaId id : group->second) {
        if (id == sa.id || !is_live(id) || !may_be_at(by_id_.at(id)->sa(), sa.remote.address)) continue;
        for (const ikev2::sa::ChildSa& child : established(id)->children) {
            const bool stands = child.state == ikev2::sa::ChildState::installed && !child.is_outbound_deferred;
            const bool is_same =
                child.name == name && !child.cpu() && child.local_ts == local && child.remote_ts == remote;
            // The others may be of IKE SAs that the peer has no more.
            if (stands && is_same && (twin == nullptr || is_older(*twin, child))) twin = &child;
        }
    }
    return twin == nullptr ? ChildSaId::none : twin->id;
}

void SaTable::note_elsewhere(const PeerNews& news) {
    Elsewhere& other = elsewhere_[news.ike_sa];
    other.remote = news.remote;
    other.connection = news.connection;
    regroup(elsewhere_by_identities_, other.identities, key_of(news.local_id, news.remote_id), news.ike_sa);
}

bool SaTable::is_known_elsewhere(const policy::Identity& local, const policy::Identity& remote) const {
    return elsewhere_by_identities_.contains(key_of(local, remote));
}

void SaTable::forget_elsewhere(IkeSaId id) {
    const auto found = elsewhere_.find(id);
    if (found == elsewhere_.end()) return;
    regroup(elsewhere_by_identities_, found->second.identities, {}, id);
    elsewhere_.erase(found);
}

std::optional<Cpi> SaTable::new_cpi() {
    // With every second one taken all of these miss once in 2^64 times; with nearly all taken nobody waits for luck.
    constexpr int kTries = 64;
    const std::uint64_t count = (kLastCpi - kFirstCpi + 1U) / shards_;
    for (int i = 0; i < kTries; ++i) {
        const Cpi cpi{static_cast<std::uint16_t>(kFirstCpi + random_.number() % count * shards_ + shard_)};
        if (cpis_.insert(cpi).second) return cpi;
    }
    return std::nullopt;
}

IkeSa& SaTable::add(std::unique_ptr<IkeSa> sa) {
    const IkeSaId id = sa->sa().id;
    by_spi_.emplace(sa->sa().own_spi(), id);
    indexed_.emplace(id, Indexed{});
    return *by_id_.emplace(id, std::move(sa)).first->second;
}

void SaTable::remove(IkeSaId id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    forget_indexes(id);
    indexed_.erase(id);
    by_spi_.erase(found->second->sa().own_spi());
    by_id_.erase(found);
}

void SaTable::forget_indexes(IkeSaId id) {
    Indexed& indexed = indexed_.at(id);
    regroup(by_connection_, indexed.connection, {}, id);
    regroup(attempts_, indexed.attempt, {}, id);
    regroup(by_identities_, indexed.identities, {}, id);
    due_.erase({indexed.deadline, id});
    note_offered(indexed, IkeSpi::none);
    indexed = {};
}

std::vector<IkeSaId> SaTable::ids() const {
    std::vector<IkeSaId> ids;
    ids.reserve(by_id_.size());
    for (const auto& entry : by_id_) ids.push_back(entry.first);
    return ids;
}

void SaTable::note_offered(Indexed& indexed, IkeSpi spi) {
    if (indexed.offered == spi) return;
    offered_.erase(indexed.offered);
    if (spi != IkeSpi::none) offered_.insert(spi);
    indexed.offered = spi;
}

void SaTable::swap_numbers(IkeSaId one, IkeSaId other) {
    for (const IkeSaId id : {one, other}) forget_indexes(id);
    std::swap(by_id_.at(one), by_id_.at(other));
    std::swap(by_id_.at(one)->sa().told_at, by_id_.at(other)->sa().told_at);
    for (const IkeSaId id : {one, other}) {
        ikev2::sa::Sa& sa = by_id_.at(id)->sa();
        sa.id = id;
        by_spi_[sa.own_spi()] = id;
    }
}

void SaTable::renumber(IkeSaId id, IkeSaId unused) {
    forget_indexes(id);
    indexed_.erase(id);
    indexed_.emplace(unused, Indexed{});
    auto node = by_id_.extract(id);
    node.key() = unused;
    ikev2::sa::Sa& sa = by_id_.insert(std::move(node)).position->second->sa();
    sa.id = unused;
    by_spi_[sa.own_spi()] = unused;
}

IkeSa* SaTable::find(IkeSpi own_spi) {
    const auto found = by_spi_.find(own_spi);
    return found == by_spi_.end() ? nullptr : find(found->second);
}

const IkeSa* SaTable::find(IkeSpi own_spi) const {
    const auto found = by_spi_.find(own_spi);
    return found == by_spi_.end() ? nullptr : by_id_.at(found->second).get();
}

IkeSa* SaTable::find(IkeSaId id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
}

void SaTable::update(IkeSa& sa, base::Instant deadline) {
    const IkeSaId id = sa.sa().id;
    Indexed& indexed = indexed_.at(id);
    if (indexed.deadline != deadline) {
        due_.erase({indexed.deadline, id});
        if (deadline != base::kNever) due_.emplace(deadline, id);
        indexed.deadline = deadline;
    }
    note_offered(indexed, offered_by(sa));
    // A half-open SA's connection is a guess: it is found by connection only once that is sure.
    const bool sure = sa.sa().original_initiator || sa.established() != nullptr;
    if (sure && indexed.connection.empty()) regroup(by_connection_, indexed.connection, sa.sa().connection_name(), id);
    std::string attempt = ikev2::sa::is_before_auth(sa.phase_id()) ? sa.sa().connection_name() : std::string();
    if (indexed.attempt != attempt) regroup(attempts_, indexed.attempt, std::move(attempt), id);
    // RFC 7619 2.3: who is nobody is not known again by that.
    const auto* established = sa.established();
    if (established != nullptr && !established->remote_id.is_null() && indexed.identities.empty()) {
        regroup(by_identities_, indexed.identities, key_of(established->local_id, established->remote_id), id);
    }
}

void SaTable::regroup(Group& group, std::string& current, std::string wanted, IkeSaId id) {
    if (const auto found = group.find(current); !current.empty() && found != group.end()) {
        found->second.erase(id);
        if (found->second.empty()) group.erase(found);
    }
    if (!wanted.empty()) group[wanted].insert(id);
    current = std::move(wanted);
}

std::vector<IkeSa*> SaTable::members(const Group& group, const std::string& key) {
    std::vector<IkeSa*> sas;
    if (const auto found = group.find(key); found != group.end()) {
        for (const IkeSaId id : found->second) sas.push_back(find(id));
    }
    return sas;
}

std::vector<IkeSa*> SaTable::of_connection(const std::string& name) { return members(by_connection_, name); }

std::vector<IkeSa*> SaTable::attempts_of(const std::string& connection) { return members(attempts_, connection); }

std::vector<IkeSa*> SaTable::of_identities(const policy::Identity& local, const policy::Identity& remote) {
    return members(by_identities_, key_of(local, remote));
}

IkeSa* SaTable::next_due(base::Instant now) {
    if (due_.empty() || due_.begin()->first > now) return nullptr;
    return find(due_.begin()->second);
}

}  // namespace xfrmd::ike
