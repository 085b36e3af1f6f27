#include "daemon/kernel_side.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "daemon/clock.h"
#include "daemon/kernel_selectors.h"
#include "daemon/sa_events.h"
#include "ike/crypto/chacha_random.h"
#include "netlink/memory_kernel.h"
#include "netlink/xfrm_kernel.h"

namespace xfrmd::daemon {

namespace {

// Nothing but a net: notices tell what is to be looked at. Comparing everything takes a hundredth of the loop's time at
// most.
constexpr auto kCompareEvery = std::chrono::seconds(30);
constexpr int kPausesOfComparison = 100;
// How long what an earlier process left behind may carry packets without anybody claiming it.
constexpr auto kInheritanceLife = std::chrono::hours(1);

constexpr auto kStandingPause = std::chrono::seconds(5);

DeviceTowards device_finder(const NetworkSide* network) {
    if (network == nullptr) return {};
    return [network](const base::Address& remote, const base::Address& local) {
        return network->device_towards(remote, local);
    };
}

}  // namespace

tl::expected<std::unique_ptr<KernelSide>, std::string> KernelSide::open(asio::io_context& io, Log& log,
                                                                        KernelChoice choice, const RouteOptions& routes,
                                                                        KernelClient& client,
                                                                        KernelObserver& observer) {
    std::unique_ptr<netlink::Kernel> kernel = std::make_unique<netlink::MemoryKernel>();
    std::optional<std::uint32_t> sender;
    if (choice == KernelChoice::memory) {
        log.warning("no kernel is used: SAs are negotiated but no packet is protected");
    } else {
        auto linux = netlink::XfrmKernel::open();
        if (!linux) return tl::unexpected(linux.error().text);
        sender = (*linux)->sender();
        kernel = std::move(*linux);
    }
    if (const auto able = kernel->probe(); !able) return tl::unexpected(able.error().text);
    std::unique_ptr<NetworkSide> network;
    if (sender) {
        auto opened =
            NetworkSide::open(io, log, [&client](const base::Address& gone) { client.lose_address(gone); }, routes);
        if (!opened) return tl::unexpected(opened.error());
        network = std::move(*opened);
    }
    const auto random = crypto::ChaChaRandom::make();
    if (!random) return tl::unexpected(random.error().sentence());
    const netlink::HashKey key{(*random)->number(), (*random)->number()};
    std::unique_ptr<KernelSide> side(
        new KernelSide(io, log, std::move(kernel), std::move(network), key, client, observer));
    if (sender) {
        if (const auto opened = side->events_.open(*sender); !opened) return tl::unexpected(opened.error().text);
    }
    if (const auto found = side->find_features(); !found) {
        return tl::unexpected("cannot find out what the kernel can do: " + found.error().text);
    }
    if (const auto inherited = side->inherit(); !inherited) {
        return tl::unexpected("cannot see what is in the kernel already: " + inherited.error().text);
    }
    if (side->network_)
        side->network_->watch_links([whole = side.get()](std::uint32_t link) {
            if (whole->tunnels_.offloads_to(link)) whole->suspect_everything();
        });
    side->compare_.within(kCompareEvery);
    return side;
}

KernelSide::KernelSide(asio::io_context& io, Log& log, std::unique_ptr<netlink::Kernel> kernel,
                       std::unique_ptr<NetworkSide> network, netlink::HashKey key, KernelClient& client,
                       KernelObserver& observer)
    : io_(io),
      log_(log),
      client_(client),
      observer_(observer),
      kernel_(std::move(kernel)),
      network_(std::move(network)),
      warm_up_(*kernel_),
      books_(*kernel_, key),
      reconciler_(books_),
      tunnels_(books_, {network_.get(), &log_, device_finder(network_.get())}),
      queue_(io, tunnels_),
      standing_(log, books_),
      acquires_(io,
                [this](const auto& child, const auto& packet, const auto& done) { negotiate(child, packet, done); }),
      events_(
          io, [this](netlink::Event&& event) { std::visit([this](const auto& item) { on(item); }, event); },
          [this](const netlink::KernelError& error) {
              log_.error("the kernel's events cannot be read, and are opened anew: " + error.text);
          }),
      manual_(books_),
      suspects_(books_, tunnels_, manual_),
      renewals_(io, [this](ike::ChildSaId child) { renew(child); }),
      put_standing_(io, [this] { put_standing(); }),
      look_(io, [this] { look(); }),
      compare_(io, [this] { compare(); }),
      retire_(io, [this] { retire(); }) {}

netlink::KernelResult<void> KernelSide::find_features() {
    auto found = netlink::find_features(*kernel_);
    if (!found) return tl::unexpected<netlink::KernelError>(found.error());
    features_ = std::move(*found);
    tunnels_.tell_direction(features_.sa_direction);
    return {};
}

netlink::KernelResult<void> KernelSide::inherit() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto inherited = reconciler_.inherit(now, kInheritanceLife);
    if (!inherited) return tl::unexpected<netlink::KernelError>(inherited.error());
    has_inherited_ = inherited->policies != 0;
    if (!has_inherited_) return {};
    log_.warning("an earlier xfrmd left " + std::to_string(inherited->sas) + " SAs and " +
                 std::to_string(inherited->policies) + " policies in the kernel: they stay in use until new ones come");
    retire_.within(kInheritanceLife);
    return {};
}

void KernelSide::retire() {
    reconciler_.disown();
    put_standing();
    remove_inheritance();
}

void KernelSide::remove_inheritance() {
    if (const auto retired = reconciler_.retire(); !retired) log_.error(retired.error().text);
    if (network_) network_->retire();
}

void KernelSide::watch_paths(std::function<void()> on_change) {
    if (network_) network_->watch_paths(std::move(on_change));
}

bool KernelSide::is_path(const base::Address& local, const base::Address& remote) const {
    return !network_ || network_->is_path(local, remote);
}

std::vector<base::Address> KernelSide::own_addresses() const {
    return network_ ? network_->own_addresses() : std::vector<base::Address>();
}

void KernelSide::configure(policy::Snapshot configuration) {
    configuration_ = std::move(configuration);
    for (const std::string& missing : warm_up_.run(*configuration_)) log_.warning(missing);
    if (network_) network_->configure(configuration_->interfaces());
    standing_.reserve_reqids(*configuration_);
    for (const std::string& error : manual_.update(configuration_->manual())) log_.error(error);
    put_standing();
}

void KernelSide::trap(const std::string& connection, const std::string& child) {
    const policy::Connection* found = configuration_->connection(connection);
    if (found != nullptr && !standing_.trap(*found, child)) put_standing_.within(kStandingPause);
}

// What has no route yet gets another chance.
void KernelSide::put_standing() {
    put_standing_.cancel();
    const bool all_stand = standing_.update(*configuration_);
    for (const StandingChild& child : standing_.inherited()) acquires_.ask({child.connection, child.child}, {});
    if (!all_stand) put_standing_.within(kStandingPause);
}

void KernelSide::compare() {
    const auto start = std::chrono::steady_clock::now();
    if (const auto drift = reconcile(); !drift) log_.error("cannot list what the kernel has: " + drift.error().text);
    const auto took = std::chrono::steady_clock::now() - start;
    comparison_takes_ = std::chrono::ceil<std::chrono::milliseconds>(took);
    compare_.within(std::max<std::chrono::milliseconds>(kCompareEvery, comparison_takes_ * kPausesOfComparison));
}

void KernelSide::suspect_everything() {
    suspects_.note_everything();
    look_soon();
}

void KernelSide::look_soon() {
    if (suspects_.none()) return;
    if (!suspects_.at_everything()) return look_.within(kSoon);
    // Whoever flushes again and again gets no more than half of the loop.
    compare_.within(std::max(kSoon, comparison_takes_));
}

void KernelSide::look() {
    if (suspects_.at_everything()) return;  // a comparison is due
    queue_.flush();
    const api::KernelDrift found = report(look_at(suspects_.take()));
    if (!found.none()) observer_.reconciled(found);
}

netlink::Drift KernelSide::look_at(const Suspects::Look& suspects) {
    netlink::Drift drift = reconciler_.check(suspects.policies);
    for (const netlink::SaId& sa : suspects.sas) {
        if (!reconciler_.is_gone(sa)) continue;
        reconciler_.lose_orphan(sa);
        if (const auto* tunnel = tunnels_.tunnel_of(sa)) drift.broken.push_back(*tunnel);
    }
    replace_unserved();
    return drift;
}

// What is to stand in their place does so before they go.
void KernelSide::replace_unserved() {
    if (!reconciler_.lower_unserved()) return;
    put_standing();
    const auto is_awaited = [this](const netlink::PolicyId& id) { return standing_.awaits(id); };
    if (const auto dropped = reconciler_.drop_unserved(is_awaited); !dropped) log_.error(dropped.error().text);
}

// The kernel asks once for each larval SA, which are many where a trap is wide; one child serves them all.
void KernelSide::on(const netlink::AcquireEvent& event) {
    if (!suspects_.is_ours(event.policy, event.policy_index)) return;
    if (const TunnelOwner* owner = tunnels_.in_group_at(event.policy)) return on_wanted_in_group(*owner, event);
    const StandingChild* trap = standing_.trap_of(event.policy);
    if (trap == nullptr) return;  // a tunnel whose SA has gone: the reconciler sees to it
    if (!acquires_.ask({trap->connection, trap->child}, triggering_packet(event.packet))) return;
    log_.info(trap->connection + ": a packet asks for child " + trap->child + ": " + to_string(event.packet));
    tunnels_.answer_acquire(trap->connection, trap->child, event.sequence);
}

// RFC 9611 6. Without a CPU not even the one for all of them is there. Linux drops what else comes on that CPU while it
// has a larval SA for it: the group's policies stop asking, and packets go by the SA for all CPUs meanwhile.
void KernelSide::on_wanted_in_group(const TunnelOwner& owner, const netlink::AcquireEvent& event) {
    const WantedChild wanted{owner.connection_name, owner.child_name, owner.ike_sa, event.cpu};
    if (event.cpu && !tunnels_.groups().ask(owner.child, *event.cpu)) return;
    if (!acquires_.ask(wanted, triggering_packet(event.packet))) return;
    log_.info(wanted.connection + ": a packet " +
              (event.cpu ? "on CPU " + std::to_string(*event.cpu) + " " : std::string()) + "asks for child " +
              wanted.child + ": " + to_string(event.packet));
}

void KernelSide::negotiate(const WantedChild& child, const Acquires::Packet& packet,
                           const std::function<void()>& done) {
    client_.acquire(child, packet, [this, child, done](const base::Result<void>& end) {
        const bool is_refused = !end && end.error().reason == base::Reason::TsMaxQueue;
        if (child.cpu && is_refused) tunnels_.groups().ask_no_more(child);
        done();
    });
}

void KernelSide::on(const netlink::ExpireEvent& event) {
    if (event.hard && event.cpu && event.sa.spi == netlink::Spi{0})
        tunnels_.groups().may_ask_again(event.reqid, *event.cpu);
    const TunnelOwner* owner = tunnels_.owner_of(event.sa);
    if (!event.hard) {
        if (owner != nullptr) client_.rekey(*owner);
        return;
    }
    if (owner == nullptr) return suspect(event);
    if (told_.insert(owner->child).second) client_.expire(*owner);
}

void KernelSide::on(const netlink::MappingEvent& event) {
    const TunnelOwner* owner = tunnels_.owner_without_mark(event.sa);
    if (owner == nullptr || !mapping_pace_.is_due(owner->child, boot_now())) return;
    client_.follow(*owner, {event.source, event.source_port});
}

void KernelSide::on(const netlink::OverrunEvent&) {
    observer_.overrun();
    suspect_everything();
}

void KernelSide::repair_manual(netlink::Drift& drift) {
    if (manual_.size() == 0) return;
    const auto had = books_.kernel.list_sas();
    if (!had) return drift.failed.push_back("cannot list the kernel's SAs: " + had.error().text);
    ManualRepair repair = manual_.repair(*had);
    std::move(repair.repaired.begin(), repair.repaired.end(), std::back_inserter(drift.repaired));
    std::move(repair.failed.begin(), repair.failed.end(), std::back_inserter(drift.failed));
}

// A flush may touch hundreds of thousands.
void KernelSide::tell(const std::vector<std::string>& sentences) {
    constexpr std::size_t kMostSentences = 10;
    for (std::size_t i = 0; i < sentences.size() && i < kMostSentences; ++i) {
        log_.warning("kernel: " + sentences[i]);
    }
    if (sentences.size() <= kMostSentences) return;
    log_.warning("kernel: and " + std::to_string(sentences.size() - kMostSentences) + " more like these");
}

netlink::KernelResult<api::KernelDrift> KernelSide::reconcile() {
    queue_.flush();
    suspects_.forget();
    auto drift = reconciler_.run(boot_now());
    netlink::KernelResult<api::KernelDrift> found;
    if (drift) {
        replace_unserved();
        repair_manual(*drift);
        found = report(std::move(*drift));
        renew_stranded();
    } else {
        found = tl::unexpected<netlink::KernelError>(drift.error());
    }
    observer_.reconciled(found);
    return found;
}

api::KernelDrift KernelSide::report(netlink::Drift drift) {
    for (std::string& sentence : drift.repaired) sentence += "; it was put back";
    for (std::string& sentence : drift.removed) sentence += "; it was removed";
    std::move(drift.removed.begin(), drift.removed.end(), std::back_inserter(drift.repaired));
    tell(drift.repaired);
    tell(drift.failed);
    std::erase_if(told_, [this](ike::ChildSaId child) { return !tunnels_.has(child); });
    api::KernelDrift found{std::move(drift.repaired), {}, std::move(drift.failed)};
    for (const netlink::InstalledTunnel& tunnel : drift.broken) {
        const TunnelOwner* owner = tunnels_.owner_of(tunnel.inbound);
        if (owner == nullptr || !told_.insert(owner->child).second) continue;
        found.renegotiated.push_back({api_id(owner->ike_sa, owner->number), owner->connection_name, owner->child_name});
        renewals_.add(owner->child);
    }
    return found;
}

void KernelSide::renew(ike::ChildSaId child) {
    const TunnelOwner* owner = tunnels_.owner_of(child);
    if (owner == nullptr) return;
    const auto stranded = stranded_.find(child);
    client_.renew(*owner, stranded == stranded_.end() ? std::nullopt : std::optional(stranded->second));
}

void KernelSide::renew_once(ike::ChildSaId child) {
    if (told_.insert(child).second) renewals_.add(child);
}

void KernelSide::note_move(ike::ChildSaId child, const base::Result<void>& moved) {
    stranded_.erase(child);
    if (moved) return;
    stranded_.emplace(child, moved.error().sentence());
    renew_once(child);
}

// Their SAs may all be there, so that no comparison finds them broken.
void KernelSide::renew_stranded() {
    std::erase_if(stranded_, [this](const auto& entry) { return !tunnels_.has(entry.first); });
    for (const auto& [child, why] : stranded_) renew_once(child);
}

void KernelSide::clean() {
    events_.close();
    put_standing_.cancel();
    look_.cancel();
    compare_.cancel();
    retire_.cancel();
    queue_.flush();
    standing_.remove_all();
    if (const auto removed = tunnels_.remove_all(); !removed) log_.error(removed.error().sentence());
    if (const auto removed = manual_.remove_all(); !removed) log_.error(removed.error().text);
    remove_inheritance();
    if (network_) network_->clean();
}

}  // namespace xfrmd::daemon
