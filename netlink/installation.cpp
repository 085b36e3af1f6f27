#include "netlink/installation.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace xfrmd::netlink {

std::vector<Installation::Result> Installation::run(std::span<const TunnelSpec> specs) {
    std::vector<Job> jobs;
    jobs.reserve(specs.size());
    for (const TunnelSpec& spec : specs) jobs.push_back({spec, {}, books_.new_claimant(), false, {}, {}});
    constexpr std::size_t kUsualChanges = 5;  // two SAs and three policies
    changes_.reserve(specs.size() * kUsualChanges);
    steps_.reserve(specs.size() * kUsualChanges);
    for (Job& job : jobs) begin(job);
    carry_out();
    // A policy that others use is touched only when both SAs stand: it may lead into a tunnel that works.
    for (Job& job : jobs) {
        if (!job.error && job.shares_policies) add_policies(job, policies_of(job.tunnel));
    }
    carry_out();
    std::vector<Result> results;
    results.reserve(jobs.size());
    for (Job& job : jobs) results.push_back(finish(job));
    return results;
}

void Installation::begin(Job& job) {
    std::vector<Selector> selectors = tidied(job.spec.selectors);
    if (selectors.empty()) {
        job.error = {InstallStep::policy, kernel_error(EINVAL, "a tunnel without selectors")};
        return;
    }
    const Reqid reqid = job.spec.reqid ? *job.spec.reqid : books_.reqids.acquire(job.spec.mode, selectors);
    job.tunnel = make_tunnel(job.spec, std::move(selectors), reqid);
    // Somebody may have flushed the kernel's SAs: our own books count as well.
    if (!books_.tunnels.try_emplace(job.tunnel.ids.inbound, KeptTunnel{job.tunnel, job.claimant}).second) {
        job.error = {InstallStep::inbound_sa, kernel_error(EEXIST)};
        books_.give_back_reqid(job.tunnel);
        return;
    }
    std::vector<PolicySpec> policies = policies_of(job.tunnel);
    job.shares_policies = std::any_of(policies.begin(), policies.end(),
                                      [this](const PolicySpec& policy) { return books_.policies.knows(policy.id); });
    add_sas(job);
    if (!job.shares_policies) add_policies(job, std::move(policies));
}

void Installation::add_sas(Job& job) {
    for (SaSpec& sa : sas_of(job.spec, job.tunnel)) {
        const InstallStep step = sa.inbound ? InstallStep::inbound_sa : InstallStep::outbound_sa;
        add(job, step, AddSa{std::move(sa)});
    }
}

void Installation::add_policies(Job& job, std::vector<PolicySpec> policies) {
    for (PolicySpec& policy : policies) {
        const PolicyId id = policy.id;
        books_.policies.claim(job.claimant, Rank::tunnel, std::move(policy));
        if (auto change = books_.policies.change_for(id, true)) add(job, InstallStep::policy, std::move(*change));
    }
}

void Installation::add(Job& job, InstallStep step, Change change) {
    changes_.push_back(std::move(change));
    steps_.push_back({&job, step});
}

void Installation::carry_out() {
    const auto results = books_.apply(changes_);
    for (std::size_t i = 0; i < results.size(); ++i) {
        Job& job = *steps_[i].job;
        const auto* sa = std::get_if<AddSa>(&changes_[i]);
        // After an EEXIST, what is there is not ours.
        if (sa != nullptr && (results[i] || answer_was_lost(results[i].error()))) {
            job.undo.emplace_back(DeleteSa{sa->sa.id});
        }
        if (!results[i] && !job.error) job.error = {steps_[i].step, named(changes_[i], results[i].error())};
    }
    changes_.clear();
    steps_.clear();
}

void Installation::settle(const Job& job) {
    for (const PolicySpec& policy : policies_of(job.tunnel)) books_.settle(job.claimant, policy.id);
}

// Policies lead to whoever has them next, or go; then the SAs, last first.
void Installation::give_up(Job& job) {
    std::vector<Change> back;
    const std::vector<PolicySpec> policies = policies_of(job.tunnel);
    for (auto policy = policies.rbegin(); policy != policies.rend(); ++policy) {
        if (auto change = books_.let_go(job.claimant, policy->id)) back.push_back(std::move(*change));
    }
    std::move(job.undo.rbegin(), job.undo.rend(), std::back_inserter(back));
    if (const auto undone = books_.insist(back); !undone) job.error->kernel.text += "; then " + undone.error().text;
    books_.give_back_reqid(job.tunnel);
    books_.tunnels.erase(job.tunnel.ids.inbound);
}

Installation::Result Installation::finish(Job& job) {
    if (!job.error) {
        if (job.shares_policies) settle(job);
        return job.tunnel.ids;
    }
    const auto kept = books_.tunnels.find(job.tunnel.ids.inbound);
    if (kept != books_.tunnels.end() && kept->second.claimant == job.claimant) give_up(job);
    return tl::unexpected(std::move(*job.error));
}

}  // namespace xfrmd::netlink
