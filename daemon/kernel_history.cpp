#include "daemon/kernel_history.h"

#include <string>

#include "daemon/clock.h"

namespace xfrmd::daemon {

namespace {

// "2 put back, 1 negotiated anew, 0 failed; the first: ..."
std::string sentence_of(const api::KernelDrift& drift) {
    std::string text = std::to_string(drift.repaired.size()) + " put back, " +
                       std::to_string(drift.renegotiated.size()) + " negotiated anew, " +
                       std::to_string(drift.failed.size()) + " failed";
    if (!drift.failed.empty()) return text + "; the first: " + drift.failed.front();
    if (!drift.repaired.empty()) return text + "; the first: " + drift.repaired.front();
    const api::LostTunnel& lost = drift.renegotiated.front();
    return text + "; the first: child SA " + lost.id.to_string() + " (" + lost.conn + "/" + lost.child + ")";
}

}  // namespace

void KernelHistory::reconciled(const netlink::KernelResult<api::KernelDrift>& drift) {
    ++history_.runs;
    last_ = boot_now();
    if (drift) return found(*drift);
    history_.outcome = api::ReconcileOutcome::failed;
    history_.error = drift.error().text;
    events_.publish({api::EventKind::drift,
                     "cannot list what the kernel has: " + history_.error,
                     {},
                     api::KernelDrift{{}, {}, {history_.error}}});
}

void KernelHistory::found(const api::KernelDrift& drift) {
    history_.error = drift.failed.empty() ? std::string() : drift.failed.front();
    history_.outcome = drift.none() ? api::ReconcileOutcome::in_order : api::ReconcileOutcome::repaired;
    if (!drift.failed.empty()) history_.outcome = api::ReconcileOutcome::failed;
    history_.repaired += drift.repaired.size();
    history_.renegotiated += drift.renegotiated.size();
    history_.failed += drift.failed.size();
    if (!drift.none()) events_.publish({api::EventKind::drift, sentence_of(drift), {}, drift});
}

void KernelHistory::overrun() {
    ++history_.overruns;
    events_.publish({api::EventKind::overrun, "the kernel's notices were lost; what it has is compared"});
}

api::ReconcileHistory KernelHistory::view() const {
    api::ReconcileHistory history = history_;
    if (history.runs > 0) history.age = std::chrono::duration_cast<std::chrono::seconds>(boot_now() - last_);
    return history;
}

}  // namespace xfrmd::daemon
