#include "tests/bench/kernel/port_work.h"

#include <algorithm>
#include <stdexcept>

#include "tests/bench/kernel/peers.h"

namespace xfrmd::bench {

namespace {

using netlink::Change;
using netlink::TunnelSpec;

// Tunnels that the daemon's queue has waiting when there is much to do: 320 messages, a full round.
constexpr std::size_t kWaiting = 64;
constexpr std::size_t kSample = 100;

void want(const netlink::KernelResult<void>& result) {
    if (!result) throw std::runtime_error(result.error().text);
}

template <typename T>
std::span<T> part_of(std::span<T> all, std::size_t part) {
    const std::size_t first = part * kWaiting;
    return all.subspan(first, std::min(kWaiting, all.size() - first));
}

std::size_t parts_of(std::size_t tunnels) { return (tunnels + kWaiting - 1) / kWaiting; }

// The daemon says everything of the SA again, so does this one.
netlink::SaSpec updated_sa(const TunnelSpec& spec, const netlink::InstalledTunnel& ids, bool inbound) {
    netlink::SaSpec sa;
    sa.inbound = inbound;
    sa.source = inbound ? spec.remote : spec.local;
    sa.id = inbound ? ids.inbound : ids.outbound;
    sa.reqid = ids.reqid;
    sa.mode = spec.mode;
    sa.replay_window = spec.replay_window;
    sa.algorithms = netlink::clone(inbound ? spec.algorithms_in : spec.algorithms_out);
    sa.lifetime.hard.bytes = 1ULL << 40;
    return sa;
}

// Evenly spread.
template <typename ChangeOf>
void renew_sample(netlink::Books& books, std::span<const TunnelSpec> specs, ChangeOf change_of) {
    const std::size_t step = specs.size() / sample_of(specs.size());
    std::vector<Change> changes;
    for (std::size_t i = 0; i < sample_of(specs.size()); ++i) {
        for (const auto& policy : policies_alone(specs[i * step], netlink::Reqid{1})) {
            changes.push_back(change_of(policy).value());
        }
    }
    for (const auto& result : books.apply(changes)) want(result);
}

class TunnelWork final : public PortWork {
public:
    TunnelWork(netlink::Kernel& port, std::span<const TunnelSpec> specs)
        : books_(port), installer_(books_), specs_(specs) {
        installed_.reserve(specs.size());
    }

    void prepare() override {
        for (const TunnelSpec& spec : specs_) to_install_.push_back(copy_of(spec));
    }

    void tidy_up() override { to_install_ = std::vector<TunnelSpec>(); }

    std::size_t parts() const override { return parts_of(specs_.size()); }

    void install(std::size_t part) override {
        for (const auto& result : installer_.install(part_of(std::span(to_install_), part))) {
            if (!result) throw std::runtime_error(result.error().kernel.text);
            installed_.push_back(*result);
        }
    }

    void update(std::size_t part) override {
        const auto all = std::span<const netlink::InstalledTunnel>(installed_);
        auto ids = part_of(all, part).begin();
        std::vector<Change> changes;
        for (const TunnelSpec& spec : part_of(specs_, part)) {
            changes.emplace_back(netlink::UpdateSa{updated_sa(spec, *ids, true)});
            changes.emplace_back(netlink::UpdateSa{updated_sa(spec, *ids++, false)});
        }
        for (const auto& result : books_.apply(changes)) want(result);
    }

    void remove(std::size_t part) override {
        want(installer_.remove(part_of(std::span<const netlink::InstalledTunnel>(installed_), part)));
    }

    void renew() override {
        renew_sample(books_, specs_, [this](const auto& policy) { return books_.change_for(policy.id, true); });
    }

    bool has_sas() const override { return true; }

private:
    netlink::Books books_;
    netlink::Installer installer_;
    std::span<const TunnelSpec> specs_;
    std::vector<TunnelSpec> to_install_;
    std::vector<netlink::InstalledTunnel> installed_;
};

class PolicyWork final : public PortWork {
public:
    PolicyWork(netlink::Kernel& port, std::span<const TunnelSpec> specs) : books_(port), specs_(specs) {}

    void prepare() override {}
    void tidy_up() override {}

    std::size_t parts() const override { return parts_of(specs_.size()); }

    void install(std::size_t part) override {
        each_of(part, [this](const netlink::PolicySpec& policy) { return claim(policy); });
    }
    void update(std::size_t /*part*/) override {}
    void remove(std::size_t part) override {
        each_of(part, [this](const netlink::PolicySpec& policy) { return books_.let_go(kOurs, policy.id); });
    }
    void renew() override {
        renew_sample(books_, specs_, [this](const auto& policy) { return claim(policy); });
    }

    bool has_sas() const override { return false; }

private:
    static constexpr netlink::Claimant kOurs{2};

    // Nobody asks the books what it is like: each is told anew.
    std::optional<Change> claim(const netlink::PolicySpec& policy) {
        return books_.claim(books_.policies.enter(policy.id), {kOurs, 0, netlink::Rank::tunnel}, policy);
    }

    template <typename ChangeOf>
    void each_of(std::size_t part, ChangeOf change_of) {
        auto number = static_cast<std::uint32_t>(part * kWaiting);
        std::vector<Change> changes;
        for (const TunnelSpec& spec : part_of(specs_, part)) {
            for (const auto& policy : policies_alone(spec, netlink::Reqid{++number})) {
                changes.push_back(change_of(policy).value());
            }
        }
        for (const auto& result : books_.apply(changes)) want(result);
    }

    netlink::Books books_;
    std::span<const TunnelSpec> specs_;
};

}  // namespace

std::size_t sample_of(std::size_t tunnels) { return std::min(tunnels, kSample); }

std::unique_ptr<PortWork> tunnel_work(netlink::Kernel& port, std::span<const TunnelSpec> specs) {
    return std::make_unique<TunnelWork>(port, specs);
}

std::unique_ptr<PortWork> policy_work(netlink::Kernel& port, std::span<const TunnelSpec> specs) {
    return std::make_unique<PolicyWork>(port, specs);
}

}  // namespace xfrmd::bench
