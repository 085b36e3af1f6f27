#include "ike/ikev2/exchange/per_resource.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// RFC 9611 6: both ends may ask for the same CPU at once, and a rekeying has two of a kind for a while.
constexpr std::size_t kEach = 2;

bool stands(const sa::ChildSa& child) {
    return child.state == sa::ChildState::installing || child.state == sa::ChildState::installed;
}

bool is_of_group(const sa::ChildSa& child, const std::string& name) {
    return child.resource && child.name == name && stands(child);
}

bool is_same(const policy::TrafficSelectors& one, const policy::TrafficSelectors& other) {
    return covers(one, other) && covers(other, one);
}

// The one for all CPUs where it is there, else any.
const sa::ChildSa* first_of(const sa::Established& phase, const std::string& name) {
    const sa::ChildSa* first = nullptr;
    for (const sa::ChildSa& child : phase.children) {
        if (is_of_group(child, name) && (first == nullptr || (first->cpu() && !child.cpu()))) first = &child;
    }
    return first;
}

const sa::ChildSa* first_like(const sa::Established& phase, const NegotiatedChild& like) {
    const sa::ChildSa* first = nullptr;
    for (const sa::ChildSa& child : phase.children) {
        const bool is_one = is_of_group(child, like.name) && is_same(child.local_ts, like.local_ts) &&
                            is_same(child.remote_ts, like.remote_ts);
        if (is_one && (first == nullptr || (first->cpu() && !child.cpu()))) first = &child;
    }
    return first;
}

// 3: cryptographic algorithms, selectors, mode and compression. The first one may come from IKE_AUTH, which has no key
// exchange.
base::Result<void> check_alike(const sa::ChildSa& first, const NegotiatedChild& child) {
    const auto differs = [&](const std::string& what) {
        return base::fail(Reason::GroupPropertiesDiffer, "child " + child.name + " has another " + what);
    };
    if (!is_same(first.local_ts, child.local_ts) || !is_same(first.remote_ts, child.remote_ts)) {
        return differs("traffic selector");
    }
    if (first.proposal.without_key_exchange() != child.proposal.without_key_exchange()) return differs("proposal");
    return {};
}

// How many lines of children each CPU has; one that is asked for counts.
std::vector<std::size_t> counts_of(const sa::Step& step, const sa::Established& phase, const std::string& name) {
    std::vector<std::size_t> counts(step.options.cpus);
    const auto count = [&](const std::optional<std::uint32_t>& cpu) {
        if (cpu && *cpu < counts.size()) ++counts[*cpu];
    };
    std::set<ike::ChildSaId> lines;
    for (const sa::ChildSa& child : phase.children) {
        if (is_of_group(child, name) && lines.insert(child.number).second) count(child.cpu());
    }
    const auto* creating = std::get_if<sa::CreatingChild>(&phase.exchange);
    if (creating != nullptr && !creating->rekeyed && creating->proposed.name == name) count(creating->proposed.cpu());
    return counts;
}

bool has_one_for_all(const sa::Established& phase, const std::string& name) {
    const sa::ChildSa* first = first_of(phase, name);
    return first != nullptr && !first->cpu();
}

bool is_refused(const sa::Established& phase, const std::string& name) {
    return std::ranges::find(phase.without_resources, name) != phase.without_resources.end();
}

}  // namespace

std::optional<sa::Resource> wanted_resource(const sa::Step& step, const policy::Child& child,
                                            const sa::CreateChildTask& task) {
    if (task.resource) return task.resource;
    if (!child.per_cpu_sas || step.options.cpus == 0 || task.only) return std::nullopt;
    return sa::Resource{};
}

base::Result<void> check_may_ask(const sa::Step& step, const sa::Established& phase, const sa::CreateChildTask& task) {
    const std::optional<std::uint32_t> cpu = task.cpu();
    if (!cpu) return {};
    if (first_of(phase, task.child) == nullptr) {
        return base::fail(Reason::NotFound, "child " + task.child + " is in no group");
    }
    const bool has_room = phase.children.size() < step.options.most_children && *cpu < step.options.cpus;
    if (has_room && !is_refused(phase, task.child)) return {};
    return base::fail(Reason::TsMaxQueue,
                      "child " + task.child + " goes on without one for CPU " + std::to_string(*cpu));
}

void propose_as_group(const sa::Established& phase, const sa::CreateChildTask& task, sa::ProposedChild& proposed) {
    const sa::ChildSa* first = task.cpu() ? first_of(phase, task.child) : nullptr;
    if (first == nullptr) return;
    proposed.local_ts = first->local_ts;
    proposed.remote_ts = first->remote_ts;
    if (!task.packet) return;
    proposed.local_ts = with_packet_first(std::move(proposed.local_ts), task.packet->local);
    proposed.remote_ts = with_packet_first(std::move(proposed.remote_ts), task.packet->remote);
}

base::Result<void> join_group(const sa::Established& phase, const sa::ProposedChild& proposed,
                              const wire::Payloads& answer, NegotiatedChild& child) {
    if (!proposed.resource) return {};
    if (has_resource_info(answer)) {
        child.resource = proposed.resource;
    } else if (proposed.cpu()) {
        return base::fail(Reason::ResourceInfoMissing, "in the answer for child " + proposed.name);
    }
    const sa::ChildSa* first = child.resource ? first_of(phase, child.name) : nullptr;
    if (first == nullptr && proposed.cpu()) return base::fail(Reason::NotFound, "the group has gone");
    if (first == nullptr) return {};
    child.joins = first->id;
    return check_alike(*first, child);
}

void on_not_for_cpu(sa::Step& step, sa::Established& phase, const sa::ProposedChild& proposed, const base::Error& error,
                    const wire::Payloads& answer) {
    withdraw_child(step, proposed, answer);
    const bool may_change = error.reason == Reason::TemporaryFailure || error.reason == Reason::PeerDeleted;
    step.report(ike::Level::info,
                "no child SA " + proposed.name + " for CPU " + std::to_string(proposed.cpu().value_or(0)) + ": " +
                    error.sentence() + (may_change ? "" : "; it goes on without those for single CPUs"),
                error.reason);
    if (!may_change && !is_refused(phase, proposed.name)) phase.without_resources.push_back(proposed.name);
    step.done(proposed.operation, {}, tl::unexpected(error));
}

bool has_resource_info(const wire::Payloads& payloads) {
    return payloads.find(wire::NotifyType::sa_resource_info) != nullptr;
}

base::Result<void> place_in_group(const sa::Step& step, const sa::Established& phase, const wire::Payloads& request,
                                  AcceptedChild& accepted) {
    NegotiatedChild& child = accepted.child;
    const policy::Child* configured = step.sa.connection->child(child.name);
    const bool is_wanted = configured != nullptr && configured->per_cpu_sas && step.options.cpus > 0;
    if (!is_wanted || !has_resource_info(request)) return {};
    accepted.tells_resource = true;
    child.resource = sa::Resource{};
    const sa::ChildSa* first = first_like(phase, child);
    if (first == nullptr) return {};
    child.joins = first->id;
    if (const auto alike = check_alike(*first, child); !alike) return alike;
    if (!has_one_for_all(phase, child.name)) return {};
    const std::vector<std::size_t> counts = counts_of(step, phase, child.name);
    const auto least = std::ranges::min_element(counts);
    if (*least >= kEach) {
        return base::fail(Reason::TsMaxQueue, "child " + child.name + " has " + std::to_string(kEach) +
                                                  " for each of " + std::to_string(counts.size()) + " CPUs");
    }
    child.resource->cpu = static_cast<std::uint32_t>(least - counts.begin());
    // The peer takes packets on it when it has our answer; until then they go out on the one for all CPUs.
    child.defer_outbound = true;
    return {};
}

bool asks_for_cpus(const sa::Established& phase, const std::string& name) { return !is_refused(phase, name); }

}  // namespace xfrmd::ikev2::exchange
