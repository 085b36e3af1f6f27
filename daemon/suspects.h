// What the kernel's notices were about, as far as it is ours, until it is looked at: single policies and SAs, or
// everything where a notice does not say what, or too much has come together. Others' SAs and policies come and go as
// they please. Main thread only.
#pragma once

#include <set>

#include "daemon/manual_sas.h"
#include "daemon/tunnels.h"
#include "netlink/books.h"
#include "netlink/events.h"

namespace xfrmd::daemon {

class Suspects {
public:
    // Beyond, one list of everything costs less than so many questions.
    static constexpr std::size_t kMost = 1024;

    struct Look {
        bool at_everything = false;
        std::set<netlink::PolicyId, netlink::PolicyIdOrder> policies;
        std::set<netlink::SaId> sas;
    };

    // All outlive it.
    Suspects(const netlink::Books& books, const Tunnels& tunnels, const ManualSas& manual)
        : books_(books), tunnels_(tunnels), manual_(manual) {}

    void note(const netlink::SaChangeEvent& event);
    void note(const netlink::PolicyChangeEvent& event);
    // At its hard limit.
    void note(const netlink::ExpireEvent& event);
    // What comes after it is not told apart any more.
    void note_everything() { look_ = {true, {}, {}}; }

    bool at_everything() const { return look_.at_everything; }
    bool none() const { return !look_.at_everything && look_.policies.empty() && look_.sas.empty(); }
    // What there is to look at now; from here on it begins anew.
    Look take();
    // It has been looked at in another way.
    void forget() { look_ = {}; }

    bool is_ours(const netlink::PolicyId& policy, std::uint32_t index) const {
        return netlink::is_our_index(index) || books_.policies.knows(policy);
    }

private:
    void note_gone(const netlink::SaId& sa);

    const netlink::Books& books_;
    const Tunnels& tunnels_;
    const ManualSas& manual_;
    Look look_;
};

}  // namespace xfrmd::daemon
