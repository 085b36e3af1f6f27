#include "tests/sim/streams.h"

#include <utility>

namespace xfrmd::sim {

namespace {

tests::Packet turned(const tests::Packet& packet) { return {packet.destination, packet.source}; }

std::string named(const tests::Packet& packet) {
    return "packet " + packet.source.to_string() + " > " + packet.destination.to_string();
}

// Nobody may be blamed for the packets of an IKE SA that ended because its peer could not be heard.
bool is_excuse(const ike::Report& report) {
    return report.milestone.turn == ike::Turn::ike_closed &&
           (report.reason == base::Reason::PeerSilent || report.reason == base::Reason::LifeOver);
}

// Where rekeying it in time has failed.
bool ends_by_age(const Host& host) {
    bool ends = false;
    host.engine.visit([&](const ikev2::sa::IkeSa& sa) {
        const auto* deleting = std::get_if<ikev2::sa::Deleting>(&sa.phase());
        ends = ends || (deleting != nullptr && deleting->reason == base::Reason::LifeOver);
        return !ends;
    });
    return ends;
}

}  // namespace

void Streams::add(std::size_t one, std::size_t other, const tests::Packet& there) {
    seen_.resize(network_.hosts().size());
    streams_of_.resize(network_.hosts().size());
    for (const std::size_t place : {one, other}) streams_of_[place].push_back(streams_.size());
    streams_.push_back({one, other, there});
}

void Streams::excuse(std::size_t place) {
    for (Stream& stream : streams_) {
        if (stream.one != place && stream.other != place) continue;
        stream.stands = false;
        ++stream.excuses;
    }
}

// Packets fare as before where no kernel has changed.
void Streams::after(Host& host) {
    const std::size_t place = network_.place_of(host);
    const bool changed = notice(host, place);
    const bool is_still = network_.wire.is_still();
    if (dice_.chance(0.3)) launch(dice_.pick(streams_of_[place]), dice_.chance(0.5));
    if (!changed && !is_still) return;
    for (const std::size_t index : streams_of_[place]) {
        if (changed || !streams_[index].stands) check(index);
    }
}

bool Streams::notice(const Host& host, std::size_t place) {
    Seen& seen = seen_[place];
    if (seen.host != &host) seen = {&host};  // it has restarted
    for (; seen.reports < host.reports.size(); ++seen.reports) {
        const ike::Report& report = host.reports[seen.reports];
        network_.tell(host.address.to_string() + " says: " + report.text + " [" +
                      std::to_string(host.kernel.children().size()) + " in the kernel]");
        if (is_excuse(report)) excuse(place);
    }
    if (ends_by_age(host)) excuse(place);
    return std::exchange(seen.changes, host.kernel.changes()) != host.kernel.changes();
}

void Streams::check(std::size_t index) {
    Stream& stream = streams_[index];
    const bool there = passes(stream.one, stream.other, stream.there, stream.stands);
    const bool back = passes(stream.other, stream.one, turned(stream.there), stream.stands);
    if (stream.stands) {
        passed_ += 2;
    } else if (there && back && network_.wire.is_still()) {
        stream.stands = network_.is_quiet(network_.at(stream.one)) && network_.is_quiet(network_.at(stream.other));
    }
}

bool Streams::passes(std::size_t from, std::size_t to, const tests::Packet& packet, bool must) {
    const Host& sender = network_.at(from);
    const Host& receiver = network_.at(to);
    if (receiver.kernel.accepts_in_clear(packet)) {
        network_.violated(named(packet) + " would be taken in clear");
    }
    const tests::Departure departure = sender.kernel.depart(packet);
    if (departure.fate == tests::Fate::in_clear) network_.violated(named(packet) + " leaves in clear");
    if (departure.fate == tests::Fate::dropped) {
        if (must) network_.violated(named(packet) + " is dropped by its sender");
        return false;
    }
    const bool accepted = receiver.kernel.accepts(packet, departure);
    if (must && !accepted) network_.violated(named(packet) + " is not accepted");
    return accepted;
}

// It arrives when the world has changed: what it is sealed with must still be there.
void Streams::launch(std::size_t index, bool there) {
    const Stream& stream = streams_[index];
    if (!stream.stands) return;
    const auto& sender = network_.at(there ? stream.one : stream.other).kernel;
    const auto packet = there ? stream.there : turned(stream.there);
    const auto sealed = sender.depart(packet);
    if (sealed.fate != tests::Fate::sealed) return;
    const auto delay = dice_.time(base::Duration(0), network_.wire.faults.most_delay);
    const auto arrive = [this, index, there, packet, sealed, excuses = stream.excuses] {
        const Stream& now = streams_[index];
        if (now.excuses != excuses) return;
        auto& receiver = network_.at(there ? now.other : now.one).kernel;
        const ike::ChildSaId taker = receiver.taker(packet, sealed);
        if (taker == ike::ChildSaId::none) network_.violated(named(packet) + " came late and is not accepted");
        receiver.carry(taker, 1, 0);
        ++passed_;
    };
    network_.wire.later(delay, arrive);
}

}  // namespace xfrmd::sim
