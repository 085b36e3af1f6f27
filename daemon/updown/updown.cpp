#include "daemon/updown/updown.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace xfrmd::daemon::updown {

namespace {

// Of all scripts together that still run or wait when the daemon ends, which is no more than systemd waits for
// (TimeoutStopSec in xfrmd.service), less what peers and tokens get.
constexpr std::chrono::seconds kLeast{5};
constexpr std::chrono::seconds kMost{14};
constexpr std::chrono::seconds kOfEachTurn{1};
constexpr std::size_t kMostNamed = 10;  // of children

// Scripts change routes and filters for what is behind the peer: those of the same place never run beside each other,
// even if one child goes while another one comes.
std::string subject_of(const Occasion& occasion) {
    return occasion.connection + '\n' + occasion.child + '\n' + policy::to_string(occasion.remote_ts);
}

// "gw: net"
std::string child_of(const std::string& subject) {
    const std::size_t end = subject.find('\n');
    const std::size_t next = subject.find('\n', end + 1);
    return base::printable(subject.substr(0, end)) + ": " + base::printable(subject.substr(end + 1, next - end - 1));
}

// "3 runs of updown commands have not ended, or never begun: of gw: net, gw: other"
std::string left_of(const ScriptQueue& queue) {
    std::set<std::string> children;
    for (const std::string& subject : queue.subjects()) children.insert(child_of(subject));
    std::string text = std::to_string(queue.size()) + " runs of updown commands have not ended, or never begun: of ";
    std::size_t named = 0;
    for (const std::string& child : children) {
        if (named++ == kMostNamed) break;
        text += (named == 1 ? "" : ", ") + child;
    }
    if (children.size() > kMostNamed) text += " and " + std::to_string(children.size() - kMostNamed) + " more children";
    return text;
}

// What the kernel was asked for.
void complete(Occasion& occasion, ike::ChildSaId child, KernelSide& kernel) {
    if (const auto* network = kernel.network()) occasion.interface = network->interface_with(occasion.local);
    const netlink::Tunnel* tunnel = kernel.tunnels().kept(child);
    if (tunnel == nullptr) return;
    occasion.reqid = static_cast<std::uint32_t>(tunnel->ids.reqid);
    occasion.mark_in = tunnel->policy.mark_in;
    occasion.mark_out = tunnel->policy.mark_out;
    occasion.if_id_in = tunnel->policy.if_id_in;
    occasion.if_id_out = tunnel->policy.if_id_out;
}

Occasion occasion_of(const ike::ChildInstall& child, const policy::Child& configured) {
    Occasion occasion;
    occasion.command = configured.updown;
    occasion.connection = child.connection_name;
    occasion.child = child.child_name;
    occasion.is_ah = child.suite.protocol == policy::ProtocolId::ah;
    occasion.ike_sa = static_cast<std::uint64_t>(child.ike_sa);
    occasion.local = child.local.address;
    occasion.remote = child.remote.address;
    occasion.local_id = child.local_id;
    occasion.remote_id = child.remote_id;
    occasion.local_addresses = child.local_vips;
    occasion.remote_addresses = child.remote_vips;
    occasion.dns_servers = child.name_servers;
    occasion.local_ts = child.local_ts;
    occasion.remote_ts = child.remote_ts;
    if (child.udp_encapsulation) occasion.encapsulation_port = child.remote.port;
    occasion.ipcomp = child.ipcomp.has_value();
    occasion.host_access = configured.hostaccess;
    return occasion;
}

}  // namespace

std::chrono::seconds patience_for(std::size_t turns) {
    constexpr std::size_t kMostTurns = (kMost - kLeast) / kOfEachTurn;
    return kLeast + kOfEachTurn * static_cast<int>(std::min(turns, kMostTurns));
}

std::optional<Arrival> arrival_of(const ike::ChildInstall& child) {
    const policy::Child* configured = child.connection ? child.connection->child(child.child_name) : nullptr;
    if (configured == nullptr || configured->updown.empty()) return std::nullopt;
    return Arrival{child.child, child.replaces, child.is_rekeying, child.cpu.has_value(),
                   occasion_of(child, *configured)};
}

void Updown::is_up(Arrival arrival, KernelSide& kernel) {
    complete(arrival.occasion, arrival.child, kernel);
    is_up(std::move(arrival));
}

void Updown::is_up(Arrival arrival) {
    const auto before = arrival.is_rekeying ? line_of_.find(arrival.replaces) : line_of_.end();
    if (before != line_of_.end()) {
        ++lines_.at(before->second).children;
        line_of_.emplace(arrival.child, before->second);
        return;
    }
    if (arrival.is_of_cpu) return;
    std::string subject = subject_of(arrival.occasion);
    const auto [line, is_new] = lines_.try_emplace(arrival.child, Line{1, std::move(arrival.occasion), subject});
    if (!is_new) return;
    line_of_.emplace(arrival.child, arrival.child);
    for (Script& script : scripts_for(line->second.occasion, Verb::up)) {
        queue_.add(subject, static_cast<std::uint64_t>(arrival.child), std::move(script));
    }
}

void Updown::is_down(ike::ChildSaId child) {
    const auto found = line_of_.find(child);
    if (found == line_of_.end()) return;
    const auto line = lines_.find(found->second);
    line_of_.erase(found);
    if (--line->second.children == 0) run_down(line);
}

// What never ran has nothing to undo: children that come and go faster than their scripts leave no more of them behind
// than there are children.
void Updown::run_down(Lines::iterator line) {
    const auto number = static_cast<std::uint64_t>(line->first);
    std::vector<Script> scripts = scripts_for(line->second.occasion, Verb::down);
    scripts.resize(scripts.size() - std::min(scripts.size(), queue_.withdraw(line->second.subject, number)));
    for (Script& script : scripts) queue_.add(line->second.subject, 0, std::move(script));
    lines_.erase(line);
}

void Updown::end(std::function<void()> ended) {
    line_of_.clear();
    while (!lines_.empty()) run_down(lines_.begin());
    auto once = std::make_shared<std::function<void()>>(std::move(ended));
    const auto end_once = [once] {
        if (*once) std::exchange(*once, nullptr)();
    };
    end_.expires_after(patience_for(queue_.turns()));
    end_.async_wait([this, end_once](const std::error_code& error) {
        if (error || queue_.size() == 0) return;
        log_.warning("stopping: " + left_of(queue_));
        end_once();
    });
    queue_.when_idle([this, end_once] {
        end_.cancel();
        end_once();
    });
}

}  // namespace xfrmd::daemon::updown
