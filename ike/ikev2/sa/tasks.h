// Things that an IKE SA is to do as soon as no request of ours is in flight (RFC 7296 2.3), in the order they were
// given.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "ike/base/address.h"
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
// RFC 4555 3.5: tells the peer where we are. 3.7: asks whether it is where it says.
struct UpdateAddressesTask {};
struct CheckPathTask {};
using Task = std::variant<CreateChildTask, RekeyChildTask, DeleteChildTask, RekeyIkeTask, DeleteIkeTask, RedirectTask,
                          LivenessTask, UpdateAddressesTask, CheckPathTask>;

}  // namespace xfrmd::ikev2::sa
