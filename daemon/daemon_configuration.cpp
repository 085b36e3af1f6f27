#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "daemon/config/swanctl_loader.h"
#include "daemon/daemon.h"
#include "daemon/kernel_demands.h"

namespace xfrmd::daemon {

namespace {

constexpr auto kAdoptionPause = std::chrono::milliseconds(20);
constexpr int kPausesOfAdoption = 4;

// What is to be cleared; no child: the whole IKE SA.
struct Closing {
    ike::IkeSaId ike_sa{};
    ike::ChildSaId child = ike::ChildSaId::none;
};

// Of one IKE SA: itself where it holds nothing else.
void add_closings(std::vector<Closing>& closings, const ikev2::sa::IkeSa& sa, const std::set<ChildName>& children) {
    using enum ikev2::sa::ChildState;
    if (sa.established() == nullptr) return;
    std::vector<Closing> meant;
    bool holds_others = false;
    for (const ikev2::sa::ChildSa& child : sa.established()->children) {
        if (child.state == deleting || child.state == retired) continue;
        if (children.contains({sa.sa().connection_name(), child.name})) {
            meant.push_back({sa.sa().id, child.number});
        } else {
            holds_others = true;
        }
    }
    if (!meant.empty() && !holds_others) meant = {{sa.sa().id}};
    closings.insert(closings.end(), meant.begin(), meant.end());
}

}  // namespace

Daemon::Loaded Daemon::load(Log& log, const Files& files, const DaemonOptions& options) {
    auto loaded = load_swanctl(files, options.config_path, options.host());
    if (!loaded) return tl::unexpected(StartError{print(loaded.error()), true});
    for (const std::string& warning : loaded->warnings) log.warning(warning);
    return std::move(*loaded);
}

void Daemon::run_start_actions() { start_actions_.run(*configuration_); }

void Daemon::reload() {
    if (!stopping_) reload_.run();
}

void Daemon::take(Loaded loaded) {
    if (stopping_) return;
    if (!loaded) return refuse("\n" + loaded.error().text);
    if (const std::string lack = lacking_of_all(kernel_->features(), loaded->configuration.connections);
        !lack.empty()) {
        return refuse(" " + lack);
    }
    if (const std::string objection = objects_.objection(*loaded); !objection.empty()) return refuse(" " + objection);
    const std::size_t count = loaded->configuration.connections.size();
    objects_.take_files(std::move(*loaded));
    log_.info("configuration loaded: " + std::to_string(count) + (count == 1 ? " connection" : " connections"));
    use_keys_in_tokens();
    adopt_objects();
    names_.refresh();
}

void Daemon::settle() {
    if (objects_.is_changed()) adopt_objects();
}

// Who changes one thing after the other gets a fraction of the loop, however long each adoption takes.
void Daemon::adopt_soon() { adoption_.within(std::max(kAdoptionPause, adoption_takes_ * kPausesOfAdoption)); }

void Daemon::adopt_objects() {
    adoption_.cancel();
    if (stopping_) return;
    const auto start = std::chrono::steady_clock::now();
    const policy::Snapshot before = std::exchange(configuration_, resolved_.take(objects_.snapshot()));
    leases_.configure(configuration_->pools());
    if (&before->pools() != &configuration_->pools()) warn_of_overlap();
    hand_out_configuration();
    look_up_names();
    start_actions_.change(*before, *configuration_);
    adoption_takes_ = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

// Files' pools never do; clients' come and go one by one, and each other's addresses may be going.
void Daemon::warn_of_overlap() {
    const auto [one, other] = policy::overlapping(configuration_->pools());
    if (one == nullptr) return;
    log_.warning("pools " + base::printable(one->name) + " and " + base::printable(other->name) +
                 " have the same addresses, and may give them twice");
}

void Daemon::refuse(const std::string& why) {
    if (options_.tokens != nullptr) options_.tokens->discard();
    log_.error("configuration not loaded, everything stays as it is:" + why);
}

void Daemon::use_keys_in_tokens() {
    if (options_.tokens != nullptr) options_.tokens->commit(objects_.snapshot()->credentials());
}

void Daemon::hand_out_configuration() {
    for (std::size_t shard = 0; shard < pool_->size(); ++shard) {
        pool_->submit(static_cast<std::uint8_t>(shard), ike::Reconfigure{configuration_});
    }
    events_.count_change();
    kernel_->configure(configuration_);
}

void Daemon::look_up_names() {
    std::set<std::string> names;
    for (const policy::Connection& connection : configuration_->connections()) {
        names.insert(connection.local_hosts.names.begin(), connection.local_hosts.names.end());
        names.insert(connection.remote_hosts.names.begin(), connection.remote_hosts.names.end());
    }
    names_.want(names);
}

void Daemon::clear_children(std::set<ChildName> children, std::function<void()> then) {
    const auto closings = std::make_shared<std::vector<Closing>>();
    const auto visit = [closings, children = std::move(children)](Worker& worker) {
        worker.engine().visit([&](const ikev2::sa::IkeSa& sa) {
            add_closings(*closings, sa, children);
            return true;
        });
    };
    pool_->visit(visit, [this, closings, then = std::move(then)] {
        for (const Closing& one : *closings) clear(one.ike_sa, one.child, false, [](const ike::OperationDone&) {});
        then();
    });
}

}  // namespace xfrmd::daemon
