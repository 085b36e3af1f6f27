// Things that an IKE SA is to do as soon as no request of ours is in flight (RFC 7296 2.3), in the order they were
// given.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "ike/base/address.h"
#include "ike/base/instant.h"
#include "ike/base/result.h"
#include "ike/child_install.h"
#include "ike/ikev2/sa/child_sa.h"

namespace xfrmd::ikev2::sa {

struct CreateChildTask {
    std::string child;
    ike::OperationId operation{};
    std::optional<policy::TriggeringPacket> packet;
    ike::ChildSaId replaces = {};  // a child of the IKE SA that this one reauthenticates, known by `number`
    ike::ChildSaId number = {};
    unsigned tries = 0;                    // that the peer has put off (RFC 7296 2.25)
    std::optional<AddressPair> only = {};  // not all that its selectors hold
    std::optional<Resource> resource = {};
    std::optional<std::uint32_t> cpu() const { return resource ? resource->cpu : std::nullopt; }
};
struct RekeyChildTask {
    ike::ChildSaId child{};
    ike::OperationId operation{};
};
struct DeleteChildTask {
    ChildSpi spi_in;         // by which the peer knows it
    ike::ChildSaId child{};  // none: it was never installed
    ike::OperationId operation{};
};
struct RekeyIkeTask {
    ike::OperationId operation{};
};
struct DeleteIkeTask {
    ike::OperationId operation{};
    base::Reason reason{};
};
// RFC 5685 5: sends the peer to another gateway.
struct RedirectTask {
    base::Address gateway;
    ike::OperationId operation{};
};
struct LivenessTask {};
// RFC 6290 4.3: of an IKE SA that a rekeying of ours has made.
struct TellCrashTokenTask {};
// RFC 4555 3.5: tells the peer where we are. 3.7: asks whether it is where it says.
struct UpdateAddressesTask {};
struct CheckPathTask {};
// 3.6: tells the peer where else we are.
struct AdditionalAddressesTask {};
// RFC 5723 4.1
struct TicketTask {};
using Task = std::variant<CreateChildTask, RekeyChildTask, DeleteChildTask, RekeyIkeTask, DeleteIkeTask, RedirectTask,
                          LivenessTask, TellCrashTokenTask, UpdateAddressesTask, CheckPathTask, AdditionalAddressesTask,
                          TicketTask>;

// Before all others, and once only.
template <typename T>
void put_first(std::deque<Task>& tasks) {
    const bool waits =
        std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return std::holds_alternative<T>(task); });
    if (!waits) tasks.push_front(T{});
}

// What the peer has put off is asked for again then.
struct PostponedChild {
    CreateChildTask task;
    base::Instant again_at = base::kNever;
};

}  // namespace xfrmd::ikev2::sa
