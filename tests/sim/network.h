// The engines of one world on their wire, what has gone wrong among them, and what is done with them from outside.
// Hosts are known by their places, as one that restarts is another Host.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/support/virtual_wire.h"

namespace xfrmd::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;
using tests::Host;

class Network {
public:
    // `trace`: where to tell what happens; nullptr: nowhere.
    Network(std::uint64_t seed, std::ostream* trace);

    // A trap stands in the kernel for each configured child.
    std::size_t add(const std::string& address, const policy::Snapshot& configuration, const ike::Options& options);
    Host& at(std::size_t place) { return *hosts_[place]; }
    const std::vector<Host*>& hosts() const { return hosts_; }
    std::size_t place_of(const Host& host) const;
    void restart(std::size_t place);

    // Nothing is under way or waits, nothing is begun or ends: all there is stands.
    bool is_quiet() const;
    bool is_quiet(const Host& host) const;
    // False where it is not by then.
    bool run_until_quiet(base::Duration limit);

    void tell(const std::string& what);
    // Only the first one is kept: what follows from it says little.
    void violated(const std::string& what);
    const std::string& violation() const { return violation_; }
    bool is_sound() const { return violation_.empty(); }

    tests::VirtualWire wire;

private:
    void trace_parcel(const tests::Parcel& parcel);
    static void guard(Host& host);

    std::ostream* trace_;
    std::vector<Host*> hosts_;
    std::string violation_;
};

}  // namespace xfrmd::sim
