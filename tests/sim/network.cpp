#include "tests/sim/network.h"

#include <algorithm>
#include <iomanip>

#include "ike/ikev2/wire/message.h"

namespace xfrmd::sim {

namespace {

policy::TrafficSelectors resolved(const std::vector<policy::ConfiguredSelector>& configured) {
    policy::TrafficSelectors all;
    for (const auto& one : configured) all.push_back(one.selector);
    return all;
}

}  // namespace

Network::Network(std::uint64_t seed, std::ostream* trace) : wire(seed), trace_(trace) {
    if (trace_ == nullptr) return;
    wire.on_the_way = [this](tests::Parcel& parcel) {
        trace_parcel(parcel);
        return true;
    };
}

std::size_t Network::add(const std::string& address, const policy::Snapshot& configuration,
                         const ike::Options& options) {
    hosts_.push_back(&wire.add(address, configuration, options));
    guard(*hosts_.back());
    return hosts_.size() - 1;
}

void Network::guard(Host& host) {
    for (const policy::Connection& connection : host.configuration->connections()) {
        for (const policy::Child& child : connection.children) {
            host.kernel.guard(resolved(child.local_ts), resolved(child.remote_ts));
        }
    }
}

std::size_t Network::place_of(const Host& host) const {
    return static_cast<std::size_t>(std::find(hosts_.begin(), hosts_.end(), &host) - hosts_.begin());
}

void Network::restart(std::size_t place) {
    tell(hosts_[place]->address.to_string() + " restarts");
    hosts_[place] = &wire.restart(*hosts_[place]);
    guard(*hosts_[place]);
}

bool Network::is_quiet(const Host& host) const {
    bool quiet = true;
    host.engine.visit([&](const ikev2::sa::IkeSa& sa) {
        const auto* phase = sa.established();
        quiet = phase != nullptr && !phase->is_succeeded && sa.sa().window.idle() && sa.sa().tasks.empty() &&
                sa.sa().postponed.empty() &&
                std::all_of(phase->children.begin(), phase->children.end(), [](const ikev2::sa::ChildSa& child) {
                    return child.state == ikev2::sa::ChildState::installed;
                });
        return quiet;
    });
    return quiet;
}

bool Network::is_quiet() const {
    return wire.is_still() &&
           std::all_of(hosts_.begin(), hosts_.end(), [this](const Host* host) { return is_quiet(*host); });
}

bool Network::run_until_quiet(base::Duration limit) {
    const base::Instant until = wire.now() + limit;
    while (!is_quiet() && wire.now() < until) wire.run_for(milliseconds(200));
    return is_quiet();
}

void Network::tell(const std::string& what) {
    if (trace_ == nullptr) return;
    const auto now = std::chrono::duration_cast<milliseconds>(wire.now().time_since_epoch()).count();
    *trace_ << now / 1000 << '.' << std::setw(3) << std::setfill('0') << now % 1000 << "  " << what << '\n';
}

void Network::violated(const std::string& what) {
    tell("VIOLATION: " + what);
    if (violation_.empty()) violation_ = what;
}

void Network::trace_parcel(const tests::Parcel& parcel) {
    base::ByteView bytes = parcel.bytes;
    if (parcel.from.port == ike::Options{}.nat_port && bytes.size() > 4) bytes = bytes.subspan(4);
    const auto header = ikev2::wire::peek_header(bytes);
    if (!header) return;
    tell(parcel.from.to_string() + " > " + parcel.to.to_string() + "  " + std::string(to_string(header->exchange)) +
         (header->is_response ? " response " : " request ") +
         std::to_string(static_cast<std::uint32_t>(header->message_id)) + " of " + to_string(header->spi_i) + ", " +
         std::to_string(parcel.bytes.size()) + " bytes");
}

}  // namespace xfrmd::sim
