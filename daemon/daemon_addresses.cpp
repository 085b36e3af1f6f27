// Virtual addresses: leases for peers, and those that peers have given us. And this host's own, when they go.
#include <memory>
#include <utility>

#include "daemon/daemon.h"

namespace xfrmd::daemon {

void Daemon::lease(std::uint8_t shard, ike::LeaseAddresses question) {
    pool_->on_main([this, shard, question = std::move(question)] {
        // Who holds an address of a pool that is to change keeps it as it was, and whoever asked has been told
        // otherwise.
        if (objects_.has_other_pools()) settle();
        events_.count_change();
        pool_->submit(shard, ike::Leased{question.request.holder, leases_.lease(question.request)});
    });
}

void Daemon::give_back(policy::LeaseHolder holder) {
    pool_->on_main([this, holder] {
        events_.count_change();
        leases_.give_back(holder);
    });
}

void Daemon::move_leases(ike::MoveLeases moved) {
    pool_->on_main([this, moved] { leases_.move(moved.holder, moved.remote); });
}

void Daemon::hold(ike::HoldAddresses given) {
    if (!options_.install_virtual_ips) given.addresses.clear();
    if (options_.dns_to_updown) given.name_servers.clear();
    pool_->on_main([this, given = std::move(given)] { held_->hold(given); });
}

void Daemon::drop(policy::LeaseHolder holder) {
    pool_->on_main([this, holder] { held_->drop(holder); });
}

// on_local_down = clear (Junos: gw-interface): there is nobody to tell, for nothing reaches the peer from there.
void Daemon::lose_address(const base::Address& address) {
    if (stopping_) return;
    const auto is_meant = [address](const ikev2::sa::Sa& sa) {
        const bool clears = sa.connection != nullptr && sa.connection->on_local_down == policy::OnLocalDown::clear;
        return clears && sa.local.address == address;
    };
    collect(is_meant, [this, address](const std::vector<ike::IkeSaId>& ids) {
        if (ids.empty()) return;
        log_.warning("address " + address.to_string() + " has gone: clearing " + std::to_string(ids.size()) +
                     " IKE SAs");
        for (const ike::IkeSaId id : ids) clear(id, {}, true, [](const ike::OperationDone&) {});
    });
}

}  // namespace xfrmd::daemon
