#include "netlink/installation.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace xfrmd::netlink {

std::vector<Installation::Result> Installation::run(std::span<TunnelSpec> specs) {
    std::vector<Job> jobs;
    jobs.reserve(specs.size());
    for (TunnelSpec& spec : specs) jobs.push_back({spec});
    steps_.reserve(kMostOfRound);
    for (Job& job : jobs) begin(job);
    carry_out();
    // A policy that others use is touched only when both SAs stand: it may lead into a tunnel that works.
    for (Job& job : jobs) {
        if (job.error || !job.shares_policies) continue;
        enter_policies(job.kept->tunnel);
        add_policies(job);
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
    const Reqid preferred = job.spec.preferred_reqid.value_or(Reqid{0});
    const Reqid reqid = job.spec.reqid ? *job.spec.reqid : books_.reqids.acquire(job.spec.mode, selectors, preferred);
    // Somebody may have flushed the kernel's SAs: our own books count as well.
    Tunnel tunnel = make_tunnel(job.spec, std::move(selectors), reqid);
    if (tunnel.policy.by_cpu && tunnel.defers_outbound) tunnel.reqid_out = books_.resting_reqid();
    job.kept = books_.tunnels.add(std::move(tunnel));
    if (job.kept == nullptr) {
        job.error = {InstallStep::inbound_sa, kernel_error(EEXIST)};
        if (!job.spec.reqid) books_.reqids.release(job.spec.mode, tidied(job.spec.selectors));
        return;
    }
    job.shares_policies = enter_policies(job.kept->tunnel);
    add_sas(job);
    if (!job.shares_policies) add_policies(job);
}

void Installation::add(const Step& step, Change&& change) {
    steps_.push_back(step);
    if (books_.kernel.queue(std::move(change))) carry_out();
}

bool Installation::enter_policies(const Tunnel& tunnel) {
    bool is_shared = false;
    places_.clear();
    const std::size_t count = policy_count(tunnel);
    for (std::size_t number = 0; number < count; ++number) {
        places_.push_back(books_.policies.enter(policy_id_of(tunnel, number)));
        is_shared = is_shared || books_.policies[places_.back()].is_used();
    }
    return is_shared;
}

void Installation::add_sas(Job& job) {
    const std::uint32_t count = sa_count(job.kept->tunnel.ids);
    for (std::uint32_t number = 0; number < count; ++number) {
        const InstallStep step = number < count / 2 ? InstallStep::inbound_sa : InstallStep::outbound_sa;
        add({&job, step, number}, AddSa{sa_of(job.spec, job.kept->tunnel, number)});
    }
}

void Installation::add_policies(Job& job) {
    for (std::uint32_t number = 0; number < places_.size(); ++number) {
        const Claim claim{job.kept->claimant, number, Rank::tunnel};
        auto change = books_.claim(places_[number], claim, policy_of(job.kept->tunnel, number));
        if (!change) continue;
        const bool replaces = std::holds_alternative<UpdatePolicy>(*change);
        add({&job, InstallStep::policy, number, places_[number], replaces}, std::move(*change));
    }
}

void Installation::carry_out() {
    if (steps_.empty()) return;
    const auto results = books_.kernel.flush();
    for (std::size_t i = 0; i < results.size(); ++i) note(steps_[i], results[i]);
    steps_.clear();
}

// After an EEXIST, what is there is not ours.
void Installation::note(const Step& step, const KernelResult<void>& result) {
    Job& job = *step.job;
    if (result || answer_was_lost(result.error())) {
        if (step.step == InstallStep::policy) {
            books_.policies.put_in_kernel(step.place);
        } else {
            job.added = static_cast<std::uint8_t>(job.added | 1U << step.number);
        }
    }
    if (!result && !job.error) job.error = {step.step, named(step, result.error())};
}

// The change itself has gone, and its keys with it.
KernelError Installation::named(const Step& step, const KernelError& error) const {
    const Job& job = *step.job;
    if (step.step != InstallStep::policy) {
        return netlink::named(AddSa{sa_of(job.spec, job.kept->tunnel, step.number)}, error);
    }
    PolicySpec policy = policy_of(job.kept->tunnel, step.number);
    if (step.replaces) return netlink::named(UpdatePolicy{std::move(policy)}, error);
    return netlink::named(AddPolicy{std::move(policy)}, error);
}

void Installation::settle(const Job& job) {
    const std::size_t count = policy_count(job.kept->tunnel);
    for (std::size_t number = 0; number < count; ++number) {
        books_.settle(job.kept->claimant, policy_id_of(job.kept->tunnel, number));
    }
}

// Policies lead to whoever has them next, or go; then the SAs, last first.
void Installation::give_up(Job& job) {
    std::vector<Change> back;
    for (std::size_t number = policy_count(job.kept->tunnel); number-- > 0;) {
        const PolicyId id = policy_id_of(job.kept->tunnel, number);
        if (auto change = books_.let_go(job.kept->claimant, id)) back.push_back(std::move(*change));
    }
    const std::vector<SaId> sas = sa_ids_of(job.kept->tunnel.ids);
    for (std::size_t number = sas.size(); number-- > 0;) {
        if ((job.added >> number & 1U) != 0) back.emplace_back(DeleteSa{sas[number]});
    }
    if (const auto undone = books_.insist(back); !undone) job.error->kernel.text += "; then " + undone.error().text;
    books_.give_back_reqid(job.kept->tunnel);
    books_.tunnels.remove(*job.kept);
}

Installation::Result Installation::finish(Job& job) {
    if (!job.error) {
        if (job.shares_policies) settle(job);
        return job.kept->tunnel.ids;
    }
    if (job.kept != nullptr) give_up(job);
    return tl::unexpected(std::move(*job.error));
}

}  // namespace xfrmd::netlink
