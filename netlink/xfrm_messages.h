// The port's values as XFRM netlink messages (linux/xfrm.h) and back. Encoding trusts its arguments to have passed
// check(); decoding trusts nobody. The structures of linux/xfrm.h stay behind this door.
#pragma once

#include <optional>

#include "netlink/codec.h"
#include "netlink/kernel.h"

namespace xfrmd::netlink {

// The longest message that a checked change can become is a NEWSA: 240 bytes of header and fixed part, two algorithms
// of 72 and a key each, 28 for the encapsulation, 28 with 512 for the largest replay window, and less than 200 for the
// rest.
inline constexpr std::size_t kLongestMessage = 2048;

void encode(const AddSa& change, MessageBatch& batch);
void encode(const UpdateSa& change, MessageBatch& batch);
void encode(const DeleteSa& change, MessageBatch& batch);
void encode(const AddPolicy& change, MessageBatch& batch);
void encode(const UpdatePolicy& change, MessageBatch& batch);
void encode(const DeletePolicy& change, MessageBatch& batch);
inline void encode(const Change& change, MessageBatch& batch) {
    std::visit([&](const auto& one) { encode(one, batch); }, change);
}
void encode_find_sa(const SaId& id, MessageBatch& batch);
void encode_find_policy(const PolicyId& id, MessageBatch& batch);
void encode_list_sas(MessageBatch& batch);
void encode_list_policies(MessageBatch& batch);

// EPROTO where the message is malformed. nullopt: not an SA, or one of no IP family or of another
// protocol than ESP, AH and IPComp.
KernelResult<std::optional<SaState>> decode_sa(const Message& message);
// The same with keys and progress. EACCES where keys are not told.
KernelResult<std::optional<SaSpec>> decode_whole_sa(const Message& message);
// nullopt: not a policy of the SPD proper: one of a socket, or of the second ("sub") set.
KernelResult<std::optional<PolicyState>> decode_policy(const Message& message);

}  // namespace xfrmd::netlink
