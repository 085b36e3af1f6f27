// A kernel that only remembers: what an engine asked to install and to remove, with an answer for each installation
// that a test may decide or hold back, and what would become of a packet between. What an engine must not ask for is
// kept as a complaint.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ike/actions.h"
#include "ike/inputs.h"

namespace xfrmd::tests {

// Of users', by its two ends.
struct Packet {
    base::Address source;
    base::Address destination;
};

enum class Fate : std::uint8_t { dropped, in_clear, sealed };

// With what it is sealed, where it is.
struct Departure {
    Fate fate = Fate::dropped;
    ike::EspSpi spi{};
    base::Bytes key;
};

class FakeKernel {
public:
    // nullopt: installed; else why not.
    std::function<base::Result<void>(const ike::ChildInstall&)> verdict;

    ike::ChildInstalled install(ike::ChildInstall child);
    // Packets go out on it from now on.
    void use(ike::ChildSaId child);
    void move(const ike::MoveChild& move);
    void remove(ike::ChildSaId child);
    // Of the children of this name the one that packets go out on: installed last without being deferred, or used last;
    // nullptr without any.
    const ike::ChildInstall* outbound(const std::string& child_name) const;

    // Packets of the child that passed in and out.
    void carry(ike::ChildSaId child, std::uint64_t in, std::uint64_t out);
    std::vector<ike::ChildUse> use_of(const std::vector<ike::ChildSaId>& children) const;

    // A trap or a block that stands below all children: what none of them takes is dropped.
    void guard(policy::TrafficSelectors local, policy::TrafficSelectors remote);
    Departure depart(const Packet& packet) const;
    bool accepts(const Packet& packet, const Departure& sealed) const {
        return taker(packet, sealed) != ike::ChildSaId::none;
    }
    // The child that does, none where nobody does.
    ike::ChildSaId taker(const Packet& packet, const Departure& sealed) const;
    bool accepts_in_clear(const Packet& packet) const;

    const std::map<ike::ChildSaId, ike::ChildInstall>& children() const { return children_; }
    // In the order of their numbers.
    std::vector<const ike::ChildInstall*> list() const;
    const std::vector<std::string>& complaints() const { return complaints_; }
    // How often it was asked for anything: as long as it stays the same, so does the fate of every packet.
    std::uint64_t changes() const { return changes_; }

private:
    struct Guard {
        policy::TrafficSelectors local;
        policy::TrafficSelectors remote;
    };

    std::map<ike::ChildSaId, ike::ChildInstall> children_;
    std::vector<ike::ChildSaId> used_;  // in this order
    std::vector<Guard> guards_;
    std::map<ike::ChildSaId, ike::ChildUse> uses_;
    std::set<ike::ChildSaId> refused_;  // and whose refusal the engine may not know yet
    std::vector<std::string> complaints_;
    std::uint64_t changes_ = 0;
};

// Empty where `ours` and `theirs` are the two ends of one child SA: SPIs and keys crossed, selectors mirrored, the same
// suite and mode; else what is wrong.
std::string mismatch(const ike::ChildInstall& ours, const ike::ChildInstall& theirs);

// Empty where each child of one kernel has its other end in the other.
std::string disagreement(const FakeKernel& ours, const FakeKernel& theirs);

}  // namespace xfrmd::tests
