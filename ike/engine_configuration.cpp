#include <memory>

#include "ike/engine.h"

namespace xfrmd::ike {

using base::Reason;

namespace {

// The connection as it is now, with those of the children that stand which it has no more: they are rekeyed as long as
// the IKE SA lives. Nothing where it has them all.
std::shared_ptr<const policy::Connection> with_standing(const policy::Connection& now, const ikev2::sa::IkeSa& sa) {
    std::shared_ptr<policy::Connection> merged;
    if (sa.established() == nullptr) return merged;
    for (const ikev2::sa::ChildSa& child : sa.established()->children) {
        const policy::Child* before = sa.sa().connection->child(child.name);
        const bool is_there = (merged != nullptr ? *merged : now).child(child.name) != nullptr;
        if (before == nullptr || is_there) continue;
        if (merged == nullptr) merged = std::make_shared<policy::Connection>(now);
        merged->children.push_back(*before);
    }
    return merged;
}

}  // namespace

void Engine::on(const Reconfigure& change, Turn& turn) {
    if (configuration_->credentials() != change.configuration->credentials()) {
        validation_.enquiries.forget_judgements();
        validation_.signers.forget();
    }
    configuration_ = change.configuration;
    for (const IkeSaId id : table_.ids()) {
        if (IkeSa* sa = table_.find(id)) adopt(*sa, change.configuration, turn);  // or another one took it along
    }
}

// What stands goes on: with its connection as it is now where that is the same but for children, else as it was, until
// somebody clears it. What does not stand yet is given up with a connection that has changed or gone, unless it is to
// take the place of one that stands. A half-open one will find its connection in the new snapshot when its identities
// are known, unless a round has passed for one.
void Engine::adopt(IkeSa& sa, const policy::Snapshot& configuration, Turn& turn) {
    if (sa.is_half_open() && !sa.has_passed_round()) {
        sa.sa().connection = nullptr;
        sa.sa().configuration = configuration;
        return;
    }
    const policy::Connection* before = sa.sa().connection;
    const policy::Connection* now = configuration->connection(sa.sa().connection_name());
    if (now != nullptr && now->has_same_ike(*before)) {
        const auto merged = with_standing(*now, sa);
        sa.sa().connection = merged != nullptr ? merged.get() : now;
        sa.sa().configuration = merged != nullptr ? policy::keeping(configuration, *merged) : configuration;
        return;
    }
    if (sa.established() != nullptr || sa.sa().repeats.of != IkeSaId::none) {
        sa.sa().configuration = policy::keeping(configuration, *before);
        return;
    }
    if (!sa.is_ending()) sa.give_up({Reason::ConfigurationRemoved, {}, {}}, around(turn));
    settle(sa, false, turn);
}

}  // namespace xfrmd::ike
