// What comparisons with the kernel have found since the daemon started, and the events about it. Main thread only.
#pragma once

#include "daemon/api/event_log.h"
#include "daemon/api/kernel_model.h"
#include "ike/base/instant.h"
#include "netlink/kernel_error.h"

namespace xfrmd::daemon {

// Who hears of every comparison.
class KernelObserver {
public:
    virtual ~KernelObserver() = default;
    // Error: the kernel could not be listed.
    virtual void reconciled(const netlink::KernelResult<api::KernelDrift>& drift) = 0;
    // The kernel's notices were lost; a comparison follows.
    virtual void overrun() = 0;
};

class KernelHistory final : public KernelObserver {
public:
    // `events` outlive it.
    explicit KernelHistory(api::EventLog& events) : events_(events) {}

    void reconciled(const netlink::KernelResult<api::KernelDrift>& drift) override;
    void overrun() override;
    api::ReconcileHistory view() const;

private:
    void found(const api::KernelDrift& drift);

    api::EventLog& events_;
    api::ReconcileHistory history_;  // but for the age
    base::Instant last_{};
};

}  // namespace xfrmd::daemon
