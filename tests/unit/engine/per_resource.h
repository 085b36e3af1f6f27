// Gateways that want an SA for each CPU (RFC 9611), and what they have.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/engine/gateways.h"
#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

inline ike::Options with_cpus(std::uint32_t cpus) {
    ike::Options options;
    options.cpus = cpus;
    return options;
}

inline ConnectionWords per_cpu_words() {
    ConnectionWords words;
    words.children.front().per_cpu_sas = true;
    return words;
}

inline std::string cpu_of(const ikev2::sa::ChildSa& child) {
    return child.cpu() ? std::to_string(*child.cpu()) : "all";
}

// Of the children that stand, in their order.
inline std::vector<std::string> cpus(const Host& host) {
    std::vector<std::string> all;
    for (const auto& child : live(host).established()->children) {
        if (child.state == ikev2::sa::ChildState::installed) all.push_back(cpu_of(child));
    }
    return all;
}

inline const ikev2::sa::ChildSa& child_for(const Host& host, const std::string& cpu) {
    for (const auto& child : live(host).established()->children) {
        if (child.state == ikev2::sa::ChildState::installed && cpu_of(child) == cpu) return child;
    }
    throw std::logic_error("no child for CPU " + cpu);
}

// Two CPUs each, and one child for all of them.
struct Resourceful : Gateways {
    Resourceful() : Resourceful(per_cpu_words(), per_cpu_words()) {}
    // The second one is of the other end as well, before it is mirrored.
    Resourceful(const ConnectionWords& left_words, const ConnectionWords& right_words)
        : Gateways(snapshot(left_words), snapshot(mirrored(right_words)), with_cpus(2), with_cpus(2)) {
        connect();
    }

    static const ikev2::sa::IkeSa& sa(const Host& host) { return live(host); }
    std::uint64_t wish(Host& host, std::optional<std::uint32_t> cpu) {
        return wire.initiate(host, {{}, "gw", "net", {}, {}, sa(host).sa().id, {}, cpu});
    }
    std::uint64_t ask(Host& host, std::optional<std::uint32_t> cpu) {
        const auto operation = wish(host, cpu);
        wire.settle();
        return operation;
    }
};

}  // namespace xfrmd::tests
