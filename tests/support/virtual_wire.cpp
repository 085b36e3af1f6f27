#include "tests/support/virtual_wire.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/support/policies.h"

namespace xfrmd::tests {

namespace {

ike::Fetched answer_from_web(const Host& host, const ike::Fetch& question) {
    const auto found = host.web.find(question.uri);
    if (found == host.web.end()) return {question.uri, question.posted, base::fail(base::Reason::FetchFailed, "404")};
    return {question.uri, question.posted, found->second};
}

}  // namespace

Host& VirtualWire::add(const std::string& host_address, policy::Snapshot configuration, ike::Options options) {
    hosts_.push_back(
        std::make_unique<Host>(address(host_address), options, random_.number(), std::move(configuration)));
    return *hosts_.back();
}

Host& VirtualWire::restart(Host& old) {
    const auto place = std::find_if(hosts_.begin(), hosts_.end(), [&](const auto& host) { return host.get() == &old; });
    if (place == hosts_.end()) throw std::logic_error("this host has crashed already");
    old.has_crashed = true;
    crashed_.push_back(
        std::exchange(*place, std::make_unique<Host>(old.address, old.options, random_.number(), old.configuration)));
    Host& fresh = **place;
    fresh.clock_ahead = old.clock_ahead;
    fresh.kernel_delay = old.kernel_delay;
    fresh.kernel.verdict = old.kernel.verdict;
    return fresh;
}

NatBox& VirtualWire::add_nat(const std::string& inside, const std::string& outside) {
    nat_boxes_.push_back(std::make_unique<NatBox>(address(inside), address(outside)));
    return *nat_boxes_.back();
}

void VirtualWire::feed(Host& host, const ike::Input& input) {
    if (host.has_crashed) return;
    ++steps_;
    ike::Actions actions = host.engine.handle(input, now_ + host.clock_ahead);
    for (ike::Action& action : actions) perform(host, action);
    if (after_feed) after_feed(host);
}

void VirtualWire::answer_later(Host& host, ike::Input answer) {
    ++under_way_;
    at(now_ + host.kernel_delay, [this, &host, answer = std::move(answer)] {
        --under_way_;
        feed(host, answer);
    });
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
            answer_later(host, std::move(answer));
        } else {
            host.held.push_back(std::move(answer));
        }
    } else if (const auto* use = std::get_if<ike::UseChild>(&action)) {
        host.kernel.use(use->child);
    } else if (const auto* move = std::get_if<ike::MoveChild>(&action)) {
        host.kernel.move(*move);
    } else if (const auto* seek = std::get_if<ike::SeekPath>(&action)) {
        host.sought.push_back(*seek);
        answer_later(host, ike::UsePath{seek->ike_sa, host.address, seek->remote, true});
    } else if (const auto* remove = std::get_if<ike::RemoveChild>(&action)) {
        host.kernel.remove(remove->child);
    } else if (const auto* query = std::get_if<ike::QueryUse>(&action)) {
        ++host.questions;
        if (host.kernel_answers)
            answer_later(host, ike::ChildrenUsed{query->ike_sa, host.kernel.use_of(query->children)});
    } else if (auto* fetch = std::get_if<ike::Fetch>(&action)) {
        if (host.web_answers) answer_later(host, answer_from_web(host, *fetch));
        host.fetches.push_back(std::move(*fetch));
    } else if (auto* sign = std::get_if<ike::Sign>(&action)) {
        host.signatures.push_back(std::move(*sign));
    } else if (const auto* lease = std::get_if<ike::LeaseAddresses>(&action)) {
        if (host.leases_answer)
            answer_later(host, ike::Leased{lease->request.holder, host.leases.lease(lease->request)});
    } else if (const auto* unwanted = std::get_if<ike::ReturnAddresses>(&action)) {
        host.leases.give_back(unwanted->holder);
    } else if (const auto* moved = std::get_if<ike::MoveLeases>(&action)) {
        host.leases.move(moved->holder, moved->remote);
    } else if (auto* given = std::get_if<ike::HoldAddresses>(&action)) {
        host.held_addresses.push_back(std::move(*given));
    } else if (const auto* drop = std::get_if<ike::DropAddresses>(&action)) {
        std::erase_if(host.held_addresses, [&](const auto& one) { return one.holder == drop->holder; });
    } else if (auto* tell = std::get_if<ike::TellEngines>(&action)) {
        host.told.push_back(std::move(tell->news));
    } else if (auto* revive = std::get_if<ike::ReviveChild>(&action)) {
        host.revived.push_back(std::move(*revive));
    } else if (auto* done = std::get_if<ike::OperationDone>(&action)) {
        host.done.push_back(std::move(*done));
    } else {
        host.reports.push_back(std::move(std::get<ike::Report>(action)));
    }
}

void VirtualWire::post(Parcel parcel) {
    ++datagrams_;
    if (on_the_way && !on_the_way(parcel)) return;
    if (parcel.bytes.size() > faults.mtu || chance(faults.loss)) return;
    for (const auto& box : nat_boxes_) {
        if (box->inside() == parcel.from.address) parcel.from = box->outward(parcel.from.port);
    }
    if (chance(faults.repetition)) send(parcel);
    send(std::move(parcel));
}

void VirtualWire::send(Parcel parcel) {
    ++under_way_;
    at(now_ + delay(), [this, parcel = std::move(parcel)]() mutable {
        --under_way_;
        deliver(std::move(parcel));
    });
}

void VirtualWire::inject(const base::Endpoint& from, const base::Endpoint& to, base::Bytes bytes) {
    at(now_, [this, parcel = Parcel{now_, from, to, std::move(bytes)}] { deliver(parcel); });
}

void VirtualWire::deliver(Parcel parcel) {
    for (const auto& box : nat_boxes_) {
        if (box->outside() != parcel.to.address) continue;
        const auto inside = box->inward(parcel.to.port);
        if (!inside) return;
        parcel.to = *inside;
    }
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
        const base::Instant due = host->next_timeout();
        if (due <= until && (next == nullptr || due < next->next_timeout())) next = host.get();
    }
    return next;
}

// What comes next, an event or a timer; false if nothing does.
bool VirtualWire::step(base::Instant until, bool with_timers) {
    const bool any_event = !events_.empty() && events_.begin()->first.first <= until;
    const base::Instant horizon = any_event ? events_.begin()->first.first : until;
    if (Host* host = with_timers || any_event ? next_due(horizon) : nullptr) {
        now_ = std::max(now_, host->next_timeout());
        feed(*host, ike::TimePassed{});
        return true;
    }
    if (!any_event) return false;
    const auto event = events_.extract(events_.begin());
    now_ = std::max(now_, event.key().first);
    event.mapped()();
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
    now_ = std::max(now_, until);
}

std::uint64_t VirtualWire::new_operation(Host& host) {
    host.begun.push_back(++last_operation_);
    return last_operation_;
}

std::uint64_t VirtualWire::initiate(Host& host, const std::string& remote, const std::string& connection,
                                    const std::string& child) {
    return initiate(host, ike::Initiate{{}, connection, child, host.address, address(remote)});
}

std::uint64_t VirtualWire::initiate(Host& host, ike::Initiate wish) {
    const std::uint64_t operation = new_operation(host);
    wish.operation = ike::OperationId{operation};
    feed(host, std::move(wish));
    return operation;
}

std::uint64_t VirtualWire::clear(Host& host, ike::IkeSaId sa, ike::ChildSaId child, bool force) {
    const std::uint64_t operation = new_operation(host);
    feed(host, ike::Clear{ike::OperationId{operation}, sa, child, force});
    return operation;
}

std::uint64_t VirtualWire::rekey(Host& host, ike::IkeSaId sa, ike::ChildSaId child) {
    const std::uint64_t operation = new_operation(host);
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
