// All that deals with the kernel: its port, the books of what is wanted there, tunnels and the queue into them, and the
// watch over what it really has. Main thread only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <tl/expected.hpp>

#include "daemon/acquires.h"
#include "daemon/child_turns.h"
#include "daemon/deadline.h"
#include "daemon/kernel_client.h"
#include "daemon/kernel_events.h"
#include "daemon/kernel_history.h"
#include "daemon/kernel_status.h"
#include "daemon/log.h"
#include "daemon/manual_sas.h"
#include "daemon/mapping_pace.h"
#include "daemon/network_side.h"
#include "daemon/standing_keeper.h"
#include "daemon/suspects.h"
#include "daemon/tunnel_queue.h"
#include "daemon/tunnels.h"
#include "daemon/warm_up.h"
#include "netlink/books.h"
#include "netlink/features.h"
#include "netlink/reconciler.h"

namespace xfrmd::daemon {

enum class KernelChoice : std::uint8_t { linux_xfrm, memory };

class KernelSide {
public:
    // Opens the kernel, and takes over what an earlier process left there. All outlive it. The error is one sentence.
    static tl::expected<std::unique_ptr<KernelSide>, std::string> open(asio::io_context& io, Log& log,
                                                                       KernelChoice choice, const RouteOptions& routes,
                                                                       KernelClient& client, KernelObserver& observer);

    Tunnels& tunnels() { return tunnels_; }
    TunnelQueue& queue() { return queue_; }
    ManualSas& manual() { return manual_; }
    const netlink::KernelFeatures& features() const { return features_; }
    // Of the configuration, and whether the kernel has them.
    const std::map<std::string, bool>& algorithms() const { return warm_up_.tried(); }
    // Interfaces, manual SAs, traps, shunts and blocks of this configuration, and no others. What cannot be installed
    // is logged, and tried again.
    void configure(policy::Snapshot configuration);
    // A trap for this child, as if it had start_action = trap, where its configuration wants that in some case.
    void trap(const std::string& connection, const std::string& child);
    StandingKeeper& standing() { return standing_; }
    // Compares and repairs everything, now; the observer hears of it, too. Error: the kernel could not be listed.
    netlink::KernelResult<api::KernelDrift> reconcile();
    netlink::KernelResult<api::KernelStatus> status() { return count_kernel(books_, tunnels_, manual_); }
    // Towards this peer, from before this process.
    bool has_inherited_sas(const base::Address& remote) const { return books_.has_orphans_towards(remote); }
    NetworkSide* network() { return network_.get(); }  // nullptr without Linux
    const NetworkSide* network() const { return network_.get(); }
    // As NetworkSide has it; without Linux nothing changes, every path is one, and no address is known.
    void watch_paths(std::function<void()> on_change);
    bool is_path(const base::Address& local, const base::Address& remote) const;
    std::vector<base::Address> own_addresses() const;
    // KernelClient::renew() or expire() came to nothing: it is told again at the next comparison, if it is still so.
    void tell_again(ike::ChildSaId child) { told_.erase(child); }
    // What has become of a move. A tunnel that could not follow is of no use any more: another one is negotiated.
    void note_move(ike::ChildSaId child, const base::Result<void>& moved);
    // An earlier process has left tunnels that are still of use.
    bool has_inherited() const { return has_inherited_; }
    void clean();  // removes everything of ours

private:
    KernelSide(asio::io_context& io, Log& log, std::unique_ptr<netlink::Kernel> kernel,
               std::unique_ptr<NetworkSide> network, netlink::HashKey key, KernelClient& client,
               KernelObserver& observer);
    netlink::KernelResult<void> find_features();
    netlink::KernelResult<void> inherit();
    void put_standing();
    void tell(const std::vector<std::string>& sentences);
    void look();
    void compare();
    netlink::Drift look_at(const Suspects::Look& suspects);
    void replace_unserved();
    // Logs it, and has lost tunnels negotiated anew.
    api::KernelDrift report(netlink::Drift drift);
    void renew(ike::ChildSaId child);
    void renew_once(ike::ChildSaId child);
    void renew_stranded();
    void on(const netlink::AcquireEvent& event);
    void negotiate(const WantedChild& child, const Acquires::Packet& packet, const std::function<void()>& done);
    void on_wanted_in_group(const TunnelOwner& owner, const netlink::AcquireEvent& event);
    void on(const netlink::ExpireEvent& event);
    void on(const netlink::MappingEvent& event);
    void on(const netlink::OverrunEvent& event);
    void on(const netlink::SaFlushEvent&) { suspect_everything(); }
    void on(const netlink::PolicyFlushEvent&) { suspect_everything(); }
    void on(const netlink::SaChangeEvent& event) { suspect(event); }
    void on(const netlink::PolicyChangeEvent& event) { suspect(event); }
    template <typename Notice>
    void suspect(const Notice& notice) {
        suspects_.note(notice);
        look_soon();
    }
    void suspect_everything();
    void look_soon();
    void repair_manual(netlink::Drift& drift);
    void retire();
    void remove_inheritance();

    // After somebody else's hand: at once enough for two seconds, and late enough to see a flush as one event.
    static constexpr std::chrono::milliseconds kSoon{200};
    asio::io_context& io_;
    Log& log_;
    KernelClient& client_;
    KernelObserver& observer_;
    std::unique_ptr<netlink::Kernel> kernel_;
    std::unique_ptr<NetworkSide> network_;  // none without Linux
    netlink::KernelFeatures features_;
    WarmUp warm_up_;
    netlink::Books books_;
    netlink::Reconciler reconciler_;
    Tunnels tunnels_;
    TunnelQueue queue_;
    StandingKeeper standing_;
    policy::Snapshot configuration_;
    Acquires acquires_;
    std::set<ike::ChildSaId> told_;                   // that they are broken or at their limit, and not gone yet
    std::map<ike::ChildSaId, std::string> stranded_;  // that could not follow their IKE SA, and why
    KernelEvents events_;
    MappingPace mapping_pace_;
    ManualSas manual_;
    Suspects suspects_;
    ChildTurns renewals_;
    Deadline put_standing_;                         // what could not be put at the last attempt
    Deadline look_;                                 // at what notices were about
    Deadline compare_;                              // everything, whatever was told
    std::chrono::milliseconds comparison_takes_{};  // the last one
    Deadline retire_;
    bool has_inherited_ = false;
};

}  // namespace xfrmd::daemon
