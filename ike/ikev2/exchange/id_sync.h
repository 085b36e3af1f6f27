// Message ids agreed on anew after a failover (RFC 6311), the part of a cluster's peer: another member takes over an
// IKE SA whose last messages it may not have seen. Nothing is synchronized of the children: their sequence numbers are
// the kernel's (5.2), and that is not announced.
#pragma once

#include <optional>
#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// 5: for IKE_AUTH. The initiator always says that it can, the responder where the initiator has.
void append_id_sync(std::vector<wire::Payload>& payloads);
void agree_on_id_sync(sa::Sa& sa, const wire::Payloads& payloads);

// 6.3: IKEV2_MESSAGE_ID_SYNC.
struct MessageIds {
    std::uint32_t nonce = 0;
    wire::MessageId send{};     // of the sender's next request
    wire::MessageId receive{};  // that it expects of the other side's next one
};
// Errors: PayloadMalformed; PayloadUnexpected where there is anything beside it but IPSEC_REPLAY_COUNTER_SYNC, which is
// not heeded.
base::Result<MessageIds> read_message_ids(const wire::Payloads& request);
wire::Notify message_ids(const MessageIds& ids);

// 9: what was in flight gets no answer any more; it becomes the first of the tasks again.
void begin_again(sa::Step& step, sa::Established& phase);

}  // namespace xfrmd::ikev2::exchange
