#include "tests/support/virtual_wire.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/support/policies.h"

namespace xfrmd::tests {

std::uint64_t Host::count(base::Reason reason) const {
    const auto& reasons = engine.counters().reasons;
    const auto found = reasons.find(reason);
    return found == reasons.end() ? 0 : found->second;
}

std::uint64_t Host::counted() const {
    std::uint64_t all = 0;
    for (const auto& [reason, count] : engine.counters().reasons) all += count;
    return all;
}

const ike::OperationDone* Host::end_of(std::uint64_t operation) const {
    const ike::OperationDone* end = nullptr;
    for (const ike::OperationDone& one : done) {
        if (one.operation != ike::OperationId{operation}) continue;
        if (end != nullptr) throw std::logic_error("operation " + std::to_string(operation) + " ended twice");
        end = &one;
    }
    return end;
}

std::string Host::outcome(std::uint64_t operation) const {
    const ike::OperationDone* end = end_of(operation);
    if (end == nullptr) return "running";
    return end->result ? "ok" : std::string(base::name(end->result.error().reason));
}

bool Host::reported(const std::string& part_of_text) const {
    return std::any_of(reports.begin(), reports.end(),
                       [&](const ike::Report& report) { return report.text.find(part_of_text) != std::string::npos; });
}

std::vector<const ikev2::sa::IkeSa*> Host::sas() const {
    std::vector<const ikev2::sa::IkeSa*> all;
    engine.visit([&](const ikev2::sa::IkeSa& sa) {
        all.push_back(&sa);
        return true;
    });
    return all;
}

std::size_t Host::established() const {
    const auto all = sas();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto* sa) { return sa->established() != nullptr; }));
}

Host& VirtualWire::add(const std::string& host_address, policy::Snapshot configuration, ike::Options options) {
    hosts_.push_back(
        std::make_unique<Host>(address(host_address), options, random_.number(), std::move(configuration)));
    return *hosts_.back();
}

void VirtualWire::feed(Host& host, const ike::Input& input) {
    ike::Actions actions = host.engine.handle(input, now_);
    for (ike::Action& action : actions) perform(host, action);
}

void VirtualWire::perform(Host& host, ike::Action& action) {
    if (auto* send = std::get_if<ike::SendDatagram>(&action)) {
        Parcel parcel{now_, send->local, send->remote, std::move(send->bytes)};
        note(parcel);
        host.sent.push_back(parcel);
        post(std::move(parcel));
    } else if (auto* install = std::get_if<ike::InstallChild>(&action)) {
        ike::ChildInstalled answer = host.kernel.install(std::move(install->child));
        if (host.kernel_answers) {
            at(now_, [this, &host, answer] { feed(host, answer); });
        } else {
            host.held.push_back(std::move(answer));
        }
    } else if (const auto* use = std::get_if<ike::UseChild>(&action)) {
        host.kernel.use(use->child);
    } else if (const auto* remove = std::get_if<ike::RemoveChild>(&action)) {
        host.kernel.remove(remove->child);
    } else if (auto* revive = std::get_if<ike::ReviveChild>(&action)) {
        host.revived.push_back(std::move(*revive));
    } else if (auto* done = std::get_if<ike::OperationDone>(&action)) {
        host.done.push_back(std::move(*done));
    } else {
        host.reports.push_back(std::move(std::get<ike::Report>(action)));
    }
}

void VirtualWire::post(Parcel parcel) {
    if (on_the_way && !on_the_way(parcel)) return;
    if (chance(faults.loss)) return;
    const bool twice = chance(faults.repetition);
    if (twice) at(now_ + delay(), [this, parcel] { deliver(parcel); });
    at(now_ + delay(), [this, parcel = std::move(parcel)] { deliver(parcel); });
}

void VirtualWire::inject(const base::Endpoint& from, const base::Endpoint& to, base::Bytes bytes) {
    at(now_, [this, parcel = Parcel{now_, from, to, std::move(bytes)}] { deliver(parcel); });
}

void VirtualWire::deliver(const Parcel& parcel) {
    for (const auto& host : hosts_) {
        if (host->address == parcel.to.address) return feed(*host, ike::Datagram{parcel.to, parcel.from, parcel.bytes});
    }
}

void VirtualWire::note(const Parcel& parcel) {
    const auto mix = [this](std::uint64_t word) { fingerprint_ = (fingerprint_ ^ word) * 1099511628211U; };
    mix(static_cast<std::uint64_t>(parcel.sent.time_since_epoch().count()));
    mix(parcel.from.port);
    mix(parcel.to.port);
    for (const std::uint8_t byte : parcel.to.address.bytes()) mix(byte);
    for (const std::uint8_t byte : parcel.bytes) mix(byte);
}

Host* VirtualWire::next_due(base::Instant until) {
    Host* next = nullptr;
    for (const auto& host : hosts_) {
        const base::Instant due = host->engine.next_timeout();
        if (due <= until && (next == nullptr || due < next->engine.next_timeout())) next = host.get();
    }
    return next;
}

// What comes next, an event or a timer; false if nothing does.
bool VirtualWire::step(base::Instant until, bool with_timers) {
    const bool any_event = !events_.empty() && events_.top().due <= until;
    const base::Instant horizon = any_event ? events_.top().due : until;
    if (Host* host = with_timers || any_event ? next_due(horizon) : nullptr) {
        now_ = std::max(now_, host->engine.next_timeout());
        feed(*host, ike::TimePassed{});
        return true;
    }
    if (!any_event) return false;
    const Event event = events_.top();
    events_.pop();
    now_ = std::max(now_, event.due);
    event.run();
    return true;
}

void VirtualWire::settle() {
    while (step(base::kNever, false)) {
    }
}

void VirtualWire::run_for(base::Duration duration) {
    const base::Instant until = now_ + duration;
    while (step(until, true)) {
    }
    now_ = until;
}

std::uint64_t VirtualWire::initiate(Host& host, const std::string& remote, const std::string& connection,
                                    const std::string& child) {
    return initiate(host, ike::Initiate{{}, connection, child, host.address, address(remote)});
}

std::uint64_t VirtualWire::initiate(Host& host, ike::Initiate wish) {
    const std::uint64_t operation = ++last_operation_;
    wish.operation = ike::OperationId{operation};
    feed(host, std::move(wish));
    return operation;
}

std::uint64_t VirtualWire::clear(Host& host, ike::IkeSaId sa, ike::ChildSaId child, bool force) {
    const std::uint64_t operation = ++last_operation_;
    feed(host, ike::Clear{ike::OperationId{operation}, sa, child, force});
    return operation;
}

std::uint64_t VirtualWire::rekey(Host& host, ike::IkeSaId sa, ike::ChildSaId child) {
    const std::uint64_t operation = ++last_operation_;
    feed(host, ike::Rekey{ike::OperationId{operation}, sa, child});
    return operation;
}

bool VirtualWire::chance(double probability) {
    if (probability <= 0) return false;
    return static_cast<double>(random_.number() >> 11) * 0x1p-53 < probability;
}

base::Duration VirtualWire::delay() {
    const auto span = (faults.most_delay - faults.least_delay).count();
    if (span <= 0) return faults.least_delay;
    return faults.least_delay +
           base::Duration(static_cast<std::int64_t>(random_.number() % static_cast<std::uint64_t>(span)));
}

}  // namespace xfrmd::tests
