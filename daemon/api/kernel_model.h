// What the kernel has and should have, as the management API shows it: plain values, filled in by the daemon.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/model.h"

namespace xfrmd::daemon::api {

// A child whose SAs have gone from the kernel.
struct LostTunnel {
    SaId id;
    std::string conn;
    std::string child;
};

// What a comparison found. Sentences.
struct KernelDrift {
    std::vector<std::string> repaired;     // put back
    std::vector<LostTunnel> renegotiated;  // another child is negotiated for each
    std::vector<std::string> failed;       // could not be put back
    std::size_t left_out = 0;              // by cut()

    bool none() const { return repaired.empty() && renegotiated.empty() && failed.empty(); }
    // Keeps no more than `most` of each.
    void cut(std::size_t most);
};

// `repaired` also stands for what was renegotiated.
enum class ReconcileOutcome : std::uint8_t { none_yet, in_order, repaired, failed };
inline constexpr std::string_view kReconcileOutcomes[] = {"none_yet", "in_order", "repaired", "failed"};
constexpr std::string_view name(ReconcileOutcome outcome) {
    return kReconcileOutcomes[static_cast<std::size_t>(outcome)];
}

struct KernelObjects {
    std::uint64_t sas = 0;
    std::uint64_t policies = 0;
};

// Since the daemon started.
struct ReconcileHistory {
    std::uint64_t runs = 0;
    std::optional<std::chrono::seconds> age = {};  // of the last run
    ReconcileOutcome outcome = ReconcileOutcome::none_yet;
    std::string error;  // of the last run, where it failed
    std::uint64_t repaired = 0;
    std::uint64_t renegotiated = 0;
    std::uint64_t failed = 0;
    std::uint64_t overruns = 0;
};

struct KernelStatus {
    KernelObjects wanted;
    KernelObjects there;      // of those that are wanted
    KernelObjects inherited;  // of an earlier xfrmd, not claimed
    KernelObjects others;     // not ours
    ReconcileHistory history;
};

}  // namespace xfrmd::daemon::api
