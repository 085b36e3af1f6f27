// How far an SA had come when it was asked, for one that is to go on where it was: no sequence number is sent twice,
// whose IV may follow from it (RFC 4303 3.3.3, RFC 4106 3.1), and none is taken twice of those that had come in by then
// (RFC 4303 3.4.3). What comes in on the old one afterwards the new one does not know, and would take a second time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace xfrmd::netlink {

struct SaProgress {
    std::uint64_t sent = 0;                      // the last sequence number that went out; below 2^32 without ESN
    std::uint64_t received = 0;                  // the highest that came in
    std::vector<std::uint32_t> received_before;  // the kernel's bitmap of those before it
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    std::chrono::sys_seconds added;
    std::optional<std::chrono::sys_seconds> first_used;
    friend bool operator==(const SaProgress&, const SaProgress&) = default;
};

}  // namespace xfrmd::netlink
