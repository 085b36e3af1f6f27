// Linux makes, loads and tests an algorithm when its first SA comes, which would be in the middle of a negotiation.
// Done here for all that a configuration may agree on, before a peer waits.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ike/policy/configuration.h"
#include "netlink/kernel.h"

namespace xfrmd::daemon {

class WarmUp {
public:
    // It outlives it.
    explicit WarmUp(netlink::Kernel& kernel) : kernel_(kernel) {}

    // What this configuration names and the kernel has not taken yet: what it lacked before may have been loaded. A
    // sentence for each that it still has not: children that agree on it will fail.
    std::vector<std::string> run(const policy::IndexedConfiguration& configuration);
    // What was tried so far, by the kernel's names, and whether it was taken: "cbc(aes)/hmac(sha256)",
    // "rfc4106(gcm(aes))", "ah hmac(sha256)".
    const std::map<std::string, bool>& tried() const { return tried_; }

private:
    struct Candidates;

    netlink::Kernel& kernel_;
    std::map<std::string, bool> tried_;
};

}  // namespace xfrmd::daemon
