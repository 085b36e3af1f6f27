#include "daemon/kernel_side.h"

#include <chrono>
#include <utility>

#include "netlink/memory_kernel.h"
#include "netlink/xfrm_kernel.h"

namespace xfrmd::daemon {

namespace {

constexpr auto kReconcileEvery = std::chrono::seconds(30);
// How long what an earlier process left behind may carry packets without anybody claiming it.
constexpr auto kInheritanceLife = std::chrono::hours(1);

tl::expected<std::unique_ptr<netlink::Kernel>, std::string> open_port(Log& log, KernelChoice choice) {
    if (choice == KernelChoice::memory) {
        log.warning("no kernel is used: SAs are negotiated but no packet is protected");
        return std::make_unique<netlink::MemoryKernel>();
    }
    auto kernel = netlink::XfrmKernel::open();
    if (!kernel) return tl::unexpected(kernel.error().text);
    return std::move(*kernel);
}

}  // namespace

tl::expected<std::unique_ptr<KernelSide>, std::string> KernelSide::open(asio::io_context& io, Log& log,
                                                                        KernelChoice choice, OnBroken on_broken) {
    auto kernel = open_port(log, choice);
    if (!kernel) return tl::unexpected(kernel.error());
    if (const auto able = (*kernel)->probe(); !able) return tl::unexpected(able.error().text);
    std::unique_ptr<KernelSide> side(new KernelSide(io, log, std::move(*kernel), std::move(on_broken)));
    side->inherit();
    side->reconcile_later();
    return side;
}

KernelSide::KernelSide(asio::io_context& io, Log& log, std::unique_ptr<netlink::Kernel> kernel, OnBroken on_broken)
    : log_(log),
      on_broken_(std::move(on_broken)),
      kernel_(std::move(kernel)),
      books_(*kernel_),
      reconciler_(books_),
      tunnels_(books_),
      queue_(io, tunnels_),
      reconcile_timer_(io),
      retire_timer_(io) {}

void KernelSide::inherit() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto inherited = reconciler_.inherit(now, kInheritanceLife);
    if (!inherited) return log_.error("cannot see what is in the kernel already: " + inherited.error().text);
    if (inherited->policies == 0) return;
    log_.warning("an earlier xfrmd left " + std::to_string(inherited->sas) + " SAs and " +
                 std::to_string(inherited->policies) + " policies in the kernel: they stay in use until new ones come");
    retire_later();
}

void KernelSide::retire_later() {
    retire_timer_.expires_after(kInheritanceLife);
    retire_timer_.async_wait([this](const std::error_code& error) {
        if (!error) retire();
    });
}

void KernelSide::retire() {
    if (const auto retired = reconciler_.retire(); !retired) log_.error(retired.error().text);
}

void KernelSide::reconcile_later() {
    reconcile_timer_.expires_after(kReconcileEvery);
    reconcile_timer_.async_wait([this](const std::error_code& error) {
        if (error) return;
        if (const auto drift = reconcile(); !drift) log_.error("cannot list the kernel's SAs: " + drift.error().text);
        reconcile_later();
    });
}

netlink::KernelResult<netlink::Drift> KernelSide::reconcile() {
    queue_.flush();
    auto drift = reconciler_.run();
    if (!drift) return drift;
    for (const std::string& sentence : drift->repaired) log_.warning("kernel: " + sentence + "; it was put back");
    for (const std::string& sentence : drift->failed) log_.error("kernel: " + sentence);
    for (const netlink::InstalledTunnel& tunnel : drift->broken) {
        if (const TunnelOwner* owner = tunnels_.owner_of(tunnel)) on_broken_(*owner);
    }
    return drift;
}

void KernelSide::clean() {
    reconcile_timer_.cancel();
    retire_timer_.cancel();
    queue_.flush();
    if (const auto removed = tunnels_.remove_all(); !removed) log_.error(removed.error().sentence());
    retire();
}

}  // namespace xfrmd::daemon
